"""Owners, properties, tokens and budgets (traps 5, 6 and 19)."""

from __future__ import annotations

import pytest

from sandbox.hubspot import Limits
from sandbox.messages import Answer, Request
from tests.sandbox.caller import Caller

OWNERS = "/crm/v3/owners"
CONTACTS = "/crm/v3/objects/contacts"
SEARCH = f"{CONTACTS}/search"


# --- owners -----------------------------------------------------------------------------------------------


def test_owners_are_active_or_archived_never_both(crm: Caller) -> None:
    kept, gone = crm.portal.owners.add("a@example.com"), crm.portal.owners.add("b@example.com")
    crm.portal.owners.archive(gone.id)
    (active,) = crm.json("GET", f"{OWNERS}/?limit=500&archived=False")["results"]
    (archived,) = crm.json("GET", f"{OWNERS}?archived=true")["results"]
    assert (active["id"], active["userId"]) == (kept.id, kept.user_id)
    assert (archived["userId"], archived["userIdIncludingInactive"]) == (None, gone.user_id)
    assert crm.ask("GET", f"{OWNERS}/{gone.id}").status == 404
    assert crm.json("GET", f"{OWNERS}/{gone.id}?archived=true")["id"] == gone.id


def test_an_owners_id_is_not_its_user_id_and_teams_are_absent_without_one(crm: Caller) -> None:
    crm.portal.owners.add("a@example.com", teams=["smb", "all"])
    crm.portal.owners.add("inbound@example.com", type="QUEUE")
    first, second = crm.json("GET", OWNERS)["results"]
    assert int(first["id"]) != first["userId"]
    assert [(team["name"], team["primary"]) for team in first["teams"]] == [("smb", True), ("all", False)]
    assert (second["type"], "teams" in second) == ("QUEUE", False)
    assert crm.json("GET", f"{OWNERS}/{first['userId']}?idProperty=userId")["id"] == first["id"]


def test_owners_come_in_pages_and_by_email(crm: Caller) -> None:
    for number in range(5):
        crm.portal.owners.add(f"o{number}@example.com")
    page = crm.json("GET", f"{OWNERS}?limit=3")
    rest = crm.json("GET", f"{OWNERS}?limit=3&after={page['paging']['next']['after']}")
    assert (len(page["results"]), len(rest["results"]), "paging" in rest) == (3, 2, False)
    assert len(crm.json("GET", f"{OWNERS}?email=O3@example.com")["results"]) == 1
    assert crm.ask("GET", f"{OWNERS}?limit=501").status == 400


# --- properties and the account ---------------------------------------------------------------------------


def test_properties_are_listed_read_and_added(crm: Caller) -> None:
    path = "/crm/v3/properties/contacts"
    listed = {one["name"]: one for one in crm.json("GET", path)["results"]}
    assert listed["hubspot_owner_id"]["type"] == "enumeration"
    assert listed["hubspot_owner_id"]["referencedObjectType"] == "OWNER"
    made = {"name": "plan", "type": "enumeration", "options": [{"label": "A", "value": "a"}], "label": "Plan"}
    assert crm.json("POST", path, made, status=201)["label"] == "Plan"
    assert crm.ask("POST", path, made).status == 409
    assert crm.json("GET", f"{path}/plan")["options"][0]["value"] == "a"
    assert crm.ask("GET", f"{path}/nothing").status == 404


def test_the_account_tells_its_zone_under_both_generations_of_paths(crm: Caller) -> None:
    for version in ("v3", "2026-03"):
        body = crm.json("GET", f"/account-info/{version}/details")
        assert (body["timeZone"], body["utcOffset"]) == ("US/Eastern", "-04:00")


# --- tokens -----------------------------------------------------------------------------------------------


def test_a_wrong_a_missing_and_a_revoked_token_are_401(crm: Caller) -> None:
    """Known from documentation; none was recorded."""
    assert crm.portal.answer(Request("GET", CONTACTS)).status == 401
    assert crm.ask("GET", CONTACTS, token="wrong").json()["category"] == "INVALID_AUTHENTICATION"
    crm.portal.access.revoke(crm.portal.token)
    assert crm.ask("GET", CONTACTS).status == 401


def refresh(crm: Caller, **form: str) -> Answer:
    from urllib.parse import urlencode

    grant = {"grant_type": "refresh_token", "client_id": "app", "client_secret": "s3cret", **form}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return crm.portal.answer(Request("POST", "/oauth/v1/token", headers, urlencode(grant).encode()))


def test_an_oauth_token_expires_and_is_refreshed(crm: Caller) -> None:
    again = crm.portal.access.oauth("app", "s3cret")
    body = refresh(crm, refresh_token=again).json()
    assert (body["expires_in"], body["refresh_token"]) == (1800, again)
    token = body["access_token"]
    assert crm.ask("GET", CONTACTS, token=token).status == 200
    crm.now += 1875
    expired = crm.ask("GET", CONTACTS, token=token)
    assert expired.status == 401
    assert expired.json()["message"] == "The OAuth token used to make this call expired 75 second(s) ago."
    assert expired.json()["category"] == "EXPIRED_AUTHENTICATION"
    assert (
        crm.ask("GET", CONTACTS, token=refresh(crm, refresh_token=again).json()["access_token"]).status == 200
    )


@pytest.mark.parametrize("form", [{"refresh_token": "wrong"}, {"client_secret": "wrong"}])
def test_a_refresh_with_wrong_words_is_refused(crm: Caller, form: dict[str, str]) -> None:
    again = crm.portal.access.oauth("app", "s3cret")
    assert refresh(crm, **{"refresh_token": again, **form}).status == 400


def test_a_missing_scope_lists_every_scope_that_would_help_and_carries_no_rate_headers(crm: Caller) -> None:
    crm.portal.access.limit_to(crm.portal.token, frozenset({"crm.objects.contacts.read"}))
    (key,) = crm.contacts(1)
    assert crm.ask("GET", CONTACTS).status == 200
    answer = crm.update((key, {"firstname": "A"}))
    body = answer.json()
    assert (answer.status, body["category"]) == (403, "MISSING_SCOPES")
    assert "crm.objects.contacts.write" in body["errors"][0]["context"]["requiredGranularScopes"]
    assert not [name for name in answer.headers if "ratelimit" in name]
    assert crm.ask("GET", OWNERS).status == 403


def test_the_403_of_the_properties_api_has_rate_headers_and_no_category(crm: Caller) -> None:
    crm.portal.access.limit_to(crm.portal.token, frozenset())
    answer = crm.ask("GET", "/crm/v3/properties/contacts")
    assert (answer.status, "category" in answer.json()) == (403, False)
    assert "x-hubspot-ratelimit-max" in answer.headers


def test_a_token_tells_its_scopes(crm: Caller) -> None:
    """Known from documentation; none was recorded."""
    body = crm.json("POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": crm.portal.token})
    assert "crm.objects.contacts.read" in body["scopes"]
    crm.portal.access.oauth("app", "s3cret")
    token = refresh(crm, refresh_token="refresh-1").json()["access_token"]
    assert crm.json("GET", f"/oauth/v1/access-tokens/{token}")["expires_in"] == 1800


# --- budgets ----------------------------------------------------------------------------------------------


def test_the_sixth_search_within_a_second_is_refused_with_the_bodies_and_headers_recorded() -> None:
    crm = Caller(limits=Limits())
    answers = [crm.ask("POST", SEARCH, {}) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    body = answers[-1].json()
    assert (body["message"], body["category"]) == ("You have reached your secondly limit.", "RATE_LIMITS")
    assert not {"policyName", "errorType"} & set(body)
    assert "retry-after" not in answers[-1].headers
    crm.now += 1.0
    assert crm.ask("POST", SEARCH, {}).status == 200


def test_the_burst_of_ten_seconds_is_another_budget_with_another_body() -> None:
    crm = Caller(limits=Limits(burst=3))
    answers = [crm.ask("GET", CONTACTS) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    body = answers[-1].json()
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert "category" not in body
    assert "retry-after" not in answers[-1].headers
    assert crm.ask("POST", SEARCH, {}).status == 200, "a search is exempt from it"
    crm.now += 10.0
    assert crm.ask("GET", CONTACTS).status == 200


def test_the_day_ends_at_midnight_of_the_accounts_zone() -> None:
    crm = Caller(limits=Limits(daily=2))
    crm.now = 1_790_049_600.0 - 1  # 2026-09-22 04:00 UTC is midnight there
    assert [crm.ask("GET", CONTACTS).status for _ in range(3)] == [200, 200, 429]
    assert crm.ask("POST", SEARCH, {}).json()["policyName"] == "DAILY"
    crm.now += 1
    assert crm.ask("GET", CONTACTS).status == 200


def test_rate_headers_differ_by_call_and_by_kind_of_token() -> None:
    crm = Caller(limits=Limits(burst=100, daily=250_000))
    crm.portal.access.oauth("app", "s3cret")
    oauth = refresh(crm, refresh_token="refresh-1").json()["access_token"]

    def told(answer: Answer) -> set[str]:
        return {name.removeprefix("x-hubspot-ratelimit-") for name in answer.headers if "ratelimit" in name}

    rates = {"interval-milliseconds", "max", "remaining", "secondly", "secondly-remaining"}
    daily = {"daily", "daily-remaining"}
    assert told(crm.ask("GET", CONTACTS)) == rates | daily
    assert told(crm.ask("POST", SEARCH, {})) == daily
    assert told(crm.ask("GET", CONTACTS, token=oauth)) == rates
    assert told(crm.ask("POST", SEARCH, {}, token=oauth)) == set()
    headers = crm.ask("GET", CONTACTS).headers
    assert (headers["x-hubspot-ratelimit-max"], headers["x-hubspot-ratelimit-secondly"]) == ("100", "10")
    assert headers["x-hubspot-ratelimit-daily-remaining"] == str(250_000 - 5)
