"""A HubSpot account and a Salesforce org, one configuration for both, and the program between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.certificates import Authority
from sandbox.server import Server
from tests.cli.program import Office, Said
from tests.journeys import org
from tests.journeys.account import LEADSWITCH, REPS, RULES, TEAMS, Account, Clock, configured
from tests.journeys.org import OrgAccount

CA = "ca.pem"


@dataclass
class Both:
    """`hs` and `sf` stand in one office; reps are found by their e-mail, Bo in Salesforce by his id."""

    hs: Account
    sf: OrgAccount
    office: Office
    clock: Clock

    def lead(self, crm: str, **values: str) -> str:
        """A form of one of the CRMs is filled in, under HubSpot's names; returns the record's id."""
        if crm == "hs":
            return self.hs.lead(visible_in=None, **values)
        return self.sf.lead(**{_NAMES.get(name, name.capitalize()): value for name, value in values.items()})

    def whose(self, crm: str, record: str) -> str:
        """Return the rep whose a lead is, by the name in the roster; nobody's, or a queue's."""
        if crm == "sf":
            return self.sf.whose(record)
        owner = self.hs.portal.owner_of(record)
        return next((name for name, key in REPS.items() if key == owner), "nobody")

    def owners(self, crm: str) -> list[str]:
        records = self.hs.portal.ids() if crm == "hs" else self.sf.org.leads()
        return [self.whose(crm, record) for record in records]

    def run(self, *arguments: str) -> Said:
        return self.office.run(*arguments)

    def sync(self, *arguments: str) -> dict[str, Any]:
        """Run `sync --json`, which is to succeed, and return its object."""
        told = self.run("sync", "--json", *arguments)
        assert told.code == 0, told.err
        return told.object


_NAMES = {"firstname": "FirstName", "lastname": "LastName"}


@contextmanager
def served(folder: Path, clock: Clock) -> Iterator[Both]:
    """Serve both CRMs, the org over TLS by an authority of its own, and write the configuration for them."""
    account, sales = configured(folder, clock), org.configured(folder, clock)
    sales.org.edit(sales.people["bo"], Email="bo.lind@sales.example.com")
    authority = Authority()
    with Server(account.answer) as here, Server(sales.org.answer, tls=authority.context()) as there:
        account.url, sales.url = here.url, there.url
        connection = org.CONNECTION.format(url=there.url, app=sales.org.client_id)
        for name, text in (
            ("leadswitch.yaml", LEADSWITCH.format(url=here.url) + connection + f"    ca_file: {CA}\n"),
            ("teams.yaml", TEAMS.replace("bo@example.com", _bo(sales))),
            ("rules.yaml", RULES),
            (CA, authority.ca.decode()),
        ):
            account.office.write(name, text)
        yield Both(account, sales, account.office, clock)


def _bo(sales: OrgAccount) -> str:
    return f"bo@example.com, owner: {{sf: {sales.people['bo']}}}"
