"""Salesforce: leads (or another object) of one org."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from connectors.address import is_safe
from connectors.contract import Secret


class Flow(StrEnum):
    """How a token is asked for."""

    CLIENT_CREDENTIALS = "client credentials"
    JWT = "JWT bearer"
    PASSWORD = "password"  # noqa: S105 - the name of a flow
    SOAP = "SOAP login"
    SESSION = "ready session"


FLOWS: Mapping[frozenset[str], Flow] = {
    frozenset(keys.split()): flow
    for keys, flow in (
        ("client_id client_secret", Flow.CLIENT_CREDENTIALS),
        ("client_id username private_key_file", Flow.JWT),
        ("client_id client_secret username password security_token", Flow.PASSWORD),
        ("client_id client_secret username password", Flow.PASSWORD),
        ("username password security_token", Flow.SOAP),
        ("token instance_url", Flow.SESSION),
    )
}
"""The keys that are given together -> what they are for."""

OLDEST = 46.0
"""The first version of the API that upserts collections."""

_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_KEYS = (
    "client_id",
    "client_secret",
    "username",
    "private_key_file",
    "password",
    "security_token",
    "token",
    "instance_url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to log in to an org.

    One of: `client_id` and `client_secret` (OAuth client credentials; `login_url` is the org's own address);
    `client_id`, `username` and `private_key_file`, a PEM (JWT bearer); `username`, `password` and `security_token`
    (SOAP login, or OAuth where `client_id` and `client_secret` are there too); `token` and `instance_url`, a session
    that somebody else opened. `login_url` is https://login.salesforce.com, https://test.salesforce.com for a sandbox,
    or the org's own (https://NAME.my.salesforce.com). `version` is that of the API. `ca_file` is a PEM with an extra
    authority to trust.

    `audit_object` is the object of `audit: [record]`, a custom one of the admin's own; `audit_key` is its external id
    (text, 20), `audit_lead` the lookup to the lead, `audit_body` a long text area.
    """

    login_url: str = "https://login.salesforce.com"
    client_id: str | None = None
    client_secret: Secret | None = None
    username: str | None = None
    private_key_file: Path | None = None
    password: Secret | None = None
    security_token: Secret | None = None
    token: Secret | None = None
    instance_url: str | None = None
    version: str = "62.0"
    ca_file: Path | None = None
    audit_object: str = "Leadswitch_Note__c"
    audit_key: str = "Key__c"
    audit_lead: str = "Lead__c"
    audit_body: str = "Body__c"

    def __post_init__(self) -> None:
        if self._given() not in FLOWS:
            here = ", ".join(f"'{key}'" for key in _KEYS if key in self._given()) or "none of them"
            raise ValueError(
                "credentials: give 'client_id' and 'client_secret' (OAuth client credentials), "
                "or 'client_id', 'username' and 'private_key_file' (JWT bearer), "
                "or 'username', 'password' and 'security_token', for OAuth with 'client_id' and 'client_secret', "
                f"or 'token' and 'instance_url' (a session that is open already); here: {here}"
            )
        if self.token is not None and not self.token.in_header():
            raise ValueError(
                "'token' has a blank, a line end or a sign that is not ASCII in it: copy it again"
            )
        if not re.fullmatch(r"[1-9]\d{1,2}\.0", self.version) or float(self.version) < OLDEST:
            raise ValueError(
                f"'version' is {self.version!r}, but must be one of the API such as 62.0, {OLDEST} or newer"
            )
        for key, url in (("login_url", self.login_url), ("instance_url", self.instance_url)):
            if url is not None and not is_safe(url):
                raise ValueError(
                    f"'{key}' must begin with https://, then a host (http:// is for a server on this machine)"
                )
        for key in ("audit_object", "audit_key", "audit_lead", "audit_body"):
            if not _NAME.fullmatch(getattr(self, key)):
                raise ValueError(f"'{key}' is {getattr(self, key)!r}, but must be an API name such as Key__c")

    @property
    def flow(self) -> Flow:
        """How the credentials that are given are used."""
        return FLOWS[self._given()]

    def _given(self) -> frozenset[str]:
        return frozenset(key for key in _KEYS if getattr(self, key) is not None)
