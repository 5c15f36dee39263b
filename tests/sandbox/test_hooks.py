"""Webhooks (traps 21 and 24): mixed arrays, doubled, out of order, without values, signed over a decoded URL.

Known from documentation and one captured payload.
"""

from __future__ import annotations

import json

import pytest

from sandbox.hubspot.hooks import signature
from tests.sandbox.caller import NOON, Caller

URL = "https://www.example.com/hook?src=hs%3Aapp%2Fv3&q=a%20b"
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.example.com/webhook_uri", "DxmVAjFNa2xfF3YgQjdZP6TNcok9k1oaH7UXombPtvw="),
        (URL, "KTKSUCK8mh9DgIaOU9JPZUtPGm/zmeQ3vDbLnKZlvlw="),
        (
            "https://www.example.com/hook?src=hs:app/v3&q=a%20b",
            "KTKSUCK8mh9DgIaOU9JPZUtPGm/zmeQ3vDbLnKZlvlw=",
        ),
    ],
)
def test_a_delivery_is_signed_over_the_partly_decoded_url(url: str, expected: str) -> None:
    assert signature(SECRET, "POST", url, BODY, 1_564_113_600_000) == expected


def test_deliveries_are_arrays_of_up_to_a_hundred_doubled_out_of_order_and_without_values(
    crm: Caller,
) -> None:
    crm.portal.hooks.subscribe("contact.creation", "contact.propertyChange", properties=["hubspot_owner_id"])
    owner = crm.portal.owners.add("ana@example.com").id
    keys = crm.contacts(150)
    crm.portal.edit("contacts", keys[0], {"hubspot_owner_id": owner, "firstname": "A"})
    posts = crm.portal.hooks.deliveries(URL, SECRET, at=int(NOON * 1000), late=0.0)
    events = [event for post in posts for event in json.loads(post.body)]
    assert max(len(json.loads(post.body)) for post in posts) == 100
    created = [event["objectId"] for event in events if event["subscriptionType"] == "contact.creation"]
    assert len(created) > len(set(created)) == 150
    assert created != sorted(created)
    assert len({event["eventId"] for event in events}) < len(events)
    assert all("propertyValue" not in one for one in events if one["subscriptionType"] == "contact.creation")
    changes = [one for one in events if one["subscriptionType"] == "contact.propertyChange"]
    assert {(one["propertyName"], one["propertyValue"]) for one in changes} == {("hubspot_owner_id", owner)}
    headers = posts[0].headers
    stamp = int(headers["x-hubspot-request-timestamp"])
    assert headers["x-hubspot-signature-v3"] == signature(SECRET, "POST", URL, posts[0].body, stamp)


def test_events_that_are_late_come_with_the_next_delivery(crm: Caller) -> None:
    crm.portal.hooks.subscribe("contact.creation")
    crm.contacts(50)
    seen: set[int] = set()
    for late in (0.5, 0.0):
        posts = crm.portal.hooks.deliveries(URL, SECRET, at=0, late=late)
        seen |= {event["objectId"] for post in posts for event in json.loads(post.body)}
        assert (len(seen) == 50) is (late == 0.0)
    assert crm.portal.hooks.deliveries(URL, SECRET, at=0) == []


def test_a_merge_tells_merge_and_deletion_and_no_property_change(crm: Caller) -> None:
    types = ("contact.merge", "contact.deletion", "contact.propertyChange")
    crm.portal.hooks.subscribe(*types, properties=["email", "hs_merged_object_ids"])
    first, second = crm.contacts(2)
    third = crm.portal.merge("contacts", first, second)
    merge, deletion = crm.portal.hooks.events
    assert (merge["primaryObjectId"], merge["newObjectId"]) == (int(first), int(third))
    assert merge["mergedObjectIds"] == [int(first), int(second)]
    assert (deletion["subscriptionType"], deletion["objectId"]) == ("contact.deletion", int(second))


def test_some_properties_cannot_be_subscribed_to(crm: Caller) -> None:
    with pytest.raises(ValueError, match="hs_lastmodifieddate cannot"):
        crm.portal.hooks.subscribe("company.propertyChange", properties=["hs_lastmodifieddate"])
