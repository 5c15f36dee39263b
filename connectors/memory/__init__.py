"""The reference connector: a CRM kept in a file, for a first try, for demos and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the records come from and where the state is kept between runs.

    `file` is a CSV (header = field names; `id` or else the row number; `owner`) or a JSON: a list of objects,
    `{"records": [...], "users": [...], "queues": [...], "companies": [...]}`, or an sObject Tree. `save` None: a
    .json is saved to itself, any other file gets a `NAME.state.json` beside it. The file stays the truth for
    fields: edit it, add rows or change an owner in it between two runs, and that is what a person did in the CRM.

    `users` is a CSV (id, name, email, active, queue, integration) or a JSON list of such objects. Without it,
    and without users in the JSON, any text is accepted as an owner (`features.any_owner`).
    """

    file: Path
    save: Path | None = None
    users: Path | None = None
