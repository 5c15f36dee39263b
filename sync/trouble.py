"""Errors as the user meets them: what, where, the way out, and the exit code of the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from config.problems import ConfigError
from sync.screen import Screen, counted, few

OK, LEADS_FAILED, CONFIG_WRONG, CRM_REFUSED, HELD = range(5)


class Refused(Exception):
    """A command cannot do what was asked; the text says why and what to do instead."""

    def __init__(self, message: str, code: int = CONFIG_WRONG) -> None:
        super().__init__(message)
        self.code = code


def told(screen: Screen, command: Callable[[], int]) -> int:
    """Run a command; what it raises becomes a message and an exit code, never a traceback."""
    try:
        return command()
    except ConfigError as error:
        return _problems(screen, [str(problem) for problem in error.problems])
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # told by its kind; an unknown one is a bug and keeps its traceback
        code = code_of(error)
        if code is None:
            raise
        return _message(screen, str(error), code)


def code_of(error: Exception) -> int | None:
    """Return the exit code of an error, None for an unknown one.

    Imports nothing: an error whose module is not loaded was not raised.
    """
    name = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    for kind, code in _CODES.items():
        if kind in name:
            return error.code if isinstance(error, Refused) else code
    return None


_CODES = {
    "sync.trouble.Refused": CONFIG_WRONG,
    "sync.locks.Held": HELD,
    "sync.store.LockLost": LEADS_FAILED,
    "sync.store.StoreDown": LEADS_FAILED,
    "sync.upgrade.StoreError": CONFIG_WRONG,
    "sync.directory.Unknown": CONFIG_WRONG,
    "sync.wiring.NotSynced": CONFIG_WRONG,
    "connectors.errors.Unusable": CONFIG_WRONG,
    "connectors.errors.Stop": CRM_REFUSED,
    "connectors.errors.Retry": CRM_REFUSED,
}


def _message(screen: Screen, message: str, code: int) -> int:
    if screen.json:
        screen.result({"error": message, "exit": code})
    screen.warn(message)
    return code


def _problems(screen: Screen, problems: Sequence[str]) -> int:
    if screen.json:
        screen.result({"error": "configuration", "exit": CONFIG_WRONG, "problems": list(problems)})
        return CONFIG_WRONG
    for line in few(problems, "`leadswitch check --json`"):
        screen.warn(line)
    screen.warn(counted(len(problems), "problem"))
    return CONFIG_WRONG
