"""Mapping files: which field of a CRM fills which lead field, and the custom fields that they add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from config.files.mapping import FieldEntry, MappingFile
from config.names import CUSTOM, own_field
from config.problems import Findings, Refusal, shown
from config.settings import FieldMap, Vocabulary
from config.shapes import model
from config.sources import Source
from config.yamltext import Map, Text, tree
from router.model import FIELDS, Kind


@dataclass(slots=True)
class Mappings:
    """Reads mapping files, each once. `customs` are the custom fields of all of them; `complete` is false where
    a file could not be read, so that nothing is said of fields that it may hold."""

    findings: Findings
    source: Source
    vocabulary: Vocabulary
    customs: dict[str, Kind] = field(default_factory=dict)
    complete: bool = True
    _done: dict[str, tuple[FieldMap, ...] | None] = field(default_factory=dict)

    def read(self, name: Text) -> tuple[FieldMap, ...] | None:
        """Return the fields of a mapping file; None where it cannot be used."""
        if name not in self._done:
            self._done[str(name)] = self._file(name)
        return self._done[name]

    def _file(self, name: Text) -> tuple[FieldMap, ...] | None:
        try:
            text = self.source.text(name)
        except Refusal as refusal:
            self.findings.refused(refusal, name.place)
            self.complete = False
            return None
        node = tree(str(name), text, self.findings)
        file = model(MappingFile, node, self.findings) if node is not None else None
        fields = node.get("fields") if node is not None else None
        if file is None or not isinstance(fields, Map):
            self.complete = False
            return None
        self.complete = self.complete and len(file.fields) == len(fields)
        return tuple(
            self._field(Text(key, fields.key_place(key)), entry) for key, entry in file.fields.items()
        )

    def _field(self, name: Text, entry: FieldEntry) -> FieldMap:
        yields = self._yields(entry.transform)
        if name.startswith(CUSTOM) and name != CUSTOM:
            self._custom(name, yields or Kind.TEXT)
        elif name == "owner":
            self.findings.add(
                name.place, "'owner' cannot be mapped", "the owner is always read from the record"
            )
        elif name not in FIELDS:
            self.findings.unknown("lead field", name, FIELDS, place=name.place, hint=own_field(name))
        elif yields is not None and yields is not FIELDS[name] and entry.transform is not None:
            message = f"'{name}' holds {FIELDS[name].value}, and '{entry.transform}' yields {yields.value}"
            self.findings.add(
                entry.transform.place, message, _fitting(self.vocabulary.transforms, FIELDS[name])
            )
        values = {str(raw): str(meant) for raw, meant in entry.values.items()}
        transform = str(entry.transform) if entry.transform is not None else None
        return FieldMap(str(name), str(entry.source), transform, values)

    def _yields(self, transform: Text | None) -> Kind | None:
        if transform is None:
            return None
        if transform not in self.vocabulary.transforms:
            self.findings.unknown("transform", transform, self.vocabulary.transforms, place=transform.place)
            return None
        return self.vocabulary.transforms[transform]

    def _custom(self, name: Text, kind: Kind) -> None:
        known = self.customs.setdefault(str(name), kind)
        if known is not kind:
            message = f"'{shown(name)}' is {kind.value} here, and {known.value} in another mapping"
            self.findings.add(name.place, message, "one custom field has one kind in all connections")


def _fitting(transforms: Mapping[str, Kind], kind: Kind) -> str:
    fit: Iterable[str] = sorted(name for name, yields in transforms.items() if yields is kind)
    return "write " + " or ".join(fit) if fit else "leave `as` out"
