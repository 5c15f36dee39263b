"""Every sentence of the contract is claimed by a check, and no check claims one that is not there."""

from __future__ import annotations

from tests.contract.promises import sentences, split
from tests.contract.suite import CHECKS


def test_every_sentence_of_the_contract_has_a_check() -> None:
    claimed = {sentence for check in CHECKS for sentence in check.sentences}
    assert claimed == set(sentences())


def test_the_suite_is_as_large_as_the_contract_asks() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 25


def test_a_docstring_is_split_into_its_sentences() -> None:
    text = "One `a.b` thing (see c).\n\nTwo goes\non. `Three` ends (None: the first). A 5xx is four."
    assert split(text) == [
        "One `a.b` thing (see c).",
        "Two goes on.",
        "`Three` ends (None: the first).",
        "A 5xx is four.",
    ]
