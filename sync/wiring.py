"""Where the program is put together: what configurations may say, and what a connection is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from config.loader import load, parse
from config.settings import PROPERTIES, Configuration, Connection, Vocabulary
from connectors import registry
from connectors.contract import Account, Secret
from connectors.normalise.domain import is_free_mail
from connectors.normalise.reading import Context, Unreadable
from connectors.normalise.transforms import DEFAULT_TRANSFORM, TRANSFORMS
from connectors.registry import Kind
from router.model import ConnectionName, Value

if TYPE_CHECKING:  # the store is slow to load, and `check` does without it
    from connectors.normalise.mapping import FieldMapping
    from sync.gates import Gates
    from sync.seams import Seams
    from sync.transport import Transport
    from sync.work import Wired

T = TypeVar("T")


class NotSynced(Exception):
    """A connection of a kind that can be configured and checked, but not synced by this version."""


def vocabulary() -> Vocabulary:
    """Return what the connectors and the normaliser tell a configuration."""
    return Vocabulary(
        kinds=_OfKinds(lambda kind: kind.options_type()),
        secret=Secret,
        transforms={name: transform.kind for name, transform in TRANSFORMS.items()},
        default_transforms=DEFAULT_TRANSFORM,
        always_owned=_OfKinds(lambda kind: kind.name if kind.every_record_owned else None),
        objects=_OfKinds(lambda kind: kind.object),
        enters=_OfKinds(lambda kind: kind.enters),
        carriers=_OfKinds(lambda kind: kind.carriers),
        free_mail=is_free_mail,
        number=_number,
    )


def _number(text: str) -> Value | None:
    try:
        return TRANSFORMS["integer_band"].read(text, Context())
    except Unreadable:
        return None


class _OfKinds(Mapping[str, T]):
    """A fact of each kind of CRM; third parties' kinds are looked for only when ours do not have the name."""

    def __init__(self, fact: Callable[[Kind], T | None]) -> None:
        self._fact = fact

    def __getitem__(self, name: str) -> T:
        try:
            found = self._fact(registry.find(name))
        except ValueError as error:
            raise KeyError(name) from error
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(registry.names())

    def __len__(self) -> int:
        return len(registry.names())


def configuration(directory: Path) -> Configuration:
    """Load the configuration in `directory`; raises `ConfigError`."""
    return load(directory, vocabulary())


def without_replaces(directory: Path) -> Configuration:
    """Load a configuration that does not say yet whose leads may be taken: enough to look, not to sync."""
    return load(directory, replace(vocabulary(), always_owned=frozenset()))


def offline_configuration(directory: Path) -> Configuration:
    """Load the configuration without the secrets of its CRMs: enough to route."""
    return load(directory, vocabulary(), secrets=False)


def store_url(directory: Path) -> str:
    """Return the store of a configuration; its CRMs' secrets are not needed for that."""
    url = offline_configuration(directory).store
    return configuration(directory).store if "${" in url else url


def stored_configuration(files: dict[str, str]) -> Configuration:
    """Read a configuration that the store kept; enough to route, not to reach a CRM."""
    return parse(files, vocabulary(), secrets=False)


def field_mapping(settings: Connection) -> FieldMapping:
    """Return how the fields of a connection become a lead's: its own mapping, or its kind's."""
    from connectors.normalise.mapping import FieldMap, FieldMapping

    if settings.mapping is None:
        return registry.find(settings.kind).standard_mapping()
    return FieldMapping(tuple(FieldMap(m.field, m.source, m.transform, m.values) for m in settings.mapping))


def wire(
    found: Configuration,
    settings: Connection,
    seams: Seams,
    *,
    gates: Gates | None = None,
    rehearsal: bool = False,
) -> Wired:
    """Open a connection's CRM, in a `rehearsal` to look at it only.

    `gates` are those that this process has sent through before. Raises `NotSynced`, or what the connector raises for
    options it cannot use.
    """
    from connectors.normalise.mapping import compile_mapping
    from router.match import question
    from router.route import Router
    from sync.gates import Gates
    from sync.transport import Transport
    from sync.work import Wired

    kind = registry.find(settings.kind)
    if kind.connect is None:
        raise NotSynced(
            f"{settings.name}: this version checks {settings.kind} connections, but cannot sync them yet"
        )
    mapping, transport = field_mapping(settings), Transport(seams.sleep, seams.stopping)
    gates = gates or Gates()
    account = _account(settings, mapping, seams, transport, rehearsal=rehearsal)
    connector = kind.open(
        settings.options, replace(account, kept=gates.kept(settings), zone=ZoneInfo(found.timezone))
    )
    router, ours = Router(found.rulebook), question(settings.when)
    transport.gate = gates.open(found, settings, connector.features.limits)
    return Wired(
        settings=settings,
        connector=connector,
        normalise=compile_mapping(mapping, zone=found.timezone),
        router=router,
        when=lambda lead, now: ours(router.filled(lead, now), now),
        config=found.hash,
        files=found.files,
        zone=found.timezone,
        calls=transport.made,
        allow_hosts=found.allow_hosts,
    )


def _account(
    settings: Connection, mapping: FieldMapping, seams: Seams, transport: Transport, *, rehearsal: bool
) -> Account:
    from sync.notes import TRACE

    return Account(
        connection=ConnectionName(settings.name),
        object=settings.object,
        clock=seams.clock,
        transport=transport,
        rehearsal=rehearsal,
        fields=frozenset(each.source for each in mapping.fields),
        carrier=settings.carrier or registry.find(settings.kind).carriers[0],
        stamps=TRACE if PROPERTIES in settings.audit else {},
    )
