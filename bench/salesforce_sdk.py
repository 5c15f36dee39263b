"""The peer: a plain loop over Salesforce's SDK, batched as well as it can be.

It reads all leads by one query and its pages, gives the owners out in turn, and writes owners and tasks by 200. It does
not normalise, has no rules, no ledger, no look before the write, and one call under way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from bench.leads import NOW
from bench.salesforce import QUEUE, columns

_BATCH = 200
_DAY = f"{NOW:%Y-%m-%d}"


class Sdk:
    """The loop, ready and logged in."""

    def __init__(self, login_url: str, client_id: str, client_secret: str) -> None:
        session = requests.Session()
        session.headers["Sforce-Auto-Assign"] = "FALSE"
        session.mount("https://", _Here(login_url))
        self._salesforce = Salesforce(
            consumer_key=client_id, consumer_secret=client_secret, domain="bench.my", session=session
        )

    def sync(self) -> int:
        """Assign every lead that is the queue's; return how many."""
        users = "SELECT Id FROM User WHERE IsActive = true AND Email LIKE '%@reps.example'"
        owners = cycle([user["Id"] for user in self._salesforce.query_all_iter(users)])
        queue = f"SELECT Id FROM Group WHERE Type = 'Queue' AND Name = '{QUEUE}'"  # noqa: S608
        inbound = next(self._salesforce.query_all_iter(queue))["Id"]
        leads = self._salesforce.query_all_iter(
            f"SELECT {','.join(columns())} FROM Lead WHERE IsConverted = false "  # noqa: S608
            f"AND OwnerId = '{inbound}' ORDER BY CreatedDate, Id"
        )
        assigned = 0
        while found := list(islice(leads, _BATCH)):
            self._assign([(lead["Id"], next(owners)) for lead in found])
            assigned += len(found)
        return assigned

    def _assign(self, given: Sequence[tuple[str, str]]) -> None:
        self._write("PATCH", [_owner(lead, owner) for lead, owner in given])
        self._write("POST", [_task(lead, owner) for lead, owner in given])

    def _write(self, method: str, records: Sequence[Mapping[str, object]]) -> None:
        body = {"allOrNone": False, "records": records}
        written: Any = self._salesforce.restful("composite/sobjects", method=method, json=body)
        if not all(row["success"] for row in written):
            raise AssertionError(f"rows were refused: {[row for row in written if not row['success']][:3]}")


def _owner(lead: str, owner: str) -> Mapping[str, object]:
    return {"attributes": {"type": "Lead"}, "id": lead, "OwnerId": owner}


def _task(lead: str, owner: str) -> Mapping[str, object]:
    return {
        "attributes": {"type": "Task"},
        "WhoId": lead,
        "Subject": f"Assigned to {owner} in turn.",
        "Status": "Completed",
        "ActivityDate": _DAY,
    }


class _Here(HTTPAdapter):
    """Sends to a server of this machine, without TLS, what the SDK can send over https only."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url)[:2]
        super().__init__()

    def send(self, request: requests.PreparedRequest, *given: Any, **chosen: Any) -> requests.Response:
        request.url = urlunsplit((*self._host, *urlsplit(str(request.url))[2:]))
        return super().send(request, *given, **{**chosen, "proxies": {}})
