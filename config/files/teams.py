"""What may stand in teams.yaml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config import scalars
from config.shapes import (
    NUMBER,
    AboveZero,
    Flag,
    Items,
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
from config.yamltext import Map, Text


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


class Capacity(Part):
    """How many leads a rep may get; each limit is optional."""

    hour: AboveZero | None = None
    day: AboveZero | None = None
    week: AboveZero | None = None
    month: AboveZero | None = None
    open: AboveZero | None = Field(None, description="Leads the rep holds that are not closed.")


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
    calendar: Word | None = Field(None, description="A calendar file (.ics) with absences.")
    works: Many[Period] = Field([], description="The days of employment; default: always.")
    weight: Weights = Field({}, description="The rep's share of turns, or shares by first day; default: 1.")
    capacity: Capacity = Field(Capacity.model_construct(), description="How many leads the rep may get.")
    attributes: dict[Word, Many[Word]] = Field(
        {}, description="What rules may require: language, industry, ..."
    )
    manager: Word | None = Field(None, description="The rep who is told when this one does not act.")


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


class TeamEntry(Part):
    """Reps who share turns."""

    name: Word = Field(description="How rules call this team.")
    members: Items[Members] = Field(
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
