"""The keys of a connection that belong to its kind: validated into the kind's own frozen Options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import PydanticUndefined

from config.problems import Findings, Place, Refusal
from config.secrets import Secrets
from config.yamltext import Blank, Map, Node, Seq, Text


@dataclass(frozen=True, slots=True)
class OptionsReader:
    """Reads the options of all connections. `directory` None leaves relative paths as they are."""

    findings: Findings
    secrets: Secrets
    secret: type
    directory: Path | None

    def read(
        self, options: type, nodes: Mapping[str, Node], *, common: frozenset[str], place: Place
    ) -> object:
        """Return an instance of `options`, or None after problems; `common` are keys of every connection."""
        types = _types(options)
        given: dict[str, object] = {}
        missing = required(options) - nodes.keys()
        complete = not missing
        for name in sorted(missing):
            self.findings.add(place, f"'{name}' is missing", "connections of this kind need it")
        for key, node in nodes.items():
            if key not in types:
                self.findings.unknown("key", key, common | types.keys(), place=_key_place(key, node))
            elif not isinstance(node, Blank):
                try:
                    given[key] = self._value(types[key], node)
                except Refusal as refusal:
                    self.findings.add(
                        refusal.place or node.place, f"'{key}': {refusal.message}", refusal.hint
                    )
                    complete = False
        valid = self._validated(options, given, nodes)
        return self._built(options, valid, place) if valid is not None and complete else None

    def _value(self, kind: object, node: Node) -> object:
        if _mentions(kind, self.secret):
            if not isinstance(node, Text):
                raise Refusal("a secret is one value", "write ${NAME} or ${file:NAME}")
            return self.secret(self.secrets.whole(node))
        if not (_mentions(kind, str) or _mentions(kind, Path)):
            return _plain(node)
        return self._resolved(node)

    def _resolved(self, node: Node) -> object:
        if isinstance(node, Text):
            return self.secrets.within(node)
        if isinstance(node, Seq):
            return [self._resolved(item) for item in node]
        if isinstance(node, Map):
            return {str(key): self._resolved(item) for key, item in node.items()}
        return None

    def _validated(
        self, options: type, given: Mapping[str, object], nodes: Mapping[str, Node]
    ) -> dict[str, object] | None:
        partial = _model(options).model_validate
        try:
            model = partial(given)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False, include_context=False):
                key = str(detail["loc"][0])
                if detail["type"] != "missing":
                    self.findings.add(nodes[key].place, f"'{key}': {detail['msg']}")
            return None
        return {key: self._placed(getattr(model, key)) for key in given}

    def _placed(self, value: object) -> object:
        if isinstance(value, Path) and self.directory is not None:
            return self.directory / value
        return value

    def _built(self, options: type, values: Mapping[str, object], place: Place) -> object:
        try:
            return options(**values)
        except (ValueError, TypeError) as error:  # raised by a check of the kind's own
            self.findings.add(place, self.secrets.scrub(str(error)))
            return None


def required(options: type) -> frozenset[str]:
    """Return the options without a default."""
    return frozenset(
        field.name
        for field in _fields(options)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )


def _fields(options: type) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(options) if field.init]


@cache
def _types(options: type) -> dict[str, Any]:
    hints = get_type_hints(options, include_extras=True)
    return {field.name: hints[field.name] for field in _fields(options)}


@cache
def _model(options: type) -> type[BaseModel]:
    config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True, allow_inf_nan=False
    )
    needed = required(options)
    fields: dict[str, Any] = {
        name: (kind, PydanticUndefined if name in needed else None) for name, kind in _types(options).items()
    }
    return create_model(options.__name__, __config__=config, **fields)


def _mentions(kind: object, wanted: type) -> bool:
    return kind is wanted or any(_mentions(part, wanted) for part in get_args(kind))


def _plain(node: Node) -> object:
    if isinstance(node, Text):
        if "${" in node:
            raise Refusal("takes no ${...}", "write the value itself")
        return str(node)
    if isinstance(node, Seq):
        return [_plain(item) for item in node]
    if isinstance(node, Map):
        return {str(key): _plain(item) for key, item in node.items()}
    return None


def _key_place(key: str, node: Node) -> Place:
    return key.place if isinstance(key, Text) else node.place
