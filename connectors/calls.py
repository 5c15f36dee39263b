"""What connectors that call a CRM over a network share: questions that may be asked again, and batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from connectors.errors import Doubt, Skip, Stop, busy

T = TypeVar("T")

LOST = (Doubt, ConnectionError, TimeoutError)
"""What a call raises whose answer is lost, in a connector or on the engine's way to it."""


def asked(question: Callable[[], T]) -> T:
    """Ask: a lost answer changed nothing and may be asked for again, a question refused once stays refused."""
    try:
        return question()
    except LOST as error:
        raise busy(str(error) or "no answer from the CRM", getattr(error, "after", None)) from error
    except Skip as error:
        raise Stop(str(error)) from error


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in order, at most `size` together."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
