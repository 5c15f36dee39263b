"""LeadSquared. Connections of this kind can be configured and checked; this version does not sync them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to reach an account: configured and checked, but not synced by this version.

    `base_url` is the account's own host, for example https://api-in21.leadsquared.com; the two keys belong to
    one admin user. `ca_file` is a PEM with an extra authority to trust.
    """

    base_url: str
    access_key: Secret
    secret_key: Secret
    ca_file: Path | None = None
