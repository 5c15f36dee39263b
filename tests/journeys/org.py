"""A Salesforce org on loopback and a configuration that a user would write for it; the program runs between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.faults import delay
from sandbox.salesforce import Org
from sandbox.server import Server
from tests.cli.program import Office, Said
from tests.journeys.account import RULES, TEAMS, Clock

SECRET = "SF_SECRET"
UPDATE, CREATE, READ, QUERY = "composite.update", "composite.create", "composite.query", "query"
"""Kinds of calls: owners are written, tasks are written, users, looks or histories are read, leads are walked."""

CONNECTION = """\
  - name: sf
    kind: salesforce
    login_url: {url}
    client_id: {app}
    client_secret: ${{SF_SECRET}}
    object: Lead
    enters: [CreatedDate]
    replaces: [{{queue: Inbound}}]
    take: all
    audit: [task]
"""


@dataclass
class OrgAccount:
    """The org, what happens in it at certain calls, and the program in its office.

    Leads come into the queue `inbound`. A rule of the org moves each that is saved without care to `elsewhere`.
    """

    office: Office
    clock: Clock
    org: Org
    people: Mapping[str, str]
    inbound: str
    elsewhere: str
    url: str = ""

    # --- the CRM ------------------------------------------------------------------------------------------

    def before(self, calls: str, deed: Callable[[Org], object]) -> None:
        """Let something happen right before the next call of this kind is answered."""

        def struck(_: object) -> bool:
            deed(self.org)
            return True

        self.org.faults.add(calls, delay(0), times=1, only=struck)

    def lead(self, **values: Any) -> str:
        """A form is filled in; returns the lead's id."""
        number = len(self.org.leads()) + 1
        return self.org.add_lead(**{"Email": f"lead{number}@example.com", "Country": "France", **values})

    def owners(self) -> list[str]:
        """Return whose each lead is, in the order of their ids: a person of `people`, inbound or elsewhere."""
        return [self.whose(lead) for lead in self.org.leads()]

    def whose(self, lead: str) -> str:
        owner = self.org.owner_of(lead)
        named = {self.inbound: "inbound", self.elsewhere: "elsewhere"}
        named |= {key: name for name, key in self.people.items()}
        return named[owner]

    def changes(self, lead: str) -> list[str]:
        """Return the owners that a lead was given, oldest first."""
        return [str(one["NewValue"]) for one in self.org.history(lead) if one["DataType"] == "EntityId"]

    @property
    def writes(self) -> int:
        """How many calls so far change something."""
        return self.org.counts[UPDATE] + self.org.counts[CREATE]

    # --- the program --------------------------------------------------------------------------------------

    def run(self, *arguments: str) -> Said:
        return self.office.run(*arguments)

    def counts(self, *arguments: str) -> dict[str, Any]:
        """Run `sync --json` and return its object."""
        return self.run("sync", "--json", *arguments).object

    def explained(self, lead: str) -> dict[str, Any]:
        """Run `explain --json` on a lead of one entry."""
        return self.run("explain", f"sf/Lead/{lead}", "--json").object

    def change(self, before: str, after: str) -> None:
        """Replace one piece of leadswitch.yaml."""
        self.office.change("leadswitch.yaml", before, after)


def configured(directory: Path, clock: Clock) -> OrgAccount:
    """Return an org with three people and two queues, and an office without its `login_url` yet."""
    org = Org(clock=clock.seconds)
    names = {"ana": "Ana Ruiz", "bo": "Bo Lind", "cy": "Cy Moor"}
    people = {name: org.add_user(full, f"{name}@example.com") for name, full in names.items()}
    inbound, elsewhere = org.add_queue("Inbound"), org.add_queue("Elsewhere")
    org.default_owner = inbound
    org.assignment_rule((lambda _: True, elsewhere))
    return OrgAccount(Office(directory), clock, org, people, inbound, elsewhere)


def serve(account: OrgAccount) -> Server:
    """Start the org's server and write the configuration that leads there."""
    server = Server(account.org.answer)
    account.url = server.url
    connection = CONNECTION.format(url=server.url, app=account.org.client_id)
    for name, text in (
        ("leadswitch.yaml", f"timezone: Europe/London\nconnections:\n{connection}"),
        ("teams.yaml", TEAMS),
        ("rules.yaml", RULES.replace("source: REFERRALS", "source: Partner Referral")),
    ):
        account.office.write(name, text)
    return server
