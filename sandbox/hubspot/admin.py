"""Endpoints beside the records: owners, property definitions, the account, tokens."""

from __future__ import annotations

import re

from sandbox.hubspot.access import Access, Token
from sandbox.hubspot.account import Call
from sandbox.hubspot.bodies import read_body
from sandbox.hubspot.fields import Property, described
from sandbox.hubspot.objects import HOST
from sandbox.hubspot.records import Table
from sandbox.hubspot.refusals import Refused, bad_request, error
from sandbox.messages import Answer, packed

_MOST_OWNERS = 500


def list_owners(call: Call) -> Answer:
    """Page through the active owners, or with `archived=true` through the archived ones only."""
    query = {name: values[0] for name, values in call.request.query.items()}
    limit, after = query.get("limit", "100"), query.get("after", "0") or "0"
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST_OWNERS or not after.isdecimal():
        raise bad_request(f"limit must be between 1 and {_MOST_OWNERS}, was {limit}")
    archived = query.get("archived", "false").lower() == "true"
    found = call.account.owners.listed(archived=archived, email=query.get("email") or None)
    page = found[int(after) : int(after) + int(limit)]
    body: dict[str, object] = {"results": [owner.shape() for owner in page]}
    end = int(after) + int(limit)
    if end < len(found):
        body["paging"] = {"next": {"after": str(end), "link": f"{HOST}/crm/v3/owners?after={end}"}}
    return Answer(200, packed(body))


def get_owner(call: Call, key: str) -> Answer:
    by_user = call.request.query.get("idProperty", ["id"])[0].lower() == "userid"
    owners = call.account.owners
    owner = owners.by_user(key) if by_user else owners.get(key)
    archived = call.request.query.get("archived", ["false"])[0].lower() == "true"
    if owner is None or owner.archived is not archived:
        raise Refused(404, error("resource not found", "OBJECT_NOT_FOUND"))
    return Answer(200, packed(owner.shape()))


def list_properties(call: Call, table: Table) -> Answer:
    """Return the definitions of a kind's properties."""
    del call
    found = [described(item) for item in table.properties.values()]
    return Answer(200, packed({"results": found}))


def get_property(call: Call, table: Table, name: str) -> Answer:
    del call
    found = table.properties.get(name)
    if found is None:
        raise Refused(404, error(f"Property {name} does not exist", "OBJECT_NOT_FOUND"))
    return Answer(200, packed(described(found)))


def create_property(call: Call, table: Table) -> Answer:
    """Define a property, as an admin's app does."""
    body = read_body(call.request)
    name = str(body.get("name"))
    if name in table.properties:
        raise Refused(409, error(f'A property named "{name}" already exists.', "OBJECT_ALREADY_EXISTS"))
    options = tuple(str(option["value"]) for option in body.get("options") or ())
    unique = bool(body.get("hasUniqueValue"))
    made = Property(name, str(body.get("type", "string")), options, unique=unique, created=True)
    table.define(made)
    user = str(call.token.user)
    shape = described(made) | {"createdUserId": user, "updatedUserId": user, "archived": False}
    given = {key: value for key, value in body.items() if key in shape and key != "options"}
    where = f"{HOST}{call.request.path.rstrip('/')}/{name}"
    return Answer(201, packed(shape | given), {"location": where})


def account_details(call: Call, zone: str, offset_seconds: int) -> Answer:
    sign, rest = "-" if offset_seconds < 0 else "+", abs(offset_seconds) // 60
    body = {
        "portalId": call.account.id,
        "accountType": "STANDARD",
        "timeZone": zone,
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": f"{sign}{rest // 60:02d}:{rest % 60:02d}",
        "utcOffsetMilliseconds": offset_seconds * 1000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }
    return Answer(200, packed(body))


def private_app_token(call: Call, access: Access) -> Answer:
    """Tell whose a static token is and what it may do (documented, never recorded)."""
    token = access.of(str(read_body(call.request).get("tokenKey"))) or call.token
    body = {
        "userId": token.user,
        "hubId": call.account.id,
        "appId": int(token.app) if token.app.isdecimal() else 0,
        "scopes": sorted(token.scopes),
    }
    return Answer(200, packed(body))


def oauth_token(call: Call, token: Token | None) -> Answer:
    """Tell what an OAuth token may do and how long (documented, never recorded)."""
    if token is None or token.expires is None:
        raise Refused(400, {"status": "error", "message": "access token not found"})
    body = {
        "token": token.value,
        "hub_id": call.account.id,
        "app_id": int(re.sub(r"\D", "", token.app) or 0),
        "user_id": token.user,
        "scopes": sorted(token.scopes),
        "expires_in": max(0, round(token.expires - call.account.timeline.now)),
        "token_type": "access",
    }
    return Answer(200, packed(body))
