"""Whatever stands in the files: a configuration, or problems with places. Never anything else."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import config
from config.loader import parse
from config.problems import ConfigError, Problem
from config.settings import Configuration
from config.yamltext import Text
from router.match import Rules
from tests.config.test_shipped import VOCABULARY

HOME = Path(config.__file__).parent / "examples" / "design"
FILES: Mapping[str, str] = {
    str(path.relative_to(HOME)): path.read_text() for path in sorted(HOME.rglob("*.*")) if path.is_file()
}
WORDS = sorted(set(re.findall(r"[\w.]+|[\[\]{}:,\"]|\n +", "".join(FILES.values()))))

edits = st.tuples(
    st.sampled_from(sorted(FILES)),
    st.integers(0, 3000),
    st.integers(0, 12),
    st.one_of(st.just(""), st.sampled_from(WORDS), st.text(max_size=3)),
)


def edited(changes: list[tuple[str, int, int, str]]) -> dict[str, str]:
    files = dict(FILES)
    for name, at, length, text in changes:
        here = at % len(files[name]) if files[name] else 0
        files[name] = files[name][:here] + text + files[name][here + length :]
    return files


def outcome(files: Mapping[str, str]) -> tuple[Configuration | None, tuple[Problem, ...]]:
    try:
        return parse(files, VOCABULARY, secrets=False), ()
    except ConfigError as error:
        return None, error.problems


@settings(max_examples=150, deadline=None)
@given(st.lists(edits, min_size=1, max_size=4))
def test_an_edited_configuration_loads_or_is_refused_with_places(
    changes: list[tuple[str, int, int, str]],
) -> None:
    files = edited(changes)
    loaded, problems = outcome(files)
    assert all(problem.file in files and problem.message for problem in problems)
    assert (loaded is None) is bool(problems)
    if loaded is not None:
        Rules(loaded.rulebook.rules)


def leaves(value: object) -> Iterator[object]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from leaves(pair)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def test_what_comes_out_knows_nothing_of_files() -> None:
    loaded = parse(FILES, VOCABULARY, secrets=False)
    assert [leaf for leaf in leaves((loaded.rulebook, loaded.connections)) if isinstance(leaf, Text)] == []
    assert len(list(leaves(loaded))) > 100
