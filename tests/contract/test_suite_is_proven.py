"""The suite is worth something: it passes the connector that is right and fails on each that is not."""

from __future__ import annotations

import pytest

from connectors.errors import Retry
from connectors.memory.connector import MemoryConnector
from tests.contract import broken as b
from tests.contract import broken_accounts as a
from tests.contract.memory_world import MemoryWorld
from tests.contract.suite import CHECKS

BROKEN: list[tuple[type[MemoryConnector], str]] = [
    (b.LosesAnId, "read_answers_for_exactly_the_refs_given"),
    (b.LosesAnOutcome, "records_that_cannot_be_written_do_not_stop_the_others"),
    (b.JoinsByPosition, "read_answers_for_exactly_the_refs_given"),
    (b.JoinsOutcomesByPosition, "records_that_cannot_be_written_do_not_stop_the_others"),
    (b.TakesTheStatusForSuccess, "records_that_cannot_be_written_do_not_stop_the_others"),
    (b.TakesATimeoutForDone, "a_note_without_an_answer_is_doubtful_and_sent_once"),
    (b.NeverEnds, "a_walk_meets_every_record_and_ends"),
    (b.StopsAtAShortPage, "a_walk_meets_every_record_and_ends"),
    (b.LeavesTheMiddleOut, "the_parts_of_a_walk_meet_what_the_whole_of_it_does"),
    (b.LeavesSinceOut, "a_record_stamped_exactly_since_is_met_and_an_older_one_is_not"),
    (b.PagesByStampAlone, "a_walk_passes_more_equal_stamps_than_fit_on_a_page"),
    (b.PagesByOffset, "records_that_go_and_come_during_a_walk_hide_no_other"),
    (b.KeepsItsPlace, "a_position_holds_in_another_process_and_after_arrivals"),
    (b.HidesAPageBehindABadRecord, "an_unreadable_record_hides_no_other"),
    (b.SweepsOnlyTheUnowned, "the_sweep_meets_owned_old_and_undated_records"),
    (b.TellsItsOwnTime, "a_page_says_its_newest_stamp_and_the_time_of_the_server"),
    (b.SwallowsRetryAfter, "a_busy_crm_is_asked_again_no_sooner_than_it_says"),
    (b.RetriesWrites, "a_note_without_an_answer_is_doubtful_and_sent_once"),
    (b.RaisesRetryAfterSending, "an_owner_write_without_an_answer_is_doubtful"),
    (b.GoesOnWithoutCredentials, "revoked_credentials_stop_the_pass"),
    (b.ShowsAnothersOwner, "read_answers_for_exactly_the_refs_given"),
    (b.ReadsAnIndex, "read_shows_a_change_at_once"),
    (b.LooksAtAnIndex, "a_look_at_owners_tells_what_reading_does"),
    (b.DoublesNotes, "a_note_written_twice_stands_once"),
    (b.CutsTheKeyOff, "the_key_is_the_last_line_of_the_note"),
    (b.TouchesAnotherRecord, "records_that_are_not_named_stay_untouched"),
    (b.IgnoresTheVersion, "a_record_changed_since_it_was_seen_is_a_conflict_and_stays"),
    (b.DropsTheTrace, "the_trace_is_written_in_the_call_that_writes_the_owner"),
    (b.ForgetsInactiveUsers, "owners_are_all_users_and_queues_each_once"),
    (b.TellsHistoryBackwards, "history_tells_each_owner_in_order"),
    (a.AsksForAccountsTwice, "companies_are_found_by_domain_or_name_each_once"),
    (
        a.ShowsTheFirstPageOfAccounts,
        "more_companies_than_fit_on_a_page_and_more_names_than_in_a_call_are_all_found",
    ),
    (a.TakesAPieceForTheName, "a_company_is_found_whatever_the_case_and_by_nothing_less_than_its_name"),
    (a.KeepsAccounts, "a_renamed_company_is_told_by_its_name_of_now"),
    (b.AsksForNothing, "a_full_batch_is_read_and_an_empty_one_is_no_call"),
]


def failed(connector: type[MemoryConnector]) -> dict[str, BaseException]:
    """Return the checks that the connector fails, run in this process."""
    found: dict[str, BaseException] = {}
    for check in CHECKS:
        try:
            check.run(MemoryWorld(connector))
        except (Exception, pytest.fail.Exception) as error:
            found[check.name] = error
    return found


def test_the_right_connector_passes_every_check() -> None:
    assert failed(MemoryConnector) == {}


@pytest.mark.parametrize(("connector", "check"), BROKEN, ids=[one.__name__ for one, _ in BROKEN])
def test_a_broken_connector_fails_where_it_is_broken(connector: type[MemoryConnector], check: str) -> None:
    reasons = failed(connector)
    assert check in reasons
    assert isinstance(reasons[check], AssertionError | pytest.fail.Exception | Retry), reasons[check]


def test_no_two_broken_connectors_are_the_same() -> None:
    assert len({connector for connector, _ in BROKEN}) == len(BROKEN) >= 12


def test_every_broken_connector_is_on_the_list() -> None:
    written = {
        one
        for module in (b, a)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    }
    assert written == {connector for connector, _ in BROKEN}
