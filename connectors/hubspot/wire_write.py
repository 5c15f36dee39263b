"""What is written to HubSpot, and what became of each record (pure): owners, notes, the keys of notes.

Results come back in any order and are joined by id. An id that is in neither results nor errors was merged away.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Assignment, Look, Note, Outcome, Verdict
from connectors.http import Answer
from connectors.hubspot.wire import OWNER, answered, results
from connectors.hubspot.wire_errors import Refused, content, is_not_there, named_ids
from connectors.hubspot.wire_paths import NOTE_TO
from connectors.hubspot.wire_words import entries, errors, part, words
from connectors.sending import About, Refusal
from router.model import LeadRef

BODY = "hs_note_body"
LONGEST_BODY = 65_536

_BREAK = "<br>\n"
_TYPES = {
    name: [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    for name, number in NOTE_TO.items()
}
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")
_LATER = ("RATE_LIMIT", "RATE_LIMITS")
_LEFT_OUT = "HubSpot's answer does not say what became of it"


# --- owners -----------------------------------------------------------------------------------------------


def update(batch: Sequence[Assignment]) -> Mapping[str, object]:
    """Return the body that writes the owners, each with its trace fields."""
    return {
        "inputs": [
            {"id": one.record.ref.record, "properties": {OWNER: one.owner, **_texts(one.stamp)}}
            for one in batch
        ]
    }


def _texts(stamp: Mapping[str, object]) -> dict[str, str]:
    """Return values as HubSpot takes them: text, nothing as an empty one, truth in small letters."""
    return {
        name: "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in stamp.items()
    }


def updated(answer: Answer, batch: Sequence[Assignment]) -> list[Outcome]:
    """Return the outcome of each assignment that the answer tells of: it leaves out those of merged records."""
    body = content(answer)
    there = {record: part(one, "properties").get(OWNER) for record, one in results(body)}
    failed = _Failures(body)
    return [told for one in batch if (told := _updated(one, there, failed)) is not None]


def _updated(one: Assignment, there: Mapping[str, object], failed: _Failures) -> Outcome | None:
    ref = one.record.ref
    if ref.record not in there:
        error = failed.naming(ref.record) or failed.unnamed
        return Outcome(ref, *_verdict(error)) if error else None
    owner = there[ref.record]
    if owner is not None and str(owner) != one.owner:
        return Outcome(ref, Verdict.DOUBTFUL, "HubSpot answered with another owner than the one written")
    return Outcome(ref, Verdict.DONE)


def left_out(ref: LeadRef, look: Look | None) -> Outcome:
    """Return the outcome of a write of which the answer does not tell; `look` is how the record is now, where known."""
    if look is None or look.absent is None:
        return Outcome(ref, Verdict.DOUBTFUL, _LEFT_OUT)
    into = f" into {look.survivor}" if look.survivor else ""
    return Outcome(ref, Verdict.GONE, f"the record is {look.absent}{into}")


class _Failures:
    """What a batch's errors say of the inputs that are not among its results; `unnamed` is one that names none."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        found = errors(body)
        self._named = {one: error for error in found for one in named_ids(error)}
        self.unnamed = next((error for error in found if not named_ids(error)), None)

    def naming(self, *keys: str) -> Mapping[str, Any] | None:
        return next((self._named[key] for key in keys if key in self._named), None)


def _verdict(error: Mapping[str, Any]) -> tuple[Verdict, str]:
    detail = words(error) or "HubSpot gave no reason"
    if is_not_there(error):
        return Verdict.GONE, detail
    if error.get("category") in _LATER:  # nothing was applied: it is looked at and sent again
        return Verdict.CONFLICT, detail
    return Verdict.REFUSED, detail


def named(refusal: Refusal, batch: Sequence[Assignment]) -> About:
    """Return those of a refused batch that the refusal is about, by their ids, else by the owner that it names."""
    if not isinstance(refusal, Refused):
        return About()
    found = frozenset(one.record.ref for one in batch if one.record.ref.record in refusal.ids)
    text = _all_said(refusal)
    if not found and "owner" in text.lower():
        numbers = frozenset(re.findall(r"\d+", text))
        found = frozenset(one.record.ref for one in batch if one.owner in numbers)
    return About(found, _of_all(refusal))


def _all_said(refusal: Refused) -> str:
    try:
        return json.dumps(refusal.body)
    except RecursionError:  # answers may be nested deeper than can be written
        return ""


def _of_all(refusal: Refused) -> Verdict:
    return Verdict.GONE if is_not_there(refusal.body) else Verdict.REFUSED


# --- notes ------------------------------------------------------------------------------------------------


def notes(batch: Sequence[Note], now: datetime) -> Mapping[str, object]:
    """Return the body that creates the notes, each tied to its record; the trace id lets one fail alone."""
    stamp = str(int(now.timestamp() * 1000))
    return {"inputs": [_note(note, stamp) for note in batch]}


def _note(note: Note, stamp: str) -> Mapping[str, object]:
    return {
        "objectWriteTraceId": note.key,
        "properties": {"hs_timestamp": stamp, BODY: to_html(note.body)},
        "associations": [{"to": {"id": note.ref.record}, "types": _TYPES[note.ref.object.lower()]}],
    }


def to_html(body: str) -> str:
    """Return a note's text as HubSpot shows it; of one that is too long the middle is left out, never its key."""
    text = _BREAK.join(html.escape(body, quote=False).splitlines())
    if len(text) <= LONGEST_BODY:
        return text
    last = text.rpartition(_BREAK)[2]
    head = text[: LONGEST_BODY - len(last) - 20].rpartition(_BREAK)[0]
    return f"{head}{_BREAK}...{_BREAK}{last}"


def last_line(body: str) -> str:
    """Return the last line of a note that is not blank, as text, however HubSpot has wrapped it."""
    text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", body)))
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def noted_outcomes(answer: Answer, batch: Sequence[Note]) -> list[Outcome]:
    """Return one outcome per note, joined by its trace id or its key; one that nothing names is doubtful."""
    body = content(answer)
    written = {_key(one) for one in answered(body)}
    failed = _Failures(body)
    return [_noted(note, written, failed) for note in batch]


def _noted(note: Note, written: set[str | None], failed: _Failures) -> Outcome:
    if note.key in written:
        return Outcome(note.ref, Verdict.DONE)
    error = failed.naming(note.key, note.ref.record)
    return Outcome(note.ref, *(_verdict(error) if error else (Verdict.DOUBTFUL, _LEFT_OUT)))


def _key(one: Mapping[str, Any]) -> str | None:
    if key := one.get("objectWriteTraceId"):
        return str(key)
    text = part(one, "properties").get(BODY)
    return last_line(str(text)) if text else None


def named_notes(refusal: Refusal, batch: Sequence[Note]) -> About:
    """Return those of a refused batch that the refusal names."""
    if not isinstance(refusal, Refused):
        return About()
    found = frozenset(note.ref for note in batch if refusal.ids & {note.key, note.ref.record})
    return About(found, _of_all(refusal))


# --- associations -----------------------------------------------------------------------------------------


def associations(pages: Iterable[tuple[str, str | None]]) -> Mapping[str, object]:
    """Return the body that asks what records are associated with, each from a position of its own."""
    return {"inputs": [{"id": one, "after": after} if after else {"id": one} for one, after in pages]}


def associated(answer: Answer) -> tuple[dict[str, list[str]], list[tuple[str, str | None]]]:
    """Return the associated ids by record, primary ones first, and what is to be asked for the rest.

    Records without associations are among the errors, which says nothing against the others.
    """
    to: dict[str, list[str]] = {}
    rest: list[tuple[str, str | None]] = []
    for one in answered(content(answer)):
        record = str(part(one, "from").get("id"))
        linked = sorted(entries(one, "to"), key=lambda each: not _primary(each))
        ids = [str(each.get("toObjectId")) for each in linked]
        to.setdefault(record, []).extend(one for one in ids if one.isdecimal())
        after = part(part(one, "paging"), "next").get("after")
        if after:
            rest.append((record, str(after)))
    return to, rest


def _primary(each: Mapping[str, Any]) -> bool:
    return any(kind.get("label") == "Primary" for kind in entries(each, "associationTypes"))


def note_keys(answer: Answer) -> dict[str, str]:
    """Return the last line of each note by the note's id."""
    found = results(content(answer))
    return {record: last_line(str(part(one, "properties").get(BODY) or "")) for record, one in found}
