"""The sentences of the contract, and which check claims which of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors import contract
from connectors.contract import Connector
from tests.contract.world import World

SPOKEN = (
    contract.Entered,
    contract.Everything,
    contract.Record,
    contract.Change,
    contract.Page,
    contract.Absent,
    contract.Look,
    contract.Assignment,
    contract.Note,
    contract.Verdict,
    contract.Outcome,
    contract.User,
    contract.OwnerChange,
    contract.Company,
    Connector,
)
"""Whose docstrings a connector must keep; those of `Connector` with its methods'."""


@dataclass(frozen=True, slots=True)
class Check:
    """One test of the suite. `needs` is the feature without which it does not apply."""

    name: str
    sentences: tuple[str, ...]
    run: Callable[[World], None]
    needs: str | None = None


CHECKS: list[Check] = []


def promise(
    *sentences: str, needs: str | None = None
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Make a function a check of the suite that holds a connector to these sentences of the contract."""

    def claim(run: Callable[[World], None]) -> Callable[[World], None]:
        CHECKS.append(Check(run.__name__, sentences, run, needs))
        return run

    return claim


def sentences() -> list[str]:
    """Return every sentence of the docstrings that bind a connector."""
    methods = [method for _, method in inspect.getmembers(Connector, inspect.isfunction)]
    spoken = [inspect.getdoc(one) or "" for one in (*SPOKEN, *methods)]
    return [sentence for text in spoken for sentence in split(text)]


def split(text: str) -> list[str]:
    """Return the sentences of a docstring, each on one line."""
    return [part for part in re.split(r"(?<=\.)\s+(?=[A-Z`])", " ".join(text.split())) if part]
