"""Values survive the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from router.model import Band, ConnectionName, Lead, LeadRef, Money, OwnerId, RecordId, Unread
from sync.codec import lead_from_text, lead_to_text
from sync.steps import entry_key, record_key

texts = st.text(st.characters(codec="utf-8"), min_size=1)
numbers = st.decimals(allow_nan=False, allow_infinity=False)
amounts = st.one_of(numbers, st.builds(Band, numbers, st.one_of(st.none(), numbers)))
times = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
refs = st.builds(LeadRef, texts.map(ConnectionName), texts, texts.map(RecordId))
leads = st.builds(
    Lead,
    ref=refs,
    email=st.one_of(st.none(), texts),
    employees=st.one_of(st.none(), amounts),
    revenue=st.one_of(st.none(), st.builds(Money, amounts, st.one_of(st.none(), texts))),
    created=st.one_of(st.none(), times),
    owner=st.one_of(st.none(), texts.map(OwnerId)),
    custom=st.dictionaries(
        texts, st.one_of(texts, st.booleans(), amounts, times, st.builds(Money, amounts)), max_size=4
    ),
    unread=st.lists(st.builds(Unread, texts, texts, texts, texts), max_size=3).map(tuple),
)


@given(leads)
def test_a_lead_comes_back_as_it_was(lead: Lead) -> None:
    assert lead_from_text(lead_to_text(lead)) == lead


def test_a_number_keeps_its_digits() -> None:
    ref = LeadRef(ConnectionName("a"), "b", RecordId("c"))
    lead = Lead(ref=ref, score=Decimal("1.50"))
    assert str(lead_from_text(lead_to_text(lead)).score) == "1.50"


@given(refs, refs)
def test_two_records_never_share_a_key(one: LeadRef, other: LeadRef) -> None:
    assert (record_key(one) == record_key(other)) == (one == other)
    assert (entry_key(one, 1) == entry_key(other, 11)) is False
