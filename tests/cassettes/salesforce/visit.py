"""A lead of our own in somebody's Salesforce org, waiting in a queue for the user who made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Account, Entered, Secret, User
from connectors.salesforce import Options
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.client import Client
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.wire import rows
from connectors.salesforce.wire_errors import content
from connectors.salesforce.wire_paths import Request
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from tests.cassettes.visits import KEY, MAIL, Guest

SWITCH = "SALESFORCE_CLIENT_ID"
_LONGEST_CREATE = timedelta(minutes=1)  # a lead is stamped before triggers run, its answer after them
LEAD = {"LastName": "Somebody", "Company": "Leadswitch recording", "Email": MAIL, "Country": "Germany"}

_OPTIONS: Mapping[str, Callable[[str], object]] = {
    "login_url": str,
    "client_id": str,
    "client_secret": Secret,
    "username": str,
    "password": Secret,
    "security_token": Secret,
    "private_key_file": Path,
}


def options(environment: Mapping[str, str]) -> Options:
    """Return how to log in to the org that the environment names: SALESFORCE_ and the key of a connection."""
    given = {key: environment.get(f"SALESFORCE_{key.upper()}") for key in _OPTIONS}
    made: dict[str, Any] = {key: _OPTIONS[key](value) for key, value in given.items() if value is not None}
    return Options(**made)


def arrive(options: Options) -> Guest:
    """Create the lead in the first queue for leads."""
    times = [datetime.now(UTC)]
    account = Account(
        connection=ConnectionName("sf"),
        object="Lead",
        clock=lambda: times[-1],
        fields=frozenset({"Country"}),
    )
    connector, client = SalesforceConnector(options, account), Client(options, account)
    body = {**LEAD, "OwnerId": _queue(connector.owners())}
    answer = client.ask("create", Request("POST", "sobjects/Lead", body))
    lead = str(content(answer)["id"])
    times.append(answer.server_time())
    return Guest(
        connector=connector,
        ref=LeadRef(account.connection, account.object, RecordId(lead)),
        walk=Entered("CreatedDate", times[-1] - _LONGEST_CREATE),
        owner=lambda _: OwnerId(client.user()),
        remove=lambda: _remove(client, lead),
    )


def _queue(users: Sequence[User]) -> OwnerId:
    queues = [user.id for user in users if user.queue]
    assert queues, "the org has no queue for leads: make one for the recording"
    return queues[0]


def _remove(client: Client, lead: str) -> None:
    """Delete the lead and our note on it, each whatever becomes of the other; then hang up."""

    def delete(kind: str, record: str) -> None:
        content(client.ask("delete", Request("DELETE", f"sobjects/{kind}/{record}")))

    with ExitStack() as all_of_it:
        all_of_it.callback(client.close)
        all_of_it.callback(delete, "Lead", lead)
        ours = [f"WhoId = {soql.text(lead)}", f"Subject LIKE {soql.containing(KEY)}"]
        asked = soql.select(("Id",), "Task", ours)
        answer = client.ask("query", Request("GET", "query", query=[("q", asked)]))
        for task in rows(content(answer)):
            all_of_it.callback(delete, "Task", str(task["Id"]))
