"""A credential on its way from the configuration to a connector."""

from __future__ import annotations


class Secret:
    """A credential that does not show itself in a repr, a log or an error text."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def in_header(self) -> bool:
        """Return whether it can be sent in a header: a blank, a line end or an unseen sign copied along cannot."""
        return self._value.isascii() and self._value.isprintable() and " " not in self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")
