"""`leadswitch config schema`: the JSON Schema of the configuration's files."""

from __future__ import annotations

import json

from config.schema import schema
from sync.screen import Screen
from sync.trouble import OK


def run(screen: Screen) -> int:
    if screen.json:
        screen.result(schema())
    else:
        screen.say(json.dumps(schema(), indent=1))
    return OK
