"""What may stand in rules.yaml."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config.problems import Place, Refusal
from config.shapes import (
    Condition,
    Flag,
    Items,
    ItemsOrOne,
    Number,
    Part,
    Raw,
    Seconds,
    Word,
    one_of,
    stands_for,
    word_or,
)
from config.yamltext import Map, Text
from router.rules import By

REQUIRE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {"type": ["string", "number"]},
            {"type": "array", "items": {"type": ["string", "number"]}},
            {"type": "object", "properties": {"same": {"const": "strict"}}, "additionalProperties": False},
        ]
    },
}


class Choice(Part):
    """Who gets a lead: exactly one of a rep, a queue or a team."""

    owner: Word | None = Field(None, description="A rep's id, or a list that gives an owner for each value.")
    queue: Word | None = Field(None, description="A queue of teams.yaml.")
    team: Word | None = Field(None, description="A team of teams.yaml.")
    by: Annotated[Text, *one_of(*By)] | None = Field(
        None, description="How the team chooses; default: round_robin."
    )
    require: Annotated[Any, WithJsonSchema(REQUIRE)] = Field(
        None, description="Attributes the rep must have: a value, a list, same, or {same: strict}."
    )
    follow_account: Flag = Field(False, description="Leads of a known account go to its owner.")  # noqa: FBT003
    wait: Seconds | None = Field(None, description="How long a lead waits for a known owner who is away.")
    charge_turn: Flag | None = Field(
        None, description="Whether leads that go to their owner out of turn cost one."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        chosen = [key for key in self.ways() if getattr(self, key)]
        if len(chosen) != 1:
            said = " and ".join(chosen) or "nothing"
            raise Refusal(f"says {said}, but exactly one is needed", "one of " + ", ".join(self.ways()))
        for key in ("by", "require", "wait", "follow_account"):
            if getattr(self, key) and not self.team:
                raise Refusal(f"'{key}' needs a team", "write team: NAME beside it, or remove it")
        return self

    @classmethod
    def ways(cls) -> tuple[str, ...]:
        """Return the keys of which one is needed."""
        return "owner", "queue", "team"


class AssignEntry(Choice):
    """What a rule does: `keep`, or an owner, a queue or a team."""

    keep: Flag = Field(False, description="The owner stays as it is.")  # noqa: FBT003

    @classmethod
    def ways(cls) -> tuple[str, ...]:
        return "keep", "owner", "queue", "team"

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return word_or("keep", handler(core))


def _at_most(value: object) -> object:
    return Map(value.place, {Text("at_most", value.place): value}) if isinstance(value, Text) else value


class HoldEntry(Part):
    """Wait for a rep: plain time at most, or until the working hours of one begin."""

    until: Annotated[Text, *one_of("open")] | None = None
    at_most: Seconds = Field(259_200.0, description="The deadline; default: 72h.")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core)]}


class StepEntry(Choice):
    """One step of `otherwise`."""

    hold: Annotated[HoldEntry | None, BeforeValidator(_at_most)] = Field(None, description="Wait for a rep.")
    alert: Flag = Field(False, description="Park the lead; `leadswitch parked` lists it.")  # noqa: FBT003
    when: Annotated[Text, *one_of("closed", "full", "nobody")] | None = Field(
        None, alias="if", description="When this step applies; default: always."
    )
    _place: Place = PrivateAttr(Place("rules.yaml"))

    @model_validator(mode="wrap")
    @classmethod
    def _placed(cls, value: object, read: ModelWrapValidatorHandler[Self]) -> Self:
        entry = read(value)
        if isinstance(value, Map):
            entry._place = value.place  # noqa: SLF001
        return entry

    @property
    def place(self) -> Place:
        """Where the step is written."""
        return self._place

    @classmethod
    def ways(cls) -> tuple[str, ...]:
        return "hold", "alert", "owner", "queue", "team"

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return word_or("alert", handler(core))


Steps = ItemsOrOne[Annotated[StepEntry, stands_for("alert", "write alert, or a mapping such as {hold: 2h}")]]


class RuleEntry(Part):
    """One rule. The first whose condition holds decides."""

    name: Word = Field(description="How reports and traces call this rule.")
    when: Condition = Field(
        None, description="Which leads it is for; without one: every lead that came so far."
    )
    assign: Annotated[
        AssignEntry, stands_for("keep", "write keep, or {team: NAME}, {owner: NAME}, {queue: NAME}")
    ]
    otherwise: Steps | None = Field(None, description="What happens when nobody may take it, step by step.")
    sla: Raw = Field(None, description="How soon the first touch must come.")
    notify: Raw = Field(None, description="Who is told.")


class SamePersonEntry(Part):
    """The same person goes to the owner they have."""

    within: Seconds = 31_536_000.0
    wait: Seconds = 14_400.0


class PointsEntry(Part):
    """One line of the score table."""

    when: Condition = Field(None, description="Which leads get the points; default: every lead.")
    points: Number = Field(description="What it adds to the score; less than 0 takes away.")
    half_life: Seconds | None = Field(
        None, description="The age of a lead at which the points count half; default: they stay."
    )

    @model_validator(mode="after")
    def _decays(self) -> Self:
        if self.half_life == 0:
            raise Refusal("'half_life' is no time at all", "write one such as 14d, or leave it out")
        return self


class RulesFile(Part):
    """rules.yaml: who gets which lead."""

    territories: dict[Word, Raw] = Field({}, description="Named conditions; a list of them is OR.")
    lists: dict[Word, Raw] = Field({}, description="Named values, from a CSV file or written out.")
    bands: dict[Word, Raw] = Field(
        {},
        description="Named conditions: the first that holds is the customer type, where the CRM gives none.",
    )
    score: ItemsOrOne[PointsEntry] = Field(
        [], description="Points that sum up to the score, where the CRM gives none."
    )
    same_person: SamePersonEntry | None = Field(
        None, description="The same person goes to the owner they have."
    )
    otherwise: Steps | None = Field(None, description="The steps of rules without their own.")
    rules: Items[RuleEntry] = Field([], description="Rules, tried from the top.")
