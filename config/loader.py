"""From files to a `Configuration`, or to all of their problems at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from config import lint
from config.calendars import calendar
from config.conditions import Conditions
from config.connections import Connections
from config.files.leadswitch import LeadswitchFile, RetentionEntry
from config.files.rules import RuleEntry, RulesFile
from config.files.teams import TeamsFile
from config.holidays import public_holiday
from config.lists import Lists
from config.mappings import Mappings
from config.names import ALWAYS_THERE, Names, keys, named
from config.options import OptionsReader
from config.people import People
from config.problems import ConfigError, Findings, Place, Problem, Refusal
from config.rulebook import Rules, owners_named
from config.secrets import Secrets
from config.settings import Configuration, Connection, Retention, Vocabulary
from config.shapes import Part, model
from config.sources import Directory, Source, Texts
from config.storeurl import store_url
from config.yamltext import Map, Seq, Text, tree
from router.rules import Rulebook

LEADSWITCH, TEAMS, RULES = FILES = ("leadswitch.yaml", "teams.yaml", "rules.yaml")

File = TypeVar("File", bound=Part)


def load(
    directory: Path,
    vocabulary: Vocabulary,
    *,
    environ: Mapping[str, str] | None = None,
    secrets: bool = True,
) -> Configuration:
    """Read a directory. Raises `ConfigError` with all problems; relative paths are meant from the directory.

    `environ` stands for the process's own environment, from which `${NAME}` is taken. Without `secrets` references
    stay as they are written: enough to route, not to reach a CRM.
    """
    if not directory.is_dir():
        message = "is not a directory" if directory.exists() else "there is no such directory"
        raise ConfigError(
            [Problem(str(directory), 0, 0, message, "`leadswitch init DIR` writes one to start from")]
        )
    known = Secrets(directory, environ=environ, resolve=secrets)
    return _Reading(Directory(directory), vocabulary, known, directory).configuration()


def parse(files: Mapping[str, str], vocabulary: Vocabulary, *, secrets: bool) -> Configuration:
    """Read texts by name, such as a store kept; paths stay relative. Raises `ConfigError`.

    Without `secrets` references stay as they are written: enough to route, not to reach a CRM.
    """
    return _Reading(Texts(files), vocabulary, Secrets(resolve=secrets), None).configuration()


@dataclass(frozen=True, slots=True)
class _Trees:
    """The three files as they are written; None for one that cannot be read."""

    leadswitch: Map | None
    teams: Map | None
    rules: Map | None


class _Reading:
    """One run over one configuration: everything is looked at before anything is refused."""

    def __init__(
        self, source: Source, vocabulary: Vocabulary, secrets: Secrets, directory: Path | None
    ) -> None:
        self._source, self._vocabulary = source, vocabulary
        self._secrets, self._directory = secrets, directory
        self._findings = Findings()
        self._mappings = Mappings(self._findings, source, vocabulary)

    def configuration(self) -> Configuration:
        trees = _Trees(*(self._tree(name) for name in FILES))
        file = self._model(LeadswitchFile, trees.leadswitch)
        for entry in file.connections:
            if entry.mapping is not None:
                self._mappings.read(entry.mapping)
        names = self._names(trees)
        conditions = Conditions(self._findings, names, file.timezone)
        teams, rules = self._model(TeamsFile, trees.teams), self._model(RulesFile, trees.rules)
        book = self._rulebook(teams, rules, names, conditions)
        if trees.rules is not None:
            Rules(self._findings, names, conditions).unread(trees.rules.get("rules"), rules)
            self._catch_all(book, trees.rules, rules.rules)
        connections = self._connections(file, conditions)
        store = store_url(file.store, self._secrets, self._directory, self._findings)
        if self._findings.problems:
            raise ConfigError(self._findings.problems)
        subject = lint.Subject(
            book=book,
            rules=rules,
            teams=teams,
            territories=conditions.named("territory"),
            connections=tuple(file.connections),
            mapped=tuple(field for one in connections for field in one.mapping or ()),
            vocabulary=self._vocabulary,
        )
        return Configuration(
            rulebook=book,
            connections=connections,
            store=store,
            retention=self._retention(file.retention),
            allow_hosts=frozenset(str(host).casefold() for host in file.allow_hosts),
            timezone=file.timezone,
            hash=_hash(self._source.read),
            files=dict(sorted(self._source.read.items())),
            noticed=cache(partial(lint.notices, subject, self._findings)),
        )

    def _connections(self, file: LeadswitchFile, conditions: Conditions) -> tuple[Connection, ...]:
        options = OptionsReader(self._findings, self._secrets, self._vocabulary.secret, self._directory)
        reader = Connections(self._findings, self._vocabulary, conditions, self._mappings, options)
        connections = reader.read(file)
        if not connections and LEADSWITCH in self._source.read:
            self._findings.notice(Place(LEADSWITCH, 1, 1), "no connections: there is nothing to sync")
        return connections

    def _retention(self, entry: RetentionEntry | None) -> Retention:
        if entry is None:
            return Retention()
        folder = None if entry.archive is None else (self._directory or Path()) / entry.archive
        values, history = entry.values, entry.history
        if values is None or (history is not None and history < values):
            values = history  # values are of no use without their decision
        return Retention(values, history, folder)

    def _tree(self, name: str) -> Map | None:
        try:
            return tree(name, self._source.text(name), self._findings)
        except Refusal as refusal:
            self._findings.refused(refusal, Place(name))
            return None

    def _model(self, kind: type[File], node: Map | None) -> File:
        read = model(kind, node, self._findings) if node is not None else None
        return read if read is not None else kind.model_construct()

    def _names(self, trees: _Trees) -> Names:
        return Names(
            self._findings,
            fields={**ALWAYS_THERE, **self._mappings.customs},
            every_custom=self._mappings.complete and trees.leadswitch is not None,
            connection=named(trees.leadswitch, "connections", by="name"),
            rep=named(trees.teams, "reps", by="id"),
            team=named(trees.teams, "teams", by="name"),
            queue=keys(trees.teams, "queues"),
            list=keys(trees.rules, "lists"),
            territory=keys(trees.rules, "territories"),
            band=keys(trees.rules, "bands"),
        )

    # --- people and rules ---------------------------------------------------------------------------------

    def _rulebook(self, teams: TeamsFile, file: RulesFile, names: Names, conditions: Conditions) -> Rulebook:
        place = partial(calendar, secrets=self._secrets, directory=self._directory)
        people = People(self._findings, names, conditions.zone, place)
        reps = people.reps(teams)
        emails = {rep.email.casefold(): rep.id for rep in reps.values() if rep.email}
        lists = Lists(self._findings, names, self._source, emails, owners_named(file))
        self._named_parts(file, conditions, lists)
        rules = Rules(self._findings, names, conditions)
        return Rulebook(
            rules=rules.read(file),
            reps=reps,
            teams=people.teams(teams),
            queues=people.queues(teams),
            lists=conditions.lists,
            bands=rules.bands(file),
            points=rules.points(file),
            same_person=rules.same_person(file.same_person),
            zone=conditions.zone,
            holidays=public_holiday,
            **({} if file.otherwise is None else {"otherwise": rules.steps(file.otherwise)}),
        )

    def _named_parts(self, file: RulesFile, conditions: Conditions, lists: Lists) -> None:
        for name, node in file.lists.items():
            if (values := lists.read(name, node)) is not None:
                conditions.lists[str(name)] = values
        conditions.declare(file.territories, file.bands)

    def _catch_all(self, book: Rulebook, raw: Map, entries: list[RuleEntry]) -> None:
        written = raw.get("rules")
        if isinstance(written, Text | Map) or (isinstance(written, Seq) and len(written) > len(entries)):
            return  # rules with problems are left out: what is missing may be one of them
        lint.catch_all(book.rules, entries, self._findings)


def _hash(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            raw = part.encode()
            digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
