"""`leadswitch config schema`: the JSON Schema of the configuration's files."""

from __future__ import annotations

from config.schema import schema
from sync.screen import Screen
from sync.trouble import OK


def run(screen: Screen) -> int:
    screen.result(schema(), indent=None if screen.json else 1)
    return OK
