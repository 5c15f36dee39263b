"""Which rep of a configuration is called so: by id, else by e-mail, else by name, whatever the case."""

from __future__ import annotations

from collections.abc import Callable

from config.problems import closest, shown
from router.model import Rep, RepId
from router.rules import Rulebook
from sync.trouble import Refused

_SPELLINGS: tuple[Callable[[Rep], str], ...] = (
    lambda rep: rep.email or "",
    lambda rep: rep.name,
    lambda rep: rep.id,
)


def called(text: str, book: Rulebook) -> Rep | None:
    """Return the rep, None where nobody is called so; raises `Refused` where more than one is."""
    folded = text.casefold()
    if (found := book.reps.get(RepId(text))) is not None:
        return found
    for spelling in _SPELLINGS:
        same = [rep for rep in book.reps.values() if folded and spelling(rep).casefold() == folded]
        if len(same) > 1:
            ids = ", ".join(sorted(rep.id for rep in same))
            raise Refused(f"{len(same)} reps are called {shown(text)}: say the id ({ids})")
        if same:
            return same[0]
    return None


def meant(text: str, book: Rulebook) -> str:
    """Say who may be meant by what nobody is called."""
    spellings = {
        spelling: rep.id for rep in book.reps.values() for spelling in (rep.name, rep.email or rep.id, rep.id)
    }
    near = closest(text, spellings)
    return f"did you mean {near}?" if near else f"known: {', '.join(sorted(book.reps)) or 'none'}"
