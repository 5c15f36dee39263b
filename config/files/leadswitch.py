"""What may stand in leadswitch.yaml."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config import scalars
from config.problems import Refusal
from config.settings import All_, New, Nobody, QueueNamed, Replace, Since, Take, UserNamed
from config.shapes import (
    NUMBER,
    AboveZero,
    Condition,
    Items,
    Many,
    Part,
    Seconds,
    Share,
    Word,
    Zone,
    one_of,
    text,
)
from config.yamltext import Map, Text


def _replace(value: object) -> Replace:
    if isinstance(value, Text) and value == "nobody":
        return Nobody()
    if isinstance(value, Map) and len(value) == 1:
        [(key, name)] = value.items()
        if key == "queue":
            return QueueNamed(str(text(name)))
        if key == "user":
            return UserNamed(str(text(name)))
    raise Refusal("says whose leads may be taken", "write nobody, {queue: NAME} or {user: NAME}")


def _take(value: object) -> Take:
    word = text(value)
    if word == "new":
        return New()
    if word == "all":
        return All_()
    if day := scalars.since(word):
        return Since(day)
    raise Refusal("says which leads the first pass takes", "write new, all or since 2026-01-31")


def _sweep(value: object) -> float | None:
    word = text(value)
    if word == "off":
        return None
    seconds = scalars.duration(word)
    if seconds < _HOUR:
        raise Refusal(
            "a sweep reads every record, over several passes", "write 1h or more, such as 24h, or off"
        )
    return seconds


_HOUR = 3600.0

Replaces = Annotated[
    Any,
    PlainValidator(_replace),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "nobody"},
                {
                    "type": "object",
                    "properties": {"queue": NUMBER, "user": NUMBER},
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        }
    ),
]
Takes = Annotated[
    Any,
    PlainValidator(_take),
    WithJsonSchema({"type": "string", "pattern": r"^(new|all|since \d{4}-\d\d-\d\d)$"}),
]


Sweeps = Annotated[
    Any,
    PlainValidator(_sweep),
    WithJsonSchema({"type": "string", "pattern": r"^(off|\d+(\.\d+)?\s*[smhdw])$"}),
]


class ConnectionEntry(Part):
    """One CRM account; every key that is not listed here belongs to its kind."""

    model_config = ConfigDict(extra="allow")

    name: Word = Field(description="How the rest of the configuration and the logs call this CRM account.")
    kind: Word = Field(description="hubspot, salesforce, leadsquared, memory or any registered kind.")
    object: Word | None = Field(None, description="The type of record that holds leads in this CRM.")
    enters: Many[Word] | None = Field(
        None, description="Date fields: a record enters when one of them is set."
    )
    when: Condition = Field(
        None, description="Which of the records that enter are leads; default: every one."
    )
    replaces: Many[Replaces] | None = Field(None, description="Whose leads may be taken; default: nobody's.")
    take: Takes = Field(New(), description="Which leads the first pass takes: new, all or since a date.")
    closed: Many[Word] = Field([], description="Statuses that end an open lead.")
    mapping: Word | None = Field(None, description="The file that maps this CRM's fields to lead fields.")
    audit: Many[Annotated[Text, *one_of("note", "task", "properties", "record")]] = Field(
        [], description="How the reason is left in the CRM; default: a note."
    )
    overlap: Seconds = Field(600.0, description="How far each pass looks back behind the last one.")
    sweep: Sweeps = Field(
        86_400.0, description="How often all records are read, for what no date shows: 24h, or off."
    )
    daily_share: Share = Field(Decimal("0.5"), description="The part of the CRM's daily calls to use.")
    max_per_pass: AboveZero = Field(
        500, description="A pass that would assign more leaves the rest and says so."
    )


_DAY = 86_400.0


def _kept(value: object) -> float:
    seconds = scalars.duration(text(value))
    if seconds < _DAY:
        raise Refusal("what was decided within a day is needed yet", "write 1d or more, such as 400d")
    return seconds


def _both(value: object) -> object:
    """Let a bare duration stand for both."""
    if isinstance(value, Text):
        return Map(value.place, {"values": value, "history": value})
    return value


Kept = Annotated[
    float, PlainValidator(_kept), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*[smhdw]$"})
]


class RetentionEntry(Part):
    """How long what is over is kept."""

    values: Kept | None = Field(None, description="Personal values of leads that ended; default: for ever.")
    history: Kept | None = Field(None, description="Decisions, turns and runs; default: for ever.")
    archive: Word | None = Field(
        None, description="The folder that takes the history; default: it is dropped."
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core)]}


class LeadswitchFile(Part):
    """leadswitch.yaml: the store and the CRM accounts."""

    timezone: Zone = Field("UTC", description="For dates without a zone, and for reps without one.")
    store: Word | None = Field(
        None, description="sqlite:///FILE or postgresql+psycopg://...; default: leadswitch.db."
    )
    retention: Annotated[RetentionEntry | None, BeforeValidator(_both)] = Field(
        None, description="How long leads that ended, their decisions and turns are kept; default: for ever."
    )
    allow_hosts: Many[Word] = Field(
        [],
        description="Hosts of a private network that calendars may be read from; default: public ones only.",
    )
    connections: Items[ConnectionEntry] = Field([], description="The CRM accounts to route leads of.")
