"""Errors in the shapes that were recorded, or documented where no recording was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.hubspot.fields import Wrong

HTML_404 = (
    '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    "<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404</h2>\n"
    "<p>Resource not found</p>\n</body>\n</html>\n"
)


class Refused(Exception):
    """The account refuses a call. `body` is a JSON object, or the text of a page."""

    def __init__(
        self, status: int, body: dict[str, Any] | str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers or {}


def error(message: str, category: str | None = None, **more: object) -> dict[str, Any]:
    """Return the common body; every field of it may be missing, so a None leaves it out."""
    body = {"status": "error", "message": message, **more, "category": category}
    return {name: value for name, value in body.items() if value is not None}


def bad_request(message: str, category: str | None = "VALIDATION_ERROR", **more: object) -> Refused:
    return Refused(400, error(message, category, **more))


def no_page() -> Refused:
    """Refuse the GET of an object that is not there: HTML, in 5 of 5 recordings of 2024."""
    headers = {"content-type": "text/html;charset=iso-8859-1", "x-hubspot-notfound": "true"}
    return Refused(404, HTML_404, headers=headers | {"cache-control": "must-revalidate,no-cache,no-store"})


def not_there(message: str = "resource not found") -> Refused:
    """Refuse a write to an object that is not there. The live shape is not established."""
    return Refused(404, error(message), headers={"x-hubspot-notfound": "true"})


def unknown_type(name: str) -> Refused:
    return bad_request(f"Unable to infer object type from: {name}", None)


def no_json(reason: str) -> Refused:
    return bad_request(f"Invalid input JSON on line 1, column 1: {reason}", None)


def no_body() -> Refused:
    return bad_request("validation error", None, errors=["The request body may not be null"])


def invalid_values(wrong: Sequence[Wrong]) -> Refused:
    """Refuse the whole call: a JSON list inside a string, and a shorter version of it beside."""
    listed = [{"isValid": False, "message": w.message, "error": w.error, "name": w.name} for w in wrong]
    errors = [
        {"message": w.message, "code": w.error, "context": {"propertyName": [w.name]}} for w in wrong[:3]
    ]
    text = json.dumps(listed, separators=(",", ":"), ensure_ascii=False)
    kept = errors if wrong[0].error == "PROPERTY_DOESNT_EXIST" else None
    return bad_request(f"Property values were not valid: {text}", errors=kept)


def conflict(existing: str | None = None) -> Refused:
    message = "Contact already exists"
    return Refused(409, error(f"{message}. Existing ID: {existing}" if existing else message, "CONFLICT"))


def missing_ids(upper: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return the one error object of a batch for all ids that are not there."""
    message = (
        f"Could not get some {upper} objects, they may be deleted or not exist. Check that ids are valid."
    )
    return error(message, "OBJECT_NOT_FOUND", context={"ids": list(ids)})


def no_credentials() -> Refused:
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refused(401, error(message, "INVALID_AUTHENTICATION"))


def expired(seconds: int, when: str) -> Refused:
    message = f"The OAuth token used to make this call expired {seconds} second(s) ago."
    return Refused(401, error(message, "EXPIRED_AUTHENTICATION", context={"expire time": [when]}))


def missing_scopes(scopes: Sequence[str]) -> Refused:
    """Refuse for want of scopes; lists every scope that would help, not the one needed."""
    errors = [
        {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": list(scopes)},
        }
    ]
    message = (
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
        "here: https://developers.hubspot.com/scopes."
    )
    links = {"scopes": "https://developers.hubspot.com/scopes"}
    return Refused(403, error(message, "MISSING_SCOPES", errors=errors, links=links))


def not_permitted() -> Refused:
    """Refuse as the properties API does: no category."""
    return Refused(403, error("You do not have permissions to view properties"))


def too_many_searches() -> Refused:
    return Refused(429, error("You have reached your secondly limit.", "RATE_LIMITS"))


def too_many_calls(policy: str, request_id: str) -> Refused:
    """Refuse for the burst (TEN_SECONDLY_ROLLING) or the day (DAILY)."""
    message = f"You have reached your {policy.lower()} limit."
    more = {"errorType": "RATE_LIMIT", "policyName": policy, "requestId": request_id}
    if policy != "DAILY":
        more["groupName"] = "publicapi:private-apps-api-calls"
    return Refused(429, error(message, None, **more))
