"""Salesforce. Connections of this kind can be configured and checked; this version does not sync them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to log in to an org: configured and checked, but not synced by this version.

    One of: `client_id` and `client_secret`; `client_id`, `username` and `private_key_file` (a PEM);
    `username`, `password` and `security_token`. `ca_file` is a PEM with an extra authority to trust.
    """

    login_url: str = "https://login.salesforce.com"
    client_id: str | None = None
    client_secret: Secret | None = None
    username: str | None = None
    private_key_file: Path | None = None
    password: Secret | None = None
    security_token: Secret | None = None
    ca_file: Path | None = None
