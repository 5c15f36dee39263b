"""Errors as they are sent: a list on data endpoints, an object at the token endpoint, `statusCode` in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.salesforce.wording import text


class Problem(ValueError):
    """One error with a code. It fails a row, or a whole call with `status`.

    `key` is its entry in the wording, the code itself unless given; `more` joins the error's body where it is
    told alone (`duplicateResult`).
    """

    def __init__(
        self,
        code: str,
        key: str = "",
        *,
        status: int = 400,
        fields: Sequence[str] = (),
        more: Mapping[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, key, values)
        self.code = code
        self.key = key or code
        self.status = status
        self.fields = list(fields)
        self.more = dict(more or {})
        self.values = values

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en_US')}"

    def message(self, language: str) -> str:
        return text(language, self.key, self.values)

    def in_row(self, language: str) -> dict[str, Any]:
        """Return the error as a row of a collection tells it."""
        return {"statusCode": self.code, "message": self.message(language), "fields": self.fields}

    def alone(self, language: str) -> dict[str, Any]:
        """Return the error as it stands in the list that a refused call answers."""
        body = {"message": self.message(language), "errorCode": self.code}
        return {**self.more, **body, **({"fields": self.fields} if self.fields or self.in_single else {})}

    @property
    def in_single(self) -> bool:
        return self.code in _WITH_FIELDS


_WITH_FIELDS = frozenset({"ENTITY_IS_DELETED", "STRING_TOO_LONG", "MALFORMED_ID"})
"""Codes whose `fields` are sent although they are empty."""


class Refused(Exception):
    """A whole call is refused with a body that is no list of errors: the token endpoint's object, a page, nothing."""

    def __init__(self, status: int, body: object, *, kind: str = "application/json;charset=UTF-8") -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.kind = kind


def no_resource() -> Problem:
    return Problem("NOT_FOUND", "resource", status=404)


def no_grant(error: str, description: str) -> Refused:
    return Refused(400, {"error": error, "error_description": description})


def wrong_json(reason: object) -> Problem:
    return Problem("JSON_PARSER_ERROR", "json", reason=str(reason))
