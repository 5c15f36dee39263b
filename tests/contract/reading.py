"""What the contract says of pages and records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, timedelta

from connectors.contract import Absent, Change, Connector, Entered, Everything, Look, Page, Walk
from router.model import LeadRef
from tests.contract.promises import promise
from tests.contract.world import DAY, World

SECOND = timedelta(seconds=1)


def pages(
    connector: Connector, walk: Walk, position: str | None = None, *, at_most: int = 40
) -> Iterator[Page]:
    """Follow the walk to its end, which must come."""
    for _ in range(at_most):
        page = connector.pages(walk, position)
        yield page
        position = page.next
        if position is None:
            return
    raise AssertionError(f"the walk did not end after {at_most} pages")


def changes(connector: Connector, walk: Walk) -> list[Change]:
    return [change for page in pages(connector, walk) for change in page.changes]


def met(connector: Connector, walk: Walk) -> set[LeadRef]:
    return {change.record.ref for change in changes(connector, walk)}


def seed(world: World, count: int) -> list[LeadRef]:
    return [world.add(DAY + number * SECOND) for number in range(count)]


@promise("One CRM account and one object type in it.")
def every_ref_is_of_the_account_and_object(world: World) -> None:
    seed(world, 3)
    refs = met(world.connector, Everything())
    assert {(ref.connection, ref.object) for ref in refs} == {(world.connection, world.object_type)}


@promise(
    "Return the page of `walk` at `position` (None: the first).",
    "One page of a walk.",
    "A record met on a walk.",
)
def positions_lead_from_page_to_page(world: World) -> None:
    refs = seed(world, 25)
    walked = list(pages(world.connector, world.walk))
    assert len(walked) > 1
    second = world.connector.pages(world.walk, walked[0].next)
    assert [one.record.ref for one in second.changes] == [one.record.ref for one in walked[1].changes]
    assert {one.record.ref for page in walked for one in page.changes} == set(refs)


@promise(
    "Following `next` from the first page meets every record that matched when the walk began and stays, each "
    "at least once, in a number of pages that ends."
)
def a_walk_meets_every_record_and_ends(world: World) -> None:
    refs = seed(world, 35)
    assert met(world.connector, world.walk) >= set(refs)
    assert met(world.connector, Everything()) >= set(refs)


@promise(
    "Following `next` from the first page meets every record that matched when the walk began and stays, each "
    "at least once, in a number of pages that ends."
)
def a_walk_passes_more_equal_stamps_than_fit_on_a_page(world: World) -> None:
    refs = [world.add(DAY + SECOND) for _ in range(35)]
    assert met(world.connector, world.walk) >= set(refs)


@promise(
    "Following `next` from the first page meets every record that matched when the walk began and stays, each "
    "at least once, in a number of pages that ends."
)
def records_that_go_and_come_during_a_walk_hide_no_other(world: World) -> None:
    for walk in (world.walk, Everything()):
        refs = seed(world, 35)
        first, second, *_ = found = {one.record.ref: one for one in world.connector.pages(walk, None).changes}
        position = world.connector.pages(walk, None).next
        world.delete(first)
        world.delete(second)
        world.edit_owner(refs[-1], world.people()[0])
        world.add(DAY)
        rest = {one.record.ref for page in pages(world.connector, walk, position) for one in page.changes}
        assert rest | set(found) >= set(refs)


@promise(
    "`parts`, where there are any, are positions that together lead to what `next` leads to, and may be followed "
    "beside each other."
)
def the_parts_of_a_walk_meet_what_the_whole_of_it_does(world: World) -> None:
    refs = seed(world, 45)
    for walk in (world.walk, Everything()):
        under_way: list[str | None] = [None]
        found: set[LeadRef] = set()
        for _ in range(40):
            if not under_way:
                break
            page = world.connector.pages(walk, under_way.pop(0))
            found |= {one.record.ref for one in page.changes}
            under_way += page.leads_to
        assert (under_way, found >= set(refs)) == ([], True)


@promise("`next` None is the end, and nothing else is: a page may be short or empty before it.")
def a_walk_over_nothing_or_over_full_pages_ends_after_the_last_record(world: World) -> None:
    assert met(world.connector, world.walk) == met(world.connector, Everything()) == set()
    refs = set(seed(world, 20))
    assert met(world.connector, world.walk) == met(world.connector, Everything()) == refs


@promise(
    "A position is text, holds in another process and after new records arrive, and asking twice for it moves "
    "nothing."
)
def a_position_holds_in_another_process_and_after_arrivals(world: World) -> None:
    refs = seed(world, 35)
    for walk in (world.walk, Everything()):
        first = world.connector.pages(walk, None)
        assert isinstance(first.next, str)
        here, there = (one.pages(walk, first.next) for one in (world.connector, world.another()))
        assert [one.record.ref for one in here.changes] == [one.record.ref for one in there.changes]
        late = world.add(DAY + 10 * SECOND)
        rest = [one.record.ref for page in pages(world.another(), walk, first.next) for one in page.changes]
        assert {*(one.record.ref for one in first.changes), *rest} >= {*refs} - {late}


@promise(
    "A position is text, holds in another process and after new records arrive, and asking twice for it moves "
    "nothing."
)
def asking_twice_for_a_position_moves_nothing(world: World) -> None:
    seed(world, 35)
    position = world.connector.pages(world.walk, None).next
    once, again = (world.connector.pages(world.walk, position) for _ in range(2))
    assert [one.record.ref for one in once.changes] == [one.record.ref for one in again.changes]
    assert once.next == again.next


@promise(
    "`Entered` is inclusive: a record stamped exactly `since` is met.",
    "Walk the records whose date `field` is at or after `since` (inclusive, aware UTC, the CRM's clock).",
)
def a_record_stamped_exactly_since_is_met_and_an_older_one_is_not(world: World) -> None:
    older, exact, newer = (world.add(DAY + number * SECOND) for number in (-1, 0, 1))
    assert met(world.connector, Entered(world.date, DAY)) == {exact, newer}
    assert older in met(world.connector, Entered(world.date, DAY - SECOND))


@promise("Walk every record there is: the sweep.")
def the_sweep_meets_owned_old_and_undated_records(world: World) -> None:
    old = world.add(DAY - timedelta(days=3000))
    owned = world.add(DAY, owner=world.people()[0])
    undated = world.add(DAY)
    world.spoil(undated)
    assert met(world.connector, Everything()) == {old, owned, undated}


@promise("A record that cannot be read never hides the others on its page.")
def an_unreadable_record_hides_no_other(world: World) -> None:
    refs = seed(world, 5)
    world.spoil(refs[2])
    assert met(world.connector, world.walk) >= {*refs} - {refs[2]}
    assert met(world.connector, Everything()) == {*refs}


@promise(
    "`newest` is the newest stamp on the page, `server_time` the CRM's clock when it answered (aware UTC)."
)
def a_page_says_its_newest_stamp_and_the_time_of_the_server(world: World) -> None:
    refs = seed(world, 15)
    for page in pages(world.connector, world.walk):
        assert page.newest == max(change.stamp for change in page.changes if change.stamp)
        assert page.newest is not None
        assert page.newest.tzinfo is UTC
        assert page.server_time.utcoffset() == timedelta()
        assert abs(page.server_time - world.now) < timedelta(seconds=5)
    for ref in refs:
        world.delete(ref)
    assert world.connector.pages(world.walk, None).newest is None


@promise("The newest of a record's `dates` is its stamp.")
def a_sweep_with_dates_says_the_newest_of_them(world: World) -> None:
    refs = seed(world, 15)
    dated = {
        change.record.ref: change.stamp
        for change in changes(world.connector, Everything((world.walk.field,)))
    }
    assert dated == {ref: DAY + number * SECOND for number, ref in enumerate(refs)}


@promise("`stamp` is the walk's date on it, None where the CRM gave none or none was asked for.")
def a_change_carries_its_own_stamp_and_on_a_sweep_none(world: World) -> None:
    refs = seed(world, 15)
    stamps = {change.record.ref: change.stamp for change in changes(world.connector, world.walk)}
    assert stamps == {ref: DAY + number * SECOND for number, ref in enumerate(refs)}
    assert {change.stamp for change in changes(world.connector, Everything())} == {None}


@promise("A record as the CRM showed it.")
def a_record_shows_its_fields_and_its_owner(world: World) -> None:
    owner = world.people()[0]
    ref = world.add(DAY, owner=owner, name="Grace")
    (change,) = changes(world.connector, world.walk)
    for record in (change.record, world.seen(ref)):
        assert record.ref == ref
        assert record.owner == owner
        assert "Grace" in record.fields.values()
        assert all(
            value is None or isinstance(value, str | int | float | bool) for value in record.fields.values()
        )


@promise("`version` is what a conditional write must present, None without one.")
def a_version_moves_with_the_record_or_there_is_none(world: World) -> None:
    ref = world.add(DAY)
    before = world.seen(ref).version
    world.edit_owner(ref, world.people()[0])
    after = world.seen(ref).version
    if world.connector.features.conditional_write:
        assert None not in (before, after)
        assert before != after
    else:
        assert (before, after) == (None, None)


@promise("Return every given ref's record as it is now, from the primary store and not from an index.")
def read_shows_a_change_at_once(world: World) -> None:
    one, other = world.people()[:2]
    ref = world.add(DAY)
    assert world.seen(ref).owner == world.unowned
    for owner in (one, other):
        world.edit_owner(ref, owner)
        assert world.seen(ref).owner == owner


@promise(
    "Exactly the refs given are keys, missing, merged and deleted ones too; the owner shown is the owner of that "
    "very record.",
    "Why a record asked for by id was not given back.",
)
def read_answers_for_exactly_the_refs_given(world: World) -> None:
    one, other = world.people()[:2]
    mine, theirs, nobodys = (world.add(DAY, owner=owner) for owner in (one, other, None))
    deleted, merged = world.add(DAY), world.add(DAY)
    world.delete(deleted)
    world.merge(merged, mine)
    asked = [deleted, theirs, merged, nobodys, world.nowhere(), mine]
    looks = world.connector.read(asked)
    assert set(looks) == set(asked)
    owners = {ref: look.record.owner for ref, look in looks.items() if look.record}
    assert owners == {mine: one, theirs: other, nobodys: world.unowned}
    assert all(look.record.ref == ref for ref, look in looks.items() if look.record)


@promise(
    "The answer for one id of `read`: the record, or why not; `survivor` is the record it was merged into."
)
def a_look_says_why_there_is_no_record(world: World) -> None:
    deleted, merged, survivor = (world.add(DAY) for _ in range(3))
    world.delete(deleted)
    world.merge(merged, survivor)
    looks = world.connector.read([deleted, merged, survivor, world.nowhere()])
    assert looks[survivor].absent is None
    assert looks[survivor].record is not None
    assert looks[merged].survivor == survivor.record
    assert [looks[ref].absent for ref in (merged, world.nowhere())] == [Absent.MERGED, Absent.MISSING]
    assert looks[deleted].absent in (Absent.DELETED, Absent.MISSING)  # some CRMs forget what they deleted
    assert {looks[ref].record for ref in (deleted, merged, world.nowhere())} == {None}


@promise("Return what `read` does, where only owners are asked for: fields may be left out.")
def a_look_at_owners_tells_what_reading_does(world: World) -> None:
    one, other = world.people()[:2]
    mine, theirs, deleted, merged = (world.add(DAY, owner=owner) for owner in (one, other, None, None))
    world.delete(deleted)
    world.merge(merged, mine)
    asked = [deleted, theirs, merged, world.nowhere(), mine]
    for _ in range(2):
        read, looks = world.connector.read(asked), world.connector.look(asked)
        assert _without_fields(looks) == _without_fields(read)
        world.edit_owner(theirs, one)
    before = world.calls
    assert world.connector.look([]) == {}
    assert world.calls == before


def _without_fields(looks: Mapping[LeadRef, Look]) -> Mapping[LeadRef, Look]:
    return {
        ref: replace(look, record=look.record and replace(look.record, fields={}))
        for ref, look in looks.items()
    }


@promise("At most `features.read_batch` refs are given; no refs are no call.")
def a_full_batch_is_read_and_an_empty_one_is_no_call(world: World) -> None:
    refs = seed(world, world.connector.features.read_batch)
    looks = world.connector.read(refs)
    assert {ref for ref, look in looks.items() if look.record} == set(refs)
    before = world.calls
    assert world.connector.read([]) == {}
    assert world.calls == before


@promise("Return all users and queues who can own records, inactive ones too, each id once.")
def owners_are_all_users_and_queues_each_once(world: World) -> None:
    found = world.connector.owners()
    assert sorted(user.id for user in found) == sorted(user.id for user in world.users())


@promise("A user or queue who can own records.", "`active` False: the CRM would refuse or hide the record.")
def a_user_says_whether_it_is_active_a_queue_and_its_mail(world: World) -> None:
    told = {user.id: (user.active, user.queue, user.email) for user in world.connector.owners()}
    assert told == {user.id: (user.active, user.queue, user.email) for user in world.users()}


@promise(
    "Return the owner history of each ref, oldest first; only where `features.history`.", needs="history"
)
def history_tells_each_owner_in_order(world: World) -> None:
    one, other = world.people()[:2]
    ref, untouched = world.add(DAY), world.add(DAY)
    for owner in (one, other, None, one):
        world.edit_owner(ref, owner)
    told = world.connector.history([ref, untouched])
    assert set(told) == {ref, untouched}
    assert [change.owner for change in told[ref]] == [one, other, world.unowned, one]
    assert not [change for change in told[untouched] if change.owner]


@promise("Return which rights the credentials lack, and which they hold and the connection does not need.")
def credentials_that_suffice_lack_nothing(world: World) -> None:
    rights = world.connector.rights()
    assert rights.missing == ()
    assert not set(rights.needless) & set(rights.missing)


@promise("Return what the connection asks of the CRM and the CRM does not have or allow, a line each.")
def a_connection_that_fits_the_crm_has_no_problems(world: World) -> None:
    assert list(world.connector.problems()) == []


@promise(
    "Return what is worth knowing of the CRM though the connection works, a line each; asked by `check --live`."
)
def what_is_worth_knowing_is_one_line_each(world: World) -> None:
    assert [said for said in world.connector.notices() if not said.strip() or "\n" in said] == []


@promise("Give back connections and files; the connector is not used afterwards.")
def closing_ends_one_connector_and_no_other(world: World) -> None:
    ref = world.add(DAY)
    other = world.another()
    other.close()
    assert world.seen(ref).ref == ref
    assert world.another().read([ref])[ref].record is not None
