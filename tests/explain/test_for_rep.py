"""`--for-rep`: nothing of other reps, and no value of a lead that is not theirs, in text or in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from router.model import Rep, RepId
from router.rules import Rulebook
from sync.explain.for_rep import OTHER, Curtain, entry_for_json, entry_for_lines, standing_for
from sync.explain.told import standing_json, standing_lines
from sync.explain.who import who
from tests.explain.scene import Scene, text
from tests.sync.office import Office

OTHERS = {
    "ana": ("xana1", "Anabel Canary", "Canary", "ana@reps.example"),
    "bo": ("xbo22", "Borislav Vogel", "Vogel", "bo@reps.example"),
    "cy": ("xcy333", "Cyra Gorrion", "Gorrion", "cy@reps.example"),
}
"""Of each rep, what must never be seen by the others: id, names, e-mail."""

FILES = {
    "leadswitch.yaml": "connections: [{name: crm, kind: memory, file: x.json, take: all}]",
    "vip.csv": "domain,owner\nsecret-customer.com,xbo22\nopen-customer.com,xana1\n",
    "teams.yaml": """
reps:
  - {id: xana1, name: Anabel Canary, email: ana@reps.example, attributes: {language: [de]}, away: [2026-03-05]}
  - {id: xbo22, name: Borislav Vogel, email: bo@reps.example, capacity: {day: 3}}
  - {id: xcy333, name: Cyra Gorrion, email: cy@reps.example}
teams:
  - {name: Vogel and friends, members: [xana1, xbo22, xcy333]}
""",
    "rules.yaml": """
lists:
  vip: {file: vip.csv, match: domain, owner: owner}
rules:
  - {name: "Gorrion's own", when: {list: vip}, assign: {owner: vip}}
  - {name: Of Canary, when: {campaign: [Anabel Canary, Borislav Vogel]}, assign: {team: Vogel and friends}}
  - name: German
    when: {country: DE}
    assign: {team: Vogel and friends, require: {language: same}}
    otherwise: [{hold: 2h}, alert]
  - {name: Everyone, assign: {team: Vogel and friends}}
""",
}


@pytest.fixture(scope="module")
def leads(sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A floor after leads of every kind, all of whose values are canaries; it is only looked at."""
    file = tmp_path_factory.mktemp("floor") / "store.db"
    file.write_bytes(sqlite_template)
    scene = Scene.opened(Office(f"sqlite:///{file}"), FILES)
    values = ("secret-customer.com", "open-customer.com", "person-a.com", "person-b.com", "person-c.com")
    for n, domain in enumerate(values * 2):
        scene.office.lead(
            country=("US", "DE")[n % 2], language=("de", "ja")[n % 3 % 2], email=f"v{n}@{domain}"
        )
    scene.sync()
    scene.office.clock.pass_by(hours=1)
    scene.marked("xcy333", away=True)
    for n in range(4):
        scene.office.lead(country="US", email=f"w{n}@late-{n}.com", campaign=("", "Borislav Vogel")[n % 2])
    scene.sync()
    yield scene
    scene.office.store.close()


def shown(scene: Scene, rep: str) -> Iterator[tuple[str | None, str]]:
    """Yield all that a rep may see, each with the owner of the lead that it is of."""
    book, store = scene.found.rulebook, scene.office.store
    one = who(rep, book, store)
    hide = Curtain([book], one.id)
    stands = standing_for(scene.standing(rep), hide)
    yield rep, text(standing_lines(stands, book)) + json.dumps(standing_json(stands))
    for record, row in scene.office.ledger().items():
        entry = scene.entry(record)
        told = json.dumps(entry_for_json(entry, one, hide))
        yield row["rep"], text(entry_for_lines(entry, one, hide, "UTC")) + told


@pytest.mark.parametrize("rep", OTHERS)
def test_nothing_of_the_others_is_shown(leads: Scene, rep: str) -> None:
    mine = OTHERS[rep][0]
    canaries = [spelling for name, spellings in OTHERS.items() if name != rep for spelling in spellings]
    seen = list(shown(leads, mine))
    assert len(seen) == 15
    for _, said in seen:
        assert [canary for canary in canaries if canary.casefold() in said.casefold()] == [], said
    assert mine in seen[0][1]


@pytest.mark.parametrize("rep", OTHERS)
def test_of_leads_that_are_not_theirs_no_value_and_no_rule_is_shown(leads: Scene, rep: str) -> None:
    mine = OTHERS[rep][0]
    values = ("customer.com", "person-", "late-", "seen:", '"seen"', "rule", " ja", "German")
    theirs = 0
    for owner, said in list(shown(leads, mine))[1:]:
        if owner == mine:
            theirs += 1
            continue
        said = said.replace('"rule": null', "")
        assert [value for value in values if value in said] == [], said
    assert theirs


def test_of_their_own_lead_they_see_the_rule_the_values_and_why(leads: Scene) -> None:
    seen = [said for owner, said in shown(leads, "xana1") if owner == "xana1"][1:]
    assert [said for said in seen if "country is DE; seen: DE" in said]
    assert [said for said in seen if f"rule {OTHER}'s own: list vip" in said]
    assert not [said for said in seen if "secret-customer.com" in said]
    assert [
        said
        for said in seen
        if f"asked as one of team {OTHER} and friends: took it; credit before it" in said
    ]


def test_why_not_is_said_without_what_the_lead_asked_for(leads: Scene) -> None:
    seen = [said for _, said in shown(leads, "xcy333")]
    assert [said for said in seen if "without the required language; credit before it" in said]
    assert [said for said in seen if "marked away; credit before it" in said]
    assert [said for said in seen if "could have taken it; credit before it" in said]
    assert [said for said in seen if "it went to somebody else" in said]


def test_a_manager_sees_what_a_rep_does_not(leads: Scene) -> None:
    """Else the tests above would look for what is nowhere."""
    said = "".join(leads.said(record) for record in leads.office.ledger()) + leads.stands("xana1")
    for spellings in OTHERS.values():
        assert spellings[0] in said
        assert spellings[1] in said
    assert "secret-customer.com" in said


def test_a_curtain_hides_whole_words_and_no_own_name(leads: Scene) -> None:
    hide = Curtain([leads.found.rulebook], RepId("xana1"))
    assert hide("Ask BORISLAV VOGEL or xbo22 (bo@reps.example)") == f"Ask {OTHER} or {OTHER} ({OTHER})"
    assert hide("Anabel Canary, xbo221, Vogelsang") == "Anabel Canary, xbo221, Vogelsang"
    assert Curtain([], RepId("ana"))("Vogel") == "Vogel"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("王小明", "给王小明的线索", f"给{OTHER}的线索"),
        ("דנה כהן", "לידים לדנה", f"לידים ל{OTHER}"),
        ("김민수", "김민수에게", f"{OTHER}에게"),
        ("Zoë", "Zoë's and Zoëlle's", f"{OTHER}'s and Zoëlle's"),
    ],
)
def test_a_name_is_found_where_its_script_puts_no_gap(name: str, text: str, shown: str) -> None:
    others = Rep(id=RepId("x1"), name=name), Rep(id=RepId("x2"), name="Bo")
    hide = Curtain([Rulebook(rules=(), reps={each.id: each for each in others})], RepId("x2"))
    assert hide(text) == shown
