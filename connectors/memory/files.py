"""The files behind a memory CRM: what is loaded, the journal of writes, and the state saved on close."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from connectors.contract import Clock
from connectors.errors import Stop
from connectors.memory import Options
from connectors.memory.crm import MemoryCrm
from connectors.memory.events import Arrived, Event, Owned, from_line, to_line
from connectors.memory.rows import Row
from connectors.memory.wire import Content, Unloadable, from_csv, from_json, to_json, users_from
from connectors.memory.wire_state import Kept, Source, kept_of, row_of
from router.model import OwnerId, RecordId

NOTHING = Content(())


def state_path(options: Options) -> Path:
    """Return where the state is kept: `save`, else a .json itself, else a `.state.json` beside the file."""
    if options.save is not None:
        return options.save
    if options.file.suffix.lower() == ".json":
        return options.file
    return options.file.with_name(options.file.stem + ".state.json")


class Files:
    """The files of one memory CRM.

    Each write is in the journal (`NAME.journal`) and on the disk before it is confirmed; `save` folds the
    journal into the state. Loading alone writes nothing. The engine's lock keeps a second writer away.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._state = state_path(options).resolve()
        self._one_file = self._state == options.file.resolve()
        self._journal = Journal(self._state.with_name(self._state.name + ".journal"))
        self._sources: dict[RecordId, Source] = {}
        self._kept: dict[RecordId, Kept] = {}
        self._crm: MemoryCrm | None = None

    def open(self, clock: Clock, *, rehearsal: bool = False) -> MemoryCrm:
        """Load everything; in a rehearsal nothing is journalled. Raises `Unloadable`."""
        loaded = _load(self._options.file)
        state = loaded if self._one_file else _load(self._state) if self._state.exists() else NOTHING
        self._sources = {one.id: one for one in loaded.records}
        self._kept = dict(state.kept)
        users = loaded.users
        if self._options.users is not None:
            users = users_from(_bytes(self._options.users), str(self._options.users))
        record = None if rehearsal else self._journal.append
        crm = MemoryCrm(clock, users=users, companies=loaded.companies, record=record)
        now = clock()
        added = [one for one in state.records if one.id not in self._sources]
        crm.load((row_of(one, self._kept.get(one.id), now) for one in [*loaded.records, *added]), state.gone)
        named = self._journal.replay(crm) | {one: kept.file_owner for one, kept in self._kept.items()}
        self._persons_choices(crm, named, now)
        crm.later(Arrived(one.id, now, one.owner) for one in loaded.records if one.id not in named)
        self._crm = crm
        return crm

    def save(self) -> None:
        """Fold the journal into the state; nothing to do where this run wrote nothing."""
        if self._crm is None or not self._journal.grown:
            return
        content = self._content(self._crm)
        # A state that cannot be written loses nothing: the journal stays, and is read again.
        with contextlib.suppress(OSError):
            _replace(self._state, to_json(content))
            self._journal.remove()

    def _persons_choices(
        self, crm: MemoryCrm, named: Mapping[RecordId, OwnerId | None], now: datetime
    ) -> None:
        """Take an owner that the file names now, and did not when it was last read, as a person's choice."""
        for row in crm.look(named):
            if row is None or row.id not in self._sources:
                continue
            chosen = self._sources[row.id].owner
            saved = len(self._kept[row.id].history) if row.id in self._kept else 0
            taken = any(one.owner == chosen and not one.ours for one in row.history[saved:])
            if chosen != named[row.id] and not taken:
                event = Owned(row.id, now, chosen, {}, row.version + 1, ours=False)
                crm.replay(event)
                crm.later([event])

    def _content(self, crm: MemoryCrm) -> Content:
        rows = crm.rows()
        records = [_source(row) for row in rows if self._one_file or row.id not in self._sources]
        base = {one.id: one for one in records} if self._one_file else {**_by_id(records), **self._sources}
        kept = self._kept | {row.id: kept_of(row, base[row.id]) for row in rows}
        users = crm.users() if self._one_file else None
        companies = list(crm.companies.values()) if self._one_file and crm.companies is not None else None
        return Content(records, users, kept, crm.all_gone(), companies)


class Journal:
    """Events as lines, appended and synced before a write is confirmed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn: tuple[int, int] | None = None
        self.grown = False
        """Whether this run wrote to it; a run that only looked must not fold what another one is writing."""

    def append(self, events: Sequence[Event]) -> None:
        """Make the events durable. Raises `Stop` where that fails, and then none of them counts."""
        lines = b"".join(map(to_line, events))
        try:
            new = not self._path.exists()
            # A buffer would be written late, after a failure.
            with self._path.open("ab", buffering=0) as file:
                self._append(file.fileno(), lines)
            if new:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise Stop(f"{self._path} cannot be written: {error.strerror}") from error
        self.grown = self.grown or any(not isinstance(event, Arrived) for event in events)

    def replay(self, crm: MemoryCrm) -> dict[RecordId, OwnerId | None]:
        """Apply the journal to the records; return which of them it saw arrive, and with which owner.

        A last line without an end was never confirmed and is dropped. Raises `Unloadable`.
        """
        raw = _bytes(self._path) if self._path.exists() else b""
        whole = raw[: raw.rfind(b"\n") + 1]
        self._torn = (len(whole), len(raw)) if len(whole) < len(raw) else None
        arrived: dict[RecordId, OwnerId | None] = {}
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                event = from_line(line)
                crm.replay(event)
            except ValueError as error:
                why = f"{error}; a journal belongs to the state beside it: restore that, or delete both"
                raise Unloadable(str(self._path), number, why) from error
            if isinstance(event, Arrived):
                arrived[event.record] = event.owner
        return arrived

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
        self.grown = False

    def _append(self, file: int, lines: bytes) -> None:
        self._cut(file)
        start = os.fstat(file).st_size
        try:
            while lines:
                lines = lines[os.write(file, lines) :]
            os.fsync(file)
        except OSError:
            os.ftruncate(file, start)
            raise

    def _cut(self, file: int) -> None:
        """Cut off a torn last line once, unless someone else has written behind it."""
        if self._torn is not None and os.fstat(file).st_size == self._torn[1]:
            os.ftruncate(file, self._torn[0])
        self._torn = None


def _source(row: Row) -> Source:
    return Source(row.id, row.owner, row.fields)


def _by_id(sources: Sequence[Source]) -> dict[RecordId, Source]:
    return {one.id: one for one in sources}


def _load(path: Path) -> Content:
    raw = _bytes(path)
    return (from_json if path.suffix.lower() == ".json" else from_csv)(raw, str(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Unloadable(str(path), None, "there is no such file") from error
    except OSError as error:
        raise Unloadable(str(path), None, f"it cannot be read: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    """Write the whole file or leave the old one: a reader never meets half of it."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, temporary)
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
