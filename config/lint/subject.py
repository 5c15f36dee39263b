"""What lint looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.files.leadswitch import ConnectionEntry
from config.files.rules import RulesFile
from config.files.teams import TeamsFile
from config.settings import FieldMap, Vocabulary
from router.rules import Condition, Rulebook


@dataclass(frozen=True, slots=True)
class Subject:
    """A configuration without problems, as values and as it is written."""

    book: Rulebook
    rules: RulesFile
    teams: TeamsFile
    territories: Mapping[str, Condition]
    connections: Sequence[ConnectionEntry]
    mapped: Sequence[FieldMap]
    vocabulary: Vocabulary
