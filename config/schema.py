"""The JSON Schema of the files, for completion and checks in an editor: `leadswitch config schema`."""

from __future__ import annotations

from typing import Any

from config.conditions import NAMED, OPERATORS
from config.files.leadswitch import LeadswitchFile
from config.files.mapping import MappingFile
from config.files.rules import RulesFile
from config.files.teams import TeamsFile
from config.names import ALWAYS_THERE
from config.shapes import CONDITION, SCALAR, Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: dict[str, type[Part]] = {
    "leadswitch": LeadswitchFile,
    "teams": TeamsFile,
    "rules": RulesFile,
    "mapping": MappingFile,
}
"""The definition that describes each file; a mapping may have any name."""

Schema = dict[str, Any]

_CONDITION = {"$ref": "#/$defs/Condition"}
_CONDITIONS = {"type": "array", "items": _CONDITION, "minItems": 1}
_VALUES = {"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 1}]}
_LIST = {
    "anyOf": [
        {"type": "array", "items": SCALAR, "minItems": 1},
        {
            "type": "object",
            "properties": {"file": SCALAR, "match": SCALAR, "owner": SCALAR, "values": _VALUES},
            "required": ["match"],
            "additionalProperties": False,
        },
    ]
}
_QUEUE = {"type": ["object", "null"], "additionalProperties": SCALAR}
_TERRITORY = {"anyOf": [_CONDITION, _CONDITIONS]}


def schema() -> Schema:
    """Return one schema that fits each of the files; `$defs` has one for each of them under the file's name."""
    definitions: Schema = {"Condition": _condition(), "Question": _question()}
    for name, model in FILES.items():
        own = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= own.pop("$defs", {})
        definitions[name] = own
    rules, teams = definitions["rules"]["properties"], definitions["teams"]["properties"]
    rules["territories"]["additionalProperties"] = rules["bands"]["additionalProperties"] = _TERRITORY
    rules["lists"]["additionalProperties"] = _LIST
    teams["queues"]["additionalProperties"] = _QUEUE
    return {
        "$schema": DIALECT,
        "title": "Leadswitch configuration",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in FILES],
        "$defs": {name: _finished(part) for name, part in sorted(definitions.items())},
    }


def _condition() -> Schema:
    """The language of `when`: fields, names and groups; the keys of one mapping are ANDed."""
    fields = {name: {"$ref": "#/$defs/Question"} for name in ALWAYS_THERE}
    groups = {"all": _CONDITIONS, "any": _CONDITIONS, "not": {"anyOf": [_CONDITION, _CONDITIONS]}}
    named = {name: {"anyOf": [_VALUES, {"type": "object"}]} for name in NAMED}
    return {
        "type": "object",
        "properties": {**fields, **named, **groups},
        "patternProperties": {r"^custom\..+": {"$ref": "#/$defs/Question"}},
        "additionalProperties": False,
    }


def _question() -> Schema:
    """What a field is asked: equality, or operators."""
    operators: Schema = dict.fromkeys(OPERATORS, SCALAR)
    operators |= dict.fromkeys(("not_in", "contains", "starts_with", "ends_with", "word"), _VALUES)
    operators["between"] = {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}
    operators["blank"] = {"type": ["boolean", "string"]}
    asked = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {"anyOf": [*_VALUES["anyOf"], asked]}


def _finished(part: Any) -> Any:
    """Put the language of `when` in its places, and leave out defaults that are ours and no text of a file."""
    if isinstance(part, list):
        return [_finished(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("$comment") == CONDITION["$comment"]:
        kept = {key: value for key, value in part.items() if key == "description"}
        return {**kept, "anyOf": [_CONDITION, {"type": "null"}]}
    return {key: _finished(value) for key, value in part.items() if not _is_ours(key, value)}


def _is_ours(key: str, value: object) -> bool:
    return key == "default" or (key == "title" and isinstance(value, str))
