"""Whether an object takes the values that a caller sends, and as what it stores them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.fields import TEXTUAL, Field, Kind
from sandbox.salesforce.ids import full
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.stamps import canonical, is_day
from sandbox.salesforce.store import Store
from sandbox.salesforce.tables import Value, Values

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+\Z")
_NUMBERS = ("int", "double", "currency", "percent", "long")
_SHOWN = {str: "VALUE_STRING", bool: "VALUE_BOOLEAN", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT"}


def checked(store: Store, kind: Kind, sent: Mapping[str, Any], *, creating: bool) -> Values:
    """Return the values as they are stored, by their fields' names; refuses the first that does not fit."""
    found: Values = {}
    for name, value in sent.items():
        if name == "attributes" or name.lower() == "id":
            continue
        field = kind.names.get(name.lower())
        if field is None:
            raise Problem("INVALID_FIELD", "no_column", name=name, kind=kind.name)
        if not (field.createable if creating else field.updateable):
            raise Problem("INVALID_FIELD_FOR_INSERT_UPDATE", fields=[field.name], names=field.name)
        found[field.name] = None if value is None else _stored(store, field, value)
    _refuse_missing(kind, found, creating=creating)
    return found


def _refuse_missing(kind: Kind, found: Values, *, creating: bool) -> None:
    if creating:
        missing = [name for name in kind.required if found.get(name) is None]
    else:
        missing = [name for name, value in found.items() if value is None and not kind.fields[name].nillable]
    if missing:
        raise Problem("REQUIRED_FIELD_MISSING", fields=missing, names=", ".join(missing))


def _stored(store: Store, field: Field, value: object) -> Value:
    if field.type in ("reference", "id"):
        return _reference(store, field, value)
    if field.type == "boolean":
        return value if isinstance(value, bool) else _refuse(field, value)
    if field.type in _NUMBERS:
        return _number(field, value)
    if not isinstance(value, str):
        return _refuse(field, value)
    if field.type in ("date", "datetime"):
        return _time(field, value)
    return _text(field, value)


def _number(field: Field, value: object) -> Value:
    """Return a number, which may come as a text: that is recorded."""
    if isinstance(value, str):
        try:
            value = float(value) if value.strip() else None
        except ValueError:
            return _refuse(field, value)
        if value is None:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _refuse(field, value)
    return int(value) if field.type == "int" else float(value)


def _time(field: Field, value: str) -> Value:
    if not value.strip():
        return None
    try:
        if field.type == "date":
            return value[:10] if is_day(value[:10]) else _refuse(field, value)
        return canonical(f"{value}T00:00:00Z" if is_day(value) else value)
    except (ValueError, OverflowError):
        return _refuse(field, value)


def _text(field: Field, value: str) -> Value:
    text = value.strip()
    if not text:
        return None
    label = field.label or field.name
    if field.length and len(text) > field.length:
        raise Problem("STRING_TOO_LONG", fields=[field.name], label=label, value=text, length=field.length)
    if field.type == "email" and not _EMAIL.match(text):
        raise Problem("INVALID_EMAIL_ADDRESS", fields=[field.name], label=label, value=text)
    if field.restricted and field.values and text not in field.values:
        code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        raise Problem(code, "picklist", fields=[field.name], label=label, value=text)
    return text


def _reference(store: Store, field: Field, value: object) -> Value:
    if not isinstance(value, str):
        return _refuse(field, value)
    if not value:
        return None
    key = full(value)
    table = store.by_prefix(key) if key else None
    fits = table is not None and (not field.refers or table.kind.name in field.refers)
    if key is None or (table is not None and not fits):
        raise Problem("MALFORMED_ID", fields=[field.name], label=field.label or field.name, value=value)
    row = store.find(key)
    if row is None:
        raise Problem("INVALID_CROSS_REFERENCE_KEY", fields=[field.name])
    if row.deleted:
        raise Problem("ENTITY_IS_DELETED", fields=[])
    return key


def _refuse(field: Field, value: object) -> Value:
    shown = _SHOWN.get(type(value), "START_OBJECT" if isinstance(value, dict) else "START_ARRAY")
    kind = "string" if field.type in TEXTUAL else field.type
    raise Problem("JSON_PARSER_ERROR", "wrong_value", type=kind, shown=shown, value=value)
