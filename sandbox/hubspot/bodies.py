"""Bodies and parameters of requests, refused in the recorded words where they are broken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.hubspot.refusals import bad_request, no_body, no_json
from sandbox.messages import Request


def read_body(request: Request) -> dict[str, Any]:
    """Return the body, which must be a JSON object."""
    if not request.body.strip():
        raise no_body()
    try:
        body = request.json()
    except ValueError as wrong:
        raise no_json(str(wrong)) from None
    if body is None:
        raise no_body()
    if not isinstance(body, dict):
        raise no_json(f"Cannot deserialize value from {type(body).__name__}")
    return body


def read_inputs(request: Request, *, most: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the body of a batch and its inputs; refuses none of them and too many."""
    body = read_body(request)
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise bad_request("Invalid input JSON: inputs must be a list of objects", None)
    if not inputs:
        raise bad_request("The inputs may not be empty")
    if len(inputs) > most:
        raise bad_request(f"A batch may not have more than {most} inputs, had {len(inputs)}")
    return body, inputs


def asked_list(values: Iterable[str] | None) -> list[str]:
    """Return the names of a parameter that is repeated or a comma list."""
    return [name for value in values or () for name in value.split(",") if name]
