"""What the engine brings to a connector: the way of its calls, a clock, and what is asked of the account."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol, TypeVar

from router.model import ConnectionName

T = TypeVar("T")
Clock = Callable[[], datetime]
"""The time now, aware UTC."""


class Transport(Protocol):
    """Carries one call to the CRM: `apply` is what happens there, `call` its name for logs and faults.

    It raises `Retry` or `Stop` before `apply`, and `Doubt` where the answer to a sent call is lost.
    """

    def __call__(self, call: str, apply: Callable[[], T], /) -> T: ...


def direct(_call: str, apply: Callable[[], T], /) -> T:
    """Carry the call without anything in between."""
    return apply()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a connector is given besides its `Options`: how its leads are called, and the world outside.

    `fields` are the CRM's fields that the mapping reads: a connector that must name the fields it wants asks for these.
    `carrier` is what an audit note is to be, one of the kind's `carriers`; `stamps` are the trace fields that will be
    written on the records, and how many characters each must hold; none where the connection asks for none. In `kept` a
    connector finds what those before it left there in this process, such as a token: what other processes do without.
    A date without a time is a day of `zone`: the stamp of a change is its end, since it may be any moment of it.
    """

    connection: ConnectionName
    object: str
    clock: Clock
    transport: Transport = direct
    fields: frozenset[str] = frozenset()
    carrier: str = "note"
    stamps: Mapping[str, int] = field(default_factory=dict)
    rehearsal: bool = False  # looked at only: nothing may be kept, not even that somebody looked
    zone: tzinfo = UTC
    kept: MutableMapping[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
