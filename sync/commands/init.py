"""`leadswitch init`: a starter configuration that works as it stands."""

from __future__ import annotations

from pathlib import Path

from config.starter import write_starter
from sync.screen import Screen
from sync.trouble import OK


def run(screen: Screen, *, directory: Path | None) -> int:
    target = directory or screen.directory
    files = write_starter(target)
    if screen.json:
        screen.result({"files": [str(file) for file in files]})
        return OK
    for file in files:
        screen.line(f"wrote {file}")
    where = "" if target == Path() else f" --config {target}"
    screen.line(f"Next: leadswitch check{where}, then leadswitch sync{where} --dry-run")
    return OK
