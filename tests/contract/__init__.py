import pytest

# The checks live in modules that are no tests: without this a failed one would not say which values it met.
pytest.register_assert_rewrite("tests.contract.failing", "tests.contract.reading", "tests.contract.writing")
