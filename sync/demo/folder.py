"""The demo's directory: laid out afresh each time, and nothing but the demo's own files is ever touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from sync.locks import FileLock
from sync.trouble import Refused

SHIPPED = Path(__file__).with_name("files")
DEFAULT = Path("leadswitch-demo")
MARK = ".leadswitch-demo.json"
"""Names the files the demo wrote, with their hashes: what is edited since is kept beside the fresh one."""

CRM = "crm.json"
"""What the account held at the end; of the same name as the sample it came from."""

TOKEN = "demo-token"  # noqa: S105 - the name of the file, which the configuration refers to
_STORE = "leadswitch.db"
_PASS_LOCK = f"{_STORE}.crm.lock"
_MADE_BY_RUNS = (
    *(f"{_STORE}{end}" for end in ("", "-wal", "-shm", "-journal", ".lock")),
    CRM,
    TOKEN,
    _PASS_LOCK,
)
_DAY = re.compile(rb"<([+-]\d+)d>")
_URL = b"<url>"


@dataclass(frozen=True, slots=True)
class Laid:
    """A directory ready for the demo. `again`: an earlier demo was there; `kept` are files that were edited."""

    path: Path
    again: bool
    kept: tuple[Path, ...]


def lay(path: Path, today: date, *, url: str, token: str) -> Laid:
    """Write the configuration of an account at `url`, its dates counted from `today`, and the account's token.

    Raises `Refused` where that cannot be, `Held` while a pass runs there.
    """
    try:
        marked = _marked(path)
        kept = _clear(path, marked) if marked is not None else ()
        _write(path, _texts(today, url.encode()))
        _write_token(path / TOKEN, token)
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
    lock = FileLock(path / _PASS_LOCK)
    lock.acquire()
    try:
        ours = marked.keys() & _shipped().keys()
        edited = sorted(name for name in ours if _is_edited(path / name, marked[name]))
        kept = tuple(_aside(path / name) for name in edited)
        for name in (*ours, *_MADE_BY_RUNS):
            (path / name).unlink(missing_ok=True)
    finally:
        lock.release()
    return kept


def _shipped() -> Mapping[str, Path]:
    """Return the files that are laid out, by name; the sample goes into the account instead."""
    files = (file for file in SHIPPED.rglob("*") if file.is_file())
    return {file.relative_to(SHIPPED).as_posix(): file for file in files if file.name != CRM}


def _is_edited(file: Path, digest: str) -> bool:
    return file.is_file() and _digest(file.read_bytes()) != digest


def _aside(file: Path) -> Path:
    number = 1
    while (target := file.with_name(f"{file.name}.yours-{number}")).exists():
        number += 1
    return file.rename(target)


def _texts(today: date, url: bytes) -> dict[str, bytes]:
    def on(found: re.Match[bytes]) -> bytes:
        return str(today + timedelta(days=int(found[1]))).encode()

    def filled(text: bytes) -> bytes:
        return _DAY.sub(on, text).replace(_URL, url)

    texts = {name: file.read_bytes() for name, file in _shipped().items()}
    return {name: filled(text) if name.endswith(".yaml") else text for name, text in texts.items()}


def _write(path: Path, texts: Mapping[str, bytes]) -> None:
    for name, text in texts.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(text)
    (path / ".gitignore").write_text("*\n", "utf-8")
    digests = {name: _digest(text) for name, text in texts.items()}
    (path / MARK).write_text(json.dumps(digests, indent=1) + "\n", "utf-8")


def _write_token(file: Path, token: str) -> None:
    file.touch(mode=0o600)
    file.write_text(f"{token}\n", "utf-8")


def _digest(text: bytes) -> str:
    return sha256(text).hexdigest()
