"""Named lists: values of one field, from a CSV file or written out, each with its owner where the file has them."""

from __future__ import annotations

import io
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from config.csvtext import rows
from config.names import Names
from config.operands import literal, several, warn
from config.problems import Findings, Place, Refusal, closest, shown
from config.sources import Source
from config.yamltext import Map, Node, Seq, Text
from router.model import Kind, RepId
from router.rules import NamedList

_KEYS = ("file", "match", "owner", "values")
_KINDS = (Kind.TEXT, Kind.COUNTRY, Kind.REGION, Kind.LANGUAGE)


@dataclass(frozen=True, slots=True)
class Lists:
    """Reads lists. `emails` finds a rep by e-mail, for files that name owners so; `assigned` are what rules
    and steps give leads to: of the lists among them every value needs its owner.
    """

    findings: Findings
    names: Names
    source: Source
    emails: Mapping[str, str]
    assigned: Container[str] = ()

    def read(self, name: Text, node: Node) -> NamedList | None:
        """Read one list; None where it has problems."""
        try:
            if isinstance(node, Seq):
                return self._written(name, node, _field_of(several(node)), at=name)
            return self._described(name, node)
        except Refusal as refusal:
            self.findings.refused(refusal, node.place)
            return None

    def _described(self, name: Text, node: Node) -> NamedList | None:
        if not isinstance(node, Map):
            raise Refusal(
                "a list is {file, match, owner} or a list of values", "write [acme.com, example.com]"
            )
        if not self._keys(node):
            return None
        match = _text(node, "match")
        if "values" in node:
            return self._written(name, node["values"], str(match), at=match)
        return self._file(name, node, match)

    def _keys(self, node: Map) -> bool:
        unknown = [key for key, _ in node.texts() if key not in _KEYS]
        for key in unknown:
            self.findings.unknown("key", key, _KEYS, place=key.place)
        if "file" in node and "values" in node:
            raise Refusal("a list has a file or values, not both")
        return not unknown

    def _kind(self, field: str, at: Text) -> Kind | None:
        kind = self.names.kind_of(Text(field, at.place))
        if kind is not None and kind not in _KINDS:
            raise Refusal(
                f"a list cannot match {field}", "match text or codes: domain, email, company, country, ..."
            )
        return kind

    def _written(self, name: Text, node: Node, field: str, *, at: Text) -> NamedList | None:
        kind = self._kind(field, at)
        if kind is None:
            return None
        owners: dict[str, RepId | None] = {}
        for text in several(node):
            if text.strip():
                self._add(owners, text, None, field, kind)
            else:
                self.findings.add(text.place, "an empty value", "fill it in, or remove it")
        return NamedList(str(name), field, owners)

    # --- files --------------------------------------------------------------------------------------------

    def _file(self, name: Text, node: Map, match: Text) -> NamedList | None:
        file = _text(node, "file")
        kind = self._kind(match, match)
        if kind is None:
            return None
        try:
            text = self.source.text(file)
        except Refusal as refusal:
            self.findings.refused(refusal, file.place)
            return None
        owner = _text(node, "owner") if "owner" in node else None
        owners: dict[str, RepId | None] = {}
        for value, who in self._rows(file, text, match, owner):
            if value.strip():
                self._add(owners, value, self._owner(who), match, kind)
            if who is not None:
                self._half_blank(value, who, match, is_assigned=name in self.assigned)
        if any(problem.file == file for problem in self.findings.problems):
            return None
        if owner is not None and name in self.assigned and not any(owners.values()):
            raise Refusal(
                f"no row of {shown(file)} has an owner",
                "fill in this column, or assign a rep",
                place=owner.place,
            )
        if not owners:
            self.findings.notice(file.place, f"the list {shown(name)} is empty", "no lead will be on it")
        return NamedList(str(name), str(match), owners)

    def _half_blank(self, value: Text, who: Text, match: Text, *, is_assigned: bool) -> None:
        if value.strip() and not who.strip() and is_assigned:
            hint = "fill in its owner; until then `otherwise` decides"
            self.findings.notice(value.place, f"'{shown(value)}' has no owner", hint)
        elif who.strip() and not value.strip():
            message = f"'{shown(who)}' owns nothing here: the {shown(match)} is blank"
            self.findings.notice(value.place, message, "fill it in, or remove the row")

    def _rows(
        self, file: str, text: str, match: Text, owner: Text | None
    ) -> Iterator[tuple[Text, Text | None]]:
        lines = io.StringIO(
            text.removeprefix("\ufeff"), newline=""
        )  # other line breaks belong to their values
        first = lines.readline()
        lines.seek(0)
        found = rows(file, lines, next((sign for sign in ",;\t" if sign in first), ","))
        header = [column.strip() for column in next(found, (1, []))[1]]
        value_at = _column(header, match)
        owner_at = _column(header, owner) if owner is not None else None
        for line, row in found:
            if any(cell.strip() for cell in row):
                cells = [Text(cell, Place(file, line, 1)) for cell in row]
                yield from self._row(cells, len(header), value_at, owner_at)

    def _row(
        self, cells: list[Text], width: int, value_at: int, owner_at: int | None
    ) -> Iterator[tuple[Text, Text | None]]:
        if len(cells) != width:
            hint = "quote a value that holds the delimiter"
            self.findings.add(cells[0].place, f"{len(cells)} columns where the header has {width}", hint)
        else:
            yield cells[value_at], None if owner_at is None else cells[owner_at]

    def _owner(self, who: Text | None) -> RepId | None:
        name = Text(who.strip(), who.place) if who is not None else None
        if not name:
            return None
        if (by_email := self.emails.get(name.casefold())) is not None:
            return RepId(by_email)
        return RepId(str(name)) if self.names.check("rep", name) else None

    def _add(
        self, owners: dict[str, RepId | None], text: Text, owner: RepId | None, field: str, kind: Kind
    ) -> None:
        warn(text, field, self.findings)
        try:
            value = literal(Text(text.strip(), text.place), kind).casefold()
        except Refusal as refusal:
            self.findings.refused(refusal, text.place)
            return
        if value not in owners:
            owners[value] = owner
        elif owners[value] == owner:
            self.findings.notice(text.place, f"'{shown(value)}' is on the list twice")
        else:
            message = f"'{shown(value)}' is on the list twice, with two owners"
            self.findings.add(
                text.place, message, f"keep {owners[value] or 'the line without owner'} or {owner or 'this'}"
            )


def _text(node: Map, key: str) -> Text:
    value = node.get(key)
    if not isinstance(value, Text) or not value.strip():
        raise Refusal(f"'{key}' is missing", "a list is {file: NAME.csv, match: FIELD, owner: COLUMN}")
    return value


def _column(header: list[str], name: Text) -> int:
    if not header:
        raise Refusal("the file is empty", "its first line must name the columns", place=name.place)
    folded = [column.casefold() for column in header]
    if name.casefold() in folded:
        return folded.index(name.casefold())
    close = closest(name, header)
    hint = f"did you mean '{close}'?" if close else "columns: " + ", ".join(map(shown, header[:12]))
    raise Refusal(f"the file has no column '{shown(name)}'", hint, place=name.place)


def _field_of(values: list[Text]) -> str:
    """Tell which field a list of bare values is of, by their looks."""
    if all("@" in value for value in values):
        return "email"
    if all("." in value and " " not in value.strip() for value in values):
        return "domain"
    return "company"
