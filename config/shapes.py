"""The types of which the models of the files are made, and how a model is read with all its problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails

from config import scalars
from config.problems import Findings, Place, Refusal, shown
from config.yamltext import Blank, Map, Node, Seq, Text
from router.model import Days

T = TypeVar("T")
Model = TypeVar("Model", bound="Part")


class Part(BaseModel):
    """A mapping of a file. Unknown keys are refused; a key with nothing behind it counts as left out."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, Map):
            return value
        known = {found.alias or name for name, found in cls.model_fields.items()}
        kept: dict[str, Node] = {key: item for key, item in value.items() if not isinstance(item, Blank)}
        if cls.model_config.get("extra") == "forbid":
            findings = _findings(info)
            for key, _ in value.texts():
                if key not in known:
                    findings.unknown("key", key, known, place=key.place)
                    kept.pop(key, None)
        return Map(value.place, kept)


def _findings(info: ValidationInfo) -> Findings:
    context: Findings | None = info.context
    return Findings() if context is None else context


# --- scalars ----------------------------------------------------------------------------------------------


def text(value: object) -> Text:
    """Take a scalar as it stands."""
    if isinstance(value, Blank):
        raise Refusal("a value is missing here", "write one, or remove the key")
    if not isinstance(value, Text):
        raise Refusal("a single value is expected here", "write one value, not a list or a mapping")
    if not value.strip():
        raise Refusal("an empty text", "write something, or remove the key")
    return value


# An editor types scalars by itself and would call an unquoted 512 a number: a word may be any of them.
SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
NUMBER: dict[str, Any] = {"type": ["number", "string"]}

Word = Annotated[Text, PlainValidator(text), WithJsonSchema(SCALAR)]
Seconds = Annotated[
    float,
    PlainValidator(lambda value: scalars.duration(text(value))),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?\s*[smhdw]$"}, {"enum": [0, "0"]}]}
    ),
]
Share = Annotated[Decimal, PlainValidator(lambda value: scalars.share(text(value))), WithJsonSchema(NUMBER)]
Weight = Annotated[Decimal, PlainValidator(lambda value: scalars.weight(text(value))), WithJsonSchema(NUMBER)]
Number = Annotated[Decimal, PlainValidator(lambda value: scalars.number(text(value))), WithJsonSchema(NUMBER)]
Whole = Annotated[int, PlainValidator(lambda value: scalars.whole(text(value))), WithJsonSchema(NUMBER)]
AboveZero = Annotated[
    int, PlainValidator(lambda value: scalars.above_zero(text(value))), WithJsonSchema(NUMBER)
]
Flag = Annotated[
    bool,
    PlainValidator(lambda value: scalars.flag(text(value))),
    WithJsonSchema({"type": ["boolean", "string"]}),
]
Zone = Annotated[
    str, PlainValidator(lambda value: scalars.zone(text(value))), WithJsonSchema({"type": "string"})
]
Day = Annotated[
    date, PlainValidator(lambda value: scalars.day(text(value))), WithJsonSchema({"type": "string"})
]
Period = Annotated[
    Days,
    PlainValidator(lambda value: scalars.days(text(value))),
    WithJsonSchema({"type": "string", "pattern": r"^(\d{4}-\d\d-\d\d)?(\.\.)?(\d{4}-\d\d-\d\d)?$"}),
]
Raw = Annotated[Any, WithJsonSchema({})]
CONDITION = {"$comment": "condition"}  # config.schema puts the language of `when` here
Condition = Annotated[Any, WithJsonSchema(CONDITION)]


def word_or(word: str, schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of a mapping for which one word may stand."""
    return {"anyOf": [{"const": word}, schema]}


def stands_for(word: str, hint: str) -> BeforeValidator:
    """Return what lets a word stand for a mapping of that one key."""

    def read(value: object) -> object:
        if not isinstance(value, Text):
            return value
        if value != word:
            raise Refusal(f"'{shown(value)}' is not known here", hint)
        return Map(value.place, {value: Text("true", value.place)})

    return BeforeValidator(read)


def one_of(*words: str) -> tuple[PlainValidator, WithJsonSchema]:
    """Return what makes a `Text` one of these words."""

    def read(value: object) -> Text:
        word = text(value)
        if word in words:
            return word
        hint = "known: " + ", ".join(words)
        raise Refusal(f"'{shown(word)}' is none of the words known here", hint, meant=(word, words))

    return PlainValidator(read), WithJsonSchema({"enum": list(words)})


Names = dict[Word, Word]


# --- lists ------------------------------------------------------------------------------------------------


def _listed(value: object) -> object:
    if isinstance(value, Text | Map):
        return Seq(value.place, [value])
    return value


def _each(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
    if not isinstance(value, Seq):
        return handler(value)
    good: list[object] = []
    for item in value:
        good += read(lambda node: handler([node]), item, _findings(info), skip=1) or []
    return good


Items = Annotated[list[T], WrapValidator(_each)]
"""A list whose items are read one by one: a bad one is reported and left out, the others are read."""


class _OrOne:
    """Tells the JSON Schema of a list that one of its items may stand alone."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(core)
        return {"anyOf": [whole.get("items", {}), whole]}


Many = Annotated[list[T], BeforeValidator(_listed), _OrOne]
"""A list, or one value that stands for a list of one."""
ItemsOrOne = Annotated[Items[T], BeforeValidator(_listed), _OrOne]
"""Such a list whose items are read one by one."""


# --- reading with all problems ----------------------------------------------------------------------------


def model(kind: type[Model], node: Map, findings: Findings) -> Model | None:
    """Read a mapping as a model; None where nothing of it can be used. Problems are in the findings."""
    return read(lambda part: kind.model_validate(part, context=findings), node, findings)


def read(validate: Callable[[Node], T], node: Node, findings: Findings, *, skip: int = 0) -> T | None:
    """Validate a node; after problems again without the keys that had them, so that the rest is checked too.

    `skip` is how many steps of an error's path lead to the node.
    """
    try:
        return validate(node)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    paths = [tuple(step for step in detail["loc"][skip:] if step != "[key]") for detail in details]
    for detail in details:
        _report(detail, detail["loc"][skip:], node, findings)
    # First without the wrong values alone, then without all that stands under their topmost keys.
    for lost in (paths, [path[:1] for path in paths]):
        try:
            return validate(_without(node, lost))
        except ValidationError:
            continue
    return None


def _without(node: Node, paths: Iterable[Sequence[int | str]]) -> Node:
    for path in paths:
        pruned = _pruned(node, path)
        node = node if pruned is None else pruned
    return node


def _pruned(node: Node, path: Sequence[int | str]) -> Node | None:
    """Return a copy without the last key of the path that is there, None where no key of it is there."""
    step = path[0] if path else None
    if isinstance(node, Map) and isinstance(step, str) and step in node:
        below = _pruned(node[step], path[1:])
        kept = {key: value for key, value in node.items() if key != step}
        return Map(node.place, kept if below is None else {**kept, Text(step, node.key_place(step)): below})
    if isinstance(node, Seq) and isinstance(step, int) and step < len(node):
        below = _pruned(node[step], path[1:])
        return None if below is None else Seq(node.place, [*node[:step], below, *node[step + 1 :]])
    return None


def _report(detail: ErrorDetails, path: Sequence[int | str], node: Node, findings: Findings) -> None:
    place = _place(node, path)
    error = detail.get("ctx", {}).get("error")
    names = [part for part in path if isinstance(part, str) and part != "[key]"]
    subject = f"'{names[-1]}'" if names else "this"
    if isinstance(error, Refusal):
        findings.refused(error, place)
    elif detail["type"] == "missing":
        findings.add(place, f"{subject} is missing")
    elif detail["type"] in ("list_type", "tuple_type"):
        findings.add(place, f"{subject} must be a list", "write [one, two], or one a line behind '- '")
    elif detail["type"] in ("model_type", "dict_type"):
        findings.add(place, f"{subject} must be a mapping", "write key: value")
    else:
        findings.add(place, f"{subject}: {detail['msg'].removeprefix('Value error, ')}")


def _place(node: Node, path: Sequence[int | str]) -> Place:
    """Follow pydantic's path as far as the file has it; a step for a key means the key's own place."""
    place = node.place
    for step in path:
        if step == "[key]":
            return place
        if isinstance(node, Map) and isinstance(step, str) and step in node:
            place, node = node.key_place(step), node[step]
            if "[key]" not in path:
                place = node.place
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = node.place
    return place
