"""HubSpot: contacts (or companies, deals, tickets) of one portal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from connectors.address import is_safe
from connectors.contract import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to reach a portal.

    Either `token`, that of a service key or a private app, or `client_id`, `client_secret` and `refresh_token` of an
    OAuth app. `api` is `v3` or a dated version of HubSpot's API, such as `2026-09`. `app_id` is the id that HubSpot
    writes into a record's history for our writes; without it every integration's writes count as ours. `ca_file`
    is a PEM with an extra authority to trust.
    """

    token: Secret | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    base_url: str = "https://api.hubapi.com"
    api: str = "v3"
    app_id: str | None = None
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        oauth = (self.client_id, self.client_secret, self.refresh_token)
        if (self.token is None) is not all(oauth) or (self.token is not None and any(oauth)):
            raise ValueError(
                "credentials: give 'token' (service key or private app), "
                "or 'client_id', 'client_secret' and 'refresh_token' (OAuth app)"
            )
        if self.token is not None and not self.token.in_header():
            raise ValueError(
                "'token' has a blank, a line end or a sign that is not ASCII in it: copy it again"
            )
        if not re.fullmatch(r"v3|20\d\d-(03|09)", self.api):
            raise ValueError(f"'api' is {self.api!r}, but must be v3 or a dated version such as 2026-09")
        if not is_safe(self.base_url):
            raise ValueError(
                "'base_url' must begin with https://, then a host (http:// is for a server on this machine)"
            )
