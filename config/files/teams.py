"""What may stand in teams.yaml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config import scalars
from config.problems import Refusal, shown
from config.shapes import (
    NUMBER,
    AboveZero,
    Flag,
    Items,
    ItemsOrOne,
    Many,
    Names,
    Part,
    Period,
    Raw,
    Seconds,
    Weight,
    Word,
    Zone,
    stands_for,
    text,
    word_or,
)
from config.yamltext import Map, Seq, Text
from router.capacity import OPEN, WINDOWS


def _dated(value: object) -> object:
    return Map(value.place, {"": value}) if isinstance(value, Text) else value


def _weighted(value: object) -> object:
    return Map(value.place, {value: Text("1", value.place)}) if isinstance(value, Text) else value


def _first_day(value: object) -> object:
    return scalars.day(text(value)) if value != "" else None


_KEEP_PLACE = stands_for("keep_place", "write keep_place, or {catch_up: {at_most: 3, within: 7d}}")
FirstDay = Annotated[Any, PlainValidator(_first_day), WithJsonSchema({"type": "string"})]
Weights = Annotated[
    dict[FirstDay, Weight],
    BeforeValidator(_dated),
    WithJsonSchema({"anyOf": [NUMBER, {"type": "object", "additionalProperties": NUMBER}]}),
]
Members = Annotated[
    dict[Word, Weight],
    BeforeValidator(_weighted),
    WithJsonSchema({"anyOf": [NUMBER, {"type": "object", "additionalProperties": NUMBER}]}),
]


Hours = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "always"},
                {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
                    },
                },
            ]
        }
    ),
]


LIMITS = (*WINDOWS, OPEN)


def _window(value: object) -> Text:
    """Take `hour` to `open`, or the length of a rolling window such as 24h."""
    word = text(value)
    if word in LIMITS or (scalars.DURATION.fullmatch(word) and scalars.duration(word) >= 60):
        return word
    hint = f"known: {', '.join(LIMITS)}, or a length of time such as 24h"
    close = None if word[:1].isdigit() else (word, LIMITS)
    raise Refusal(f"unknown key '{shown(word)}'", hint, meant=close)


def _most(value: object) -> int:
    if not (most := scalars.whole(text(value))):
        hint = "leave it out for no limit; for no leads at all write weight: 0, or away"
        raise Refusal("a capacity of 0 would take no lead ever", hint)
    return most


Capacity = Annotated[
    dict[Annotated[Text, PlainValidator(_window)], Annotated[int, PlainValidator(_most)]],
    WithJsonSchema(
        {
            "type": "object",
            "properties": dict.fromkeys(LIMITS, NUMBER),
            "patternProperties": {rf"^{scalars.DURATION.pattern}$": NUMBER},
            "additionalProperties": False,
        }
    ),
]


class RepEntry(Part):
    """A person who takes leads."""

    id: Word = Field(description="How teams, rules and lists call this rep.")
    name: Word | None = Field(None, description="The rep's name; default: the id.")
    email: Word | None = Field(None, description="Finds the rep in each CRM, where `owner` has no id for it.")
    owner: Names = Field({}, description="The rep's user id in a CRM, by connection.")
    zone: Zone | None = Field(None, description="The rep's time zone; default: the configuration's.")
    hours: Hours = Field(
        None, description='Working hours, such as {mon-fri: "09:00-17:30"}; default: always.'
    )
    holidays: Word | None = Field(None, description="Public holidays of a country or an ISO 3166-2 region.")
    away: Many[Period] = Field([], description="Whole days without leads, such as 2026-12-24..2027-01-02.")
    calendar: Word | None = Field(None, description="A calendar file (.ics), or its https URL: busy times.")
    works: Many[Period] = Field([], description="The days of employment; default: always.")
    weight: Weights = Field({}, description="The rep's share of turns, or shares by first day; default: 1.")
    capacity: Capacity = Field(
        {},
        description="How many leads the rep may get: an hour, day, week, month, in the last 24h, open at a time.",
    )
    attributes: dict[Word, Many[Word]] = Field(
        {}, description="What rules may require: language, industry, ..."
    )
    manager: Word | None = Field(None, description="Who is told when this rep does not act; not in force.")


class CatchUp(Part):
    """A bounded catch-up after an absence."""

    at_most: AboveZero = 3
    within: Seconds = 604_800.0


class AbsenceEntry(Part):
    """What happens to the turn of a rep who is away."""

    keep_place: Flag = False
    catch_up: CatchUp | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return word_or("keep_place", handler(core))


def _somebody(value: object) -> object:
    if isinstance(value, Seq) and not value:
        raise Refusal("a team without members can take no lead", "name a rep, or remove the team")
    return value


class TeamEntry(Part):
    """Reps who share turns."""

    name: Word = Field(description="How rules call this team.")
    members: Annotated[ItemsOrOne[Members], BeforeValidator(_somebody)] = Field(
        description="Rep ids, or {ID: FACTOR} to change a rep's weight in this team."
    )
    absence: Annotated[
        AbsenceEntry | None,
        _KEEP_PLACE,
    ] = Field(None, description="What becomes of the turn of a rep who is away; default: keep_place.")


class TeamsFile(Part):
    """teams.yaml: who takes leads."""

    queues: dict[Word, Raw] = Field(
        {}, description="Places that are no person: an id or name for each connection."
    )
    reps: Items[RepEntry] = Field([], description="The people who take leads.")
    teams: Items[TeamEntry] = Field([], description="Reps who share turns.")
