import json
from collections.abc import Sequence

import pytest

from bench import __main__ as program
from bench.leads import NOW, leads, rulebook
from bench.peers import PEERS, flat
from bench.rows import Row
from router.model import State
from router.route import Router

MET = Row("fast", 2.0, "x", 1)
MISSED = Row("slow", 4.0, "ms", 3, better="less")
PEER = Row("theirs", 7.0, "ms", peer="other")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    rows: list[Row] = []

    def run() -> Sequence[Row]:
        return rows

    monkeypatch.setattr("bench.routing.run", run)
    return rows


@pytest.mark.parametrize(("rows", "status"), [((MET, PEER), 0), ((MET, MISSED), 1), ((), 0)])
def test_the_exit_status_says_whether_a_goal_was_missed(
    measured: list[Row], capsys: pytest.CaptureFixture[str], rows: Sequence[Row], status: int
) -> None:
    measured.extend(rows)
    assert program.main(["routing"]) == status
    assert ("MISSED" in capsys.readouterr().out) is bool(status)


def test_json_is_one_object_with_a_row_for_each_case(
    measured: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    measured.extend((MET, MISSED, PEER))
    program.main(["routing", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["name"] == "routing"
    assert [row["met"] for row in printed["rows"]] == [True, False, None]
    assert all({"case", "value", "unit", "goal", "met"} <= row.keys() for row in printed["rows"])
    assert [row.get("peer") for row in printed["rows"]] == [None, None, "other"]


def test_a_bench_that_is_not_there_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(program.BENCHES, "routing", "bench.nowhere")
    assert program.main(["routing"]) == 2
    assert "bench.nowhere cannot be imported" in capsys.readouterr().err


def test_one_part_of_a_bench_can_be_run_alone(
    measured: list[Row], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured.append(MISSED)
    monkeypatch.setattr("bench.routing.PARTS", {"quick": lambda: [MET]}, raising=False)
    assert program.main(["routing", "--only", "quick"]) == 0
    assert "fast" in capsys.readouterr().out
    assert program.main(["routing", "--only", "slow"]) == 2
    assert "routing has no part slow" in capsys.readouterr().err


def test_the_measured_leads_are_the_same_on_every_run_and_reach_many_rules() -> None:
    assert leads(50) == leads(50)
    book = rulebook(60)
    assert repr(rulebook(60)) == repr(book)
    router = Router(book)
    reached = [router.route(lead, State(), NOW) for lead in leads(500)]
    assert len({decision.rule for decision in reached}) > 15
    assert len({decision.owner for decision in reached}) >= 5


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_finds_the_same_rules(peer: str) -> None:
    pytest.importorskip(PEERS[peer].module)
    book = rulebook(30)
    first, router = PEERS[peer].build(book.rules), Router(book)
    for lead in leads(60):
        found = first(flat(lead))
        assert found is not None
        assert book.rules[found] is router.match(lead, NOW)
