"""Bytes of CSV and JSON files <-> rows and users (pure). What cannot be read is named with its place."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import Company, RawValue, User
from connectors.errors import Unusable
from connectors.memory.companies import company_object, company_of
from connectors.memory.wire_state import Kept, Source, from_object, to_object
from router.model import OwnerId, RecordId

IDS = ("id", "Id", "ID", "hs_object_id", "ProspectID")
OWNERS = ("owner", "Owner", "OwnerId", "OWNERID", "hubspot_owner_id")
USER_COLUMNS = ("id", "name", "email", "active", "queue", "integration")
TRUTH: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}


class Unloadable(Unusable, ValueError):
    """A file that cannot be read as records; `line` counts from 1, None where the whole file is meant."""

    def __init__(self, file: str, line: int | None, why: str) -> None:
        super().__init__(f"{file}:{line}: {why}" if line else f"{file}: {why}")
        self.file = file
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds. `users`, `companies` None: it has no such list. `kept`, `gone`: the state, by `to_json`."""

    records: Sequence[Source]
    users: Sequence[User] | None = None
    kept: Mapping[RecordId, Kept] = field(default_factory=dict)
    gone: Mapping[RecordId, RecordId | None] = field(default_factory=dict)
    companies: Sequence[Company] | None = None


def from_csv(raw: bytes, file: str) -> Content:
    """Read records from CSV; the delimiter is a comma, a semicolon or a tab, as in the header."""
    placed = list(_csv_objects(raw, file))
    return Content(_sources(((line, dict(row)) for line, row in placed), file))


def from_json(raw: bytes, file: str) -> Content:
    """Read records, and users, queues and kept state where the file has them."""
    value = _json(raw, file)
    whole = value if isinstance(value, dict) else {"records": value}
    records = _objects(whole.get("records"), file, "records")
    return Content(
        _sources(enumerate((_flat(one) for one in records), 1), file, numbered=True),
        _listed(whole, file),
        _kept(_mapping(whole, "kept", file), file),
        _gone(_mapping(whole, "gone", file)),
        _companies(whole["companies"], file) if "companies" in whole else None,
    )


def users_from(raw: bytes, file: str) -> list[User]:
    """Read a list of users from CSV or, for a name ending in .json, from JSON."""
    if not file.lower().endswith(".json"):
        return _users(_csv_objects(raw, file), file)
    value = _json(raw, file)
    if isinstance(value, dict):
        return _listed(value, file) or []
    return _users(((None, one) for one in _objects(value, file, "users")), file)


def to_json(content: Content) -> bytes:
    """Write what `from_json` reads, records first and one a line, for people and for `diff`."""
    parts: list[tuple[str, list[dict[str, object]]]] = [
        ("records", [{"id": one.id, "owner": one.owner, **one.fields} for one in content.records])
    ]
    if content.users is not None:
        parts.append(("users", [_user_object(user) for user in content.users]))
    if content.companies is not None:
        parts.append(("companies", [company_object(one) for one in content.companies]))
    blocks = [f'"{name}": [\n{_lines(map(_text, objects))}\n]' for name, objects in parts]
    kept = (f"{_text(key)}: {_text(to_object(value))}" for key, value in content.kept.items())
    blocks += [f'"kept": {{\n{_lines(kept)}\n}}', f'"gone": {_text(content.gone)}']
    # A lone surrogate is legal in JSON only as an escape, which this error handler happens to write.
    return ("{\n" + ",\n".join(blocks) + "\n}\n").encode("utf-8", "backslashreplace")


# --- records ----------------------------------------------------------------------------------------------


def _sources(
    objects: Iterable[tuple[int, dict[str, RawValue]]], file: str, *, numbered: bool = False
) -> list[Source]:
    found: dict[str, Source] = {}
    for number, (place, one) in enumerate(objects, 1):
        where = f"record {place}: " if numbered else ""
        named, raw_id = _take(one, IDS)
        _, owner = _take(one, OWNERS)
        chosen = str(raw_id).strip() if named and raw_id is not None else "" if named else str(number)
        line = None if numbered else place
        if not chosen:
            raise Unloadable(file, line, f"{where}the id is blank")
        if chosen in found:
            raise Unloadable(file, line, f"{where}the id {chosen!r} stands twice in this file")
        found[chosen] = Source(RecordId(chosen), _owner(owner), one)
    return list(found.values())


def _take(one: dict[str, RawValue], names: Sequence[str]) -> tuple[bool, RawValue]:
    name = next((name for name in names if name in one), None)
    return (False, None) if name is None else (True, one.pop(name))


def _owner(raw: RawValue) -> OwnerId | None:
    text = "" if raw is None else str(raw).strip()
    return OwnerId(text) if text else None


def _flat(one: dict[str, object]) -> dict[str, RawValue]:
    """Return the object without the sObject Tree's `attributes`; nested values become JSON text."""
    flat: dict[str, RawValue] = {}
    for name, value in one.items():
        if name == "attributes" and isinstance(value, dict):
            if "referenceId" in value and not any(name in one for name in IDS):
                flat["id"] = str(value["referenceId"])
        elif value is None or isinstance(value, str | int | float | bool):
            flat[name] = value
        else:
            flat[name] = json.dumps(value, ensure_ascii=False)
    return flat


def _kept(whole: dict[str, object], file: str) -> dict[RecordId, Kept]:
    kept: dict[RecordId, Kept] = {}
    for record, one in whole.items():
        try:
            kept[RecordId(record)] = from_object(one)
        except ValueError as error:
            raise Unloadable(file, None, f"'kept' of record {record!r}: {error}") from error
    return kept


def _gone(whole: dict[str, object]) -> dict[RecordId, RecordId | None]:
    return {RecordId(one): RecordId(str(into)) if into else None for one, into in whole.items()}


# --- users ------------------------------------------------------------------------------------------------


def _listed(whole: dict[str, object], file: str) -> list[User] | None:
    if "users" not in whole and "queues" not in whole:
        return None
    users = _objects(whole.get("users", []), file, "users")
    queues = [{**one, "queue": True} for one in _objects(whole.get("queues", []), file, "queues")]
    return _users(((None, one) for one in [*users, *queues]), file)


def _users(objects: Iterable[tuple[int | None, Mapping[str, object]]], file: str) -> list[User]:
    found: dict[str, User] = {}
    for place, one in objects:
        user = _user(one, file, place)
        if user.id in found:
            raise Unloadable(file, place, f"the user {user.id!r} stands twice in this file")
        found[user.id] = user
    return list(found.values())


def _user(one: Mapping[str, object], file: str, line: int | None) -> User:
    strange = [name for name in one if name not in USER_COLUMNS]
    if strange:
        raise Unloadable(file, line, f"a user has no {strange[0]!r}, only {', '.join(USER_COLUMNS)}")
    text = {name: "" if value is None else str(value).strip() for name, value in one.items()}
    chosen = text.get("id") or text.get("email")
    if not chosen:
        raise Unloadable(file, line, "a user needs an id or an e-mail")
    active, queue, integration = (
        _truth(text.get(name) or default, file, line, name)
        for name, default in (("active", "yes"), ("queue", "no"), ("integration", "no"))
    )
    name, email = text.get("name") or chosen, text.get("email") or None
    return User(OwnerId(chosen), name, email, active=active, queue=queue, integration=integration)


def _truth(text: str, file: str, line: int | None, name: str) -> bool:
    if text.lower() not in TRUTH:
        raise Unloadable(file, line, f"{name} is {text!r}, but must be yes or no")
    return TRUTH[text.lower()]


def _user_object(user: User) -> dict[str, object]:
    return {name: getattr(user, name) for name in USER_COLUMNS}


def _companies(raw: object, file: str) -> list[Company]:
    found: dict[str, Company] = {}
    for number, one in enumerate(_objects(raw, file, "companies"), 1):
        try:
            company = company_of(one)
        except ValueError as error:
            raise Unloadable(file, None, f"entry {number} of companies: {error}") from error
        if company.id in found:
            raise Unloadable(file, None, f"the company {company.id!r} stands twice in this file")
        found[company.id] = company
    return list(found.values())


# --- bytes ------------------------------------------------------------------------------------------------


def _decode(raw: bytes, file: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unloadable(file, line, "this is not UTF-8: save it as 'CSV UTF-8' or as UTF-8 text") from error
    if not text.strip():
        raise Unloadable(file, None, "the file is empty")
    return text


def _json(raw: bytes, file: str) -> object:
    text = _decode(raw, file)
    try:
        value: object = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unloadable(file, error.lineno, f"this is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Unloadable(file, None, f"this is not JSON: {error}") from error
    return value


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number in JSON")


def _objects(value: object, file: str, name: str) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise Unloadable(file, None, f"{name} must be a list of objects")
    for number, one in enumerate(value, 1):
        if not isinstance(one, dict):
            raise Unloadable(file, None, f"entry {number} of {name} is no object")
    return value


def _mapping(whole: dict[str, object], name: str, file: str) -> dict[str, object]:
    value = whole.get(name, {})
    if not isinstance(value, dict):
        raise Unloadable(file, None, f"{name!r} must be an object as leadswitch wrote it")
    return value


def _csv_objects(raw: bytes, file: str) -> Iterator[tuple[int, dict[str, RawValue]]]:
    text = _decode(raw, file)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    try:
        for row in rows:
            if header and row:
                yield line, _cells(header, row, file, line)
            elif row:
                header = _header(row, file, line)
            line = rows.line_num + 1
    except csv.Error as error:
        raise Unloadable(file, line, f"this is not CSV: {error}") from error


def _header(row: list[str], file: str, line: int) -> list[str]:
    header = [name.strip() for name in row]
    if "" in header:
        raise Unloadable(file, line, f"column {header.index('') + 1} has no name")
    doubled = [name for name, times in Counter(header).items() if times > 1]
    if doubled:
        raise Unloadable(file, line, f"the column {doubled[0]!r} stands twice")
    return header


def _cells(header: list[str], row: list[str], file: str, line: int) -> dict[str, RawValue]:
    if len(row) != len(header):
        raise Unloadable(file, line, f"{len(row)} values for {len(header)} columns")
    return {name: cell or None for name, cell in zip(header, row, strict=True)}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(lines: Iterable[str]) -> str:
    return ",\n".join(lines)
