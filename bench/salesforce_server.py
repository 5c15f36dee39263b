"""The process of a Salesforce org's server."""

from __future__ import annotations

import json
import sys
from collections import Counter

from bench.leads import NOW, rulebook
from bench.salesforce import DEFINED, QUEUE, Account, rows
from bench.served import Looked
from bench.server import Clock, serve
from sandbox.salesforce import Org, Settings


def main() -> None:
    account = Account(**json.loads(sys.argv[1]))
    clock = Clock(float(sys.argv[2]))
    org = Org(clock=clock, latency=account.latency, settings=Settings(daily=None))
    _fill(org, account)
    app = {"client_id": org.client_id, "client_secret": org.client_secret}
    serve(org.answer, lambda url: {"login_url": url, **app}, lambda: _look(org))


def _fill(org: Org, account: Account) -> None:
    for rep in rulebook(60).reps:
        org.add_user(f"Rep {rep}", f"{rep}@reps.example")
    for name in DEFINED:
        org.define("Lead", f"{name} string 255")
    org.default_owner = org.add_queue(QUEUE)
    now = NOW.timestamp()
    for values, age in rows(account.leads):
        org.add_leads([values], created=now - age)


def _look(org: Org) -> Looked:
    ids, tasks = org.leads(), Counter(str(task["WhoId"]) for task in org.tasks())
    owned = sum(org.owner_of(lead) != org.default_owner for lead in ids)
    noted = Counter(str(tasks[lead]) for lead in ids)
    statuses = {str(status): times for status, times in org.statuses.items()}
    return Looked(dict(org.counts), statuses, owned, dict(noted))


if __name__ == "__main__":
    main()
