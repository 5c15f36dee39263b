"""HubSpot. Connections of this kind can be configured and checked; this version does not sync them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to reach a portal: configured and checked, but not synced by this version.

    `token` is that of a private app or a service key; `ca_file` is a PEM with an extra authority to trust.
    """

    token: Secret
    base_url: str = "https://api.hubapi.com"
    ca_file: Path | None = None
