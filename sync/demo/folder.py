"""The demo's directory: laid out afresh each time, and nothing but the demo's own files is ever touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from sync.demo.crm import SHIPPED, Served
from sync.demo.hubspot import TOKEN, HubSpot
from sync.demo.salesforce import AUTHORITY, SECRET, Salesforce
from sync.locks import FileLock
from sync.trouble import Refused

CRMS: Sequence[type[Served]] = (HubSpot, Salesforce)
DEFAULT = Path("leadswitch-demo")
MARK = ".leadswitch-demo.json"
"""Names the files the demo wrote, with their hashes: what is edited since is kept beside the fresh one."""

_SAMPLES = tuple(crm.sample_file() for crm in CRMS)
_STORE = "leadswitch.db"
_PASS_LOCKS = tuple(f"{_STORE}.{crm.connection}.lock" for crm in CRMS)
_MADE_BY_RUNS = (
    *(f"{_STORE}{end}" for end in ("", "-wal", "-shm", "-journal", ".lock")),
    *_SAMPLES,
    *_PASS_LOCKS,
    *(TOKEN, SECRET, AUTHORITY),
)
_DAY = re.compile(rb"<([+-]\d+)d>")
_PLACE = re.compile(rb"<([a-z]+ [^<>\n]+)>")


@dataclass(frozen=True, slots=True)
class Laid:
    """A directory ready for the demo. `again`: an earlier demo was there; `kept` are files that were edited."""

    path: Path
    again: bool
    kept: tuple[Path, ...]


def lay(path: Path, today: date, crms: Iterable[Served]) -> Laid:
    """Write the configuration of these CRMs, its dates counted from `today`, and the files that it refers to.

    Raises `Refused` where that cannot be, `Held` while a pass runs there.
    """
    served = list(crms)
    words = {place: word for crm in served for place, word in crm.words().items()}
    try:
        marked = _marked(path)
        kept = _clear(path, marked) if marked is not None else ()
        _write(path, _texts(today, words))
        for name, content in (each for crm in served for each in crm.files().items()):
            _write_secret(path / name, content)
    except OSError as error:
        raise Refused(
            f"{error.filename or path} cannot be used: {error.strerror}; name another directory with --dir"
        ) from error
    return Laid(path, marked is not None, kept)


def _marked(path: Path) -> Mapping[str, str] | None:
    """Return what an earlier demo wrote there, None where there was none."""
    mark = path / MARK
    if mark.is_file():
        try:
            return {str(name): str(digest) for name, digest in json.loads(mark.read_text("utf-8")).items()}
        except (ValueError, AttributeError):
            pass
    if path.is_dir() and any(path.iterdir()):
        raise Refused(f"{path} holds files that the demo did not write; name another directory with --dir")
    return None


def _clear(path: Path, marked: Mapping[str, str]) -> tuple[Path, ...]:
    """Remove what the demo and its runs wrote; a configuration file that was edited moves aside."""
    with ExitStack() as held:
        for name in _PASS_LOCKS:
            lock = FileLock(path / name)
            lock.acquire()
            held.callback(lock.release)
        ours = marked.keys() & _shipped().keys()
        edited = sorted(name for name in ours if _is_edited(path / name, marked[name]))
        kept = tuple(_aside(path / name) for name in edited)
        for name in (*ours, *_MADE_BY_RUNS):
            (path / name).unlink(missing_ok=True)
    return kept


def _shipped() -> Mapping[str, Path]:
    """Return the files that are laid out, by name; the samples go into the CRMs instead."""
    files = (file for file in SHIPPED.rglob("*") if file.is_file())
    return {file.relative_to(SHIPPED).as_posix(): file for file in files if file.name not in _SAMPLES}


def _is_edited(file: Path, digest: str) -> bool:
    return file.is_file() and _digest(file.read_bytes()) != digest


def _aside(file: Path) -> Path:
    number = 1
    while (target := file.with_name(f"{file.name}.yours-{number}")).exists():
        number += 1
    return file.rename(target)


def _texts(today: date, words: Mapping[str, str]) -> dict[str, bytes]:
    def on(found: re.Match[bytes]) -> bytes:
        return str(today + timedelta(days=int(found[1]))).encode()

    def word(found: re.Match[bytes]) -> bytes:
        return words[found[1].decode()].encode()

    def filled(text: bytes) -> bytes:
        return _PLACE.sub(word, _DAY.sub(on, text))

    texts = {name: file.read_bytes() for name, file in _shipped().items()}
    return {name: filled(text) if name.endswith(".yaml") else text for name, text in texts.items()}


def _write(path: Path, texts: Mapping[str, bytes]) -> None:
    for name, text in texts.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text)
    (path / ".gitignore").write_text("*\n", "utf-8")
    digests = {name: _digest(text) for name, text in texts.items()}
    (path / MARK).write_text(json.dumps(digests, indent=1) + "\n", "utf-8")


def _write_secret(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)


def _digest(text: bytes) -> str:
    return sha256(text).hexdigest()
