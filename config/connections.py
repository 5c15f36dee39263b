"""The connections of leadswitch.yaml as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.conditions import Conditions
from config.files.leadswitch import ConnectionEntry, LeadswitchFile
from config.mappings import Mappings
from config.notyet import notice
from config.options import OptionsReader
from config.people import once
from config.problems import Findings
from config.settings import PROPERTIES, Connection, Nobody, Replace, Vocabulary
from config.yamltext import Text

_COMMON = frozenset(ConnectionEntry.model_fields)


@dataclass(frozen=True, slots=True)
class Connections:
    """Builds connections; their mappings are read beforehand, since rules need the custom fields."""

    findings: Findings
    vocabulary: Vocabulary
    conditions: Conditions
    mappings: Mappings
    options: OptionsReader

    def read(self, file: LeadswitchFile) -> tuple[Connection, ...]:
        """Return the connections in their order."""
        once(self.findings, "connection", ((entry.name, entry.name) for entry in file.connections))
        return tuple(self._connection(entry) for entry in file.connections)

    def _connection(self, entry: ConnectionEntry) -> Connection:
        if any(not (char.isalnum() or char in "_-.") for char in entry.name):
            self.findings.add(entry.name.place, "a connection's name is letters, digits, - and _ only")
        return Connection(
            name=str(entry.name),
            kind=str(entry.kind),
            object=self._object(entry),
            enters=_words(entry.enters) or (self.vocabulary.enters.get(entry.kind, "createdate"),),
            when=self.conditions.read(entry.when),
            replaces=self._replaces(entry),
            take=entry.take,
            closed=_words(entry.closed),
            mapping=self.mappings.read(entry.mapping) if entry.mapping is not None else None,
            audit=self._audit(entry),
            overlap=entry.overlap,
            sweep=entry.sweep,
            daily_share=entry.daily_share,
            max_per_pass=entry.max_per_pass,
            options=self._options(entry),
        )

    def _object(self, entry: ConnectionEntry) -> str:
        default = self.vocabulary.objects.get(entry.kind, "")
        if entry.object is None and not default and entry.kind in self.vocabulary.kinds:
            self.findings.add(
                entry.name.place, "'object' is missing", "which type of record holds the leads?"
            )
        return str(entry.object or default)

    def _audit(self, entry: ConnectionEntry) -> tuple[str, ...]:
        """Return what is written; a carrier that the CRM does not have is the usual one there."""
        carriers = self.vocabulary.carriers.get(entry.kind, ("note",))
        words = {}
        for word in entry.audit:
            written = str(word) if word in carriers or word == PROPERTIES else carriers[0]
            words[written] = word.place
            if written != word:
                message = f"{entry.kind} has no '{word}' to hold the reason"
                self.findings.notice(word.place, message, f"a {written} is written")
        chosen = [word for word in words if word != PROPERTIES]
        if len(chosen) > 1:
            both = " and ".join(chosen)
            self.findings.add(words[chosen[1]], f"'audit' names {both}: a note is written once", "choose one")
        return tuple(words) or carriers[:1]

    def _replaces(self, entry: ConnectionEntry) -> tuple[Replace, ...]:
        if entry.replaces is None and entry.kind in self.vocabulary.always_owned:
            hint = "say whose leads may be taken: [{queue: NAME}], or [{user: NAME}] of an integration"
            message = f"'replaces' is missing: in {entry.kind} every record has an owner"
            self.findings.add(entry.name.place, message, hint)
        replaced = tuple(dict.fromkeys(entry.replaces or ())) or (Nobody(),)
        if (
            entry.replaces is not None
            and replaced == (Nobody(),)
            and entry.kind in self.vocabulary.always_owned
        ):
            message = (
                f"no lead is ever taken: in {entry.kind} every record has an owner, and `replaces` is nobody"
            )
            self.findings.notice(entry.name.place, message, "name the queue or user that has the new leads")
        return replaced

    def _options(self, entry: ConnectionEntry) -> object:
        kinds = self.vocabulary.kinds
        if entry.kind not in kinds:
            self.findings.unknown("kind of connection", entry.kind, kinds, place=entry.kind.place)
            return None
        notice(self.findings, entry.kind.place, f"kind: {entry.kind}")
        extra = entry.model_extra or {}
        return self.options.read(kinds[entry.kind], extra, common=_COMMON, place=entry.name.place)


def _words(texts: Iterable[Text] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(text) for text in texts or ()))
