"""SOQL: what conditions find, in which order, and how a query is refused."""

from __future__ import annotations

import pytest

from sandbox.salesforce import Settings
from tests.sandbox.salesforce.caller import NOON, Caller

ROWS: list[dict[str, str | int | None]] = [
    {"LastName": "Abe", "Country": "Germany", "NumberOfEmployees": 10, "Email": "a@example.com"},
    {"LastName": "Berg", "Country": "germany", "NumberOfEmployees": 200, "Title": "50% off_season"},
    {"LastName": "Costa", "Country": None, "NumberOfEmployees": None, "Email": "C@Example.com"},
    {"LastName": "O'Hara", "Country": "France", "NumberOfEmployees": 30, "Title": "It's"},
]


@pytest.fixture(scope="module")
def crm() -> Caller:
    """An org with four leads, an hour apart, the last of them now."""
    sf = Caller()
    sf.org.default_owner = sf.org.add_queue("Inbound")
    ana = sf.org.add_user("Ana Ruiz", "ana@example.com")
    for number, row in enumerate(ROWS):
        owner = {"OwnerId": ana} if number == 1 else {}
        sf.org.add_leads([{**row, **owner}], created=NOON - 3600 * (3 - number))
    sf.org.add_account(Name="Berg GmbH", Website="https://www.berg.example/de")
    return sf


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Country = 'GERMANY'", "AB"),
        ("Country != 'Germany'", "CO"),
        ("Country <> 'Germany'", "CO"),
        ("Country = null", "C"),
        ("Country != null", "ABO"),
        ("Country IN ('Germany', 'France')", "ABO"),
        ("Country NOT IN ('Germany')", "CO"),
        ("NumberOfEmployees > 10", "BO"),
        ("NumberOfEmployees >= 10 AND NumberOfEmployees < 200", "AO"),
        ("NOT NumberOfEmployees = 10", "BCO"),
        ("NOT (Country = 'Germany' OR Country = 'France')", "C"),
        ("(Country = 'France' AND NumberOfEmployees = 30) OR LastName = 'Abe'", "AO"),
        ("LastName LIKE 'b%'", "B"),
        ("LastName LIKE '_b_'", "A"),
        ("Title LIKE '50\\% off\\_%'", "B"),
        ("Title LIKE '50\\%_off_season'", "B"),
        ("Title = 'It\\'s'", "O"),
        ("LastName = 'O\\'Hara'", "O"),
        ("Email = 'c@example.com'", "C"),
        ("Owner.Name = 'Inbound'", "ACO"),
        ("Owner.Type = 'User'", "B"),
        ("Owner.Email LIKE 'ANA@%'", "B"),
        ("IsConverted = false", "ABCO"),
        ("CreatedDate >= 2026-09-21T13:13:20.999Z", "CO"),
        ("CreatedDate > 2026-09-21T13:13:20Z", "O"),
        ("CreatedDate < 2026-09-21T15:13:20+02:00", "AB"),
        (
            "(CreatedDate > 2026-09-21T12:13:20Z OR (CreatedDate = 2026-09-21T12:13:20Z AND Id > '00Q000000000000'))",
            "BCO",
        ),
        ("CreatedDate >= 2026-09-21T14:13:20Z OR CreatedDate = 2026-09-21T11:13:20Z", "AO"),
        ("CreatedDate >= 2026-09-21T14:13:20Z OR LastName = 'Abe'", "AO"),
        ("CreatedDate = TODAY", "ABCO"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate = LAST_N_DAYS:2", "ABCO"),
        ("CreatedDate > YESTERDAY AND CreatedDate <= TODAY", "ABCO"),
        ("OwnerId IN (SELECT QueueId FROM QueueSobject WHERE SobjectType = 'Lead')", "ACO"),
        ("Id NOT IN (SELECT WhoId FROM Task)", "ABCO"),
        ("lead.lastname = 'abe'", "A"),
    ],
)
def test_conditions_find_what_they_say(crm: Caller, where: str, found: str) -> None:
    names = {key: str(crm.org.lead(key)["LastName"]) for key in crm.org.leads()}
    assert "".join(sorted(names[key][0] for key in crm.leads(where))) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("Country, LastName DESC", "COBA"),
        ("Country DESC NULLS LAST, LastName", "ABOC"),
        ("NumberOfEmployees NULLS LAST", "AOBC"),
        ("NumberOfEmployees DESC", "CBOA"),
        ("CreatedDate DESC", "OCBA"),
        ("Owner.Name, LastName", "BACO"),
        ("SystemModstamp, Id LIMIT 2 OFFSET 1", "BC"),
        ("Id LIMIT 1", "A"),
    ],
)
def test_rows_come_in_the_order_that_is_asked_for(crm: Caller, order: str, found: str) -> None:
    rows = crm.query(f"SELECT LastName FROM Lead ORDER BY {order}")["records"]  # noqa: S608
    assert "".join(row["LastName"][0] for row in rows) == found


@pytest.mark.parametrize(
    ("soql", "code", "where"),
    [
        ("SELECT Id FROM Leed", "INVALID_TYPE", "Row:1:Column:16"),
        ("SELECT Id, Foo__c FROM Lead", "INVALID_FIELD", "Row:1:Column:12"),
        ("SELECT Id\nFROM Lead\nWHERE Foo = 1", "INVALID_FIELD", "Row:3:Column:7"),
        ("SELECT Owner.Foo FROM Lead", "INVALID_FIELD", "Row:1:Column:8"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Id FROM Lead WHERE Description LIKE 'a%'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Lead ORDER BY Address", "INVALID_FIELD", "can not be sorted"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE LastName = 3", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE OwnerId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        (
            "SELECT Id FROM Lead WHERE NumberOfEmployees LIKE '1%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator",
        ),
        (
            "SELECT Id FROM Lead WHERE LastName = 'a' AND Country = 'b' OR City = 'c'",
            "MALFORMED_QUERY",
            "'OR'",
        ),
        ("SELECT Id FROM Lead WHERE LastName = 'a", "MALFORMED_QUERY", "unexpected token: '''"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate >= 2026-01-01T00:00:00 00:00",
            "MALFORMED_QUERY",
            "unexpected token",
        ),
        ("SELECT Id FROM Lead FOR UPDATE", "MALFORMED_QUERY", "unexpected token: 'UPDATE'"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT Id, COUNT(Id) FROM Lead GROUP BY OwnerId", "MALFORMED_QUERY", "grouped"),
        ("UPDATE Lead", "MALFORMED_QUERY", "unexpected token: 'UPDATE'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)
def test_a_query_is_refused_with_the_place_and_the_reason(
    crm: Caller, soql: str, code: str, where: str
) -> None:
    error = crm.error(soql)
    assert (error["errorCode"], where in error["message"]) == (code, True), error
    excerpt, caret = error["message"].split("\n")[1:3]
    assert caret.strip() == "^"
    assert len(caret) <= len(excerpt) + 1


def test_counts_and_groups(crm: Caller) -> None:
    assert crm.query("SELECT COUNT() FROM Lead WHERE Country = 'Germany'") == {
        "totalSize": 2,
        "done": True,
        "records": [],
    }
    (one,) = crm.query("select count(Id), max(NumberOfEmployees) most from Lead")["records"]
    assert one == {"attributes": {"type": "AggregateResult"}, "expr0": 4, "most": 200}
    groups = crm.query("SELECT OwnerId, COUNT(Id) n FROM Lead GROUP BY OwnerId")["records"]
    assert sorted(row["n"] for row in groups) == [1, 3]


def test_relationships_nest_and_are_null_where_they_lead_nowhere(crm: Caller) -> None:
    soql = "SELECT Id, CreatedBy.Name, CreatedBy.Profile.Name, ConvertedAccount.Name, owner.name FROM Lead LIMIT 1"
    (row,) = crm.query(soql)["records"]
    assert row["CreatedBy"]["Name"] == "Leadswitch Integration"
    assert row["CreatedBy"]["Profile"]["Name"] == "Standard User"
    assert (row["ConvertedAccount"], row["Owner"]["Name"]) == (None, "Inbound")


def test_fields_stand_for_many_and_a_compound_is_an_object(crm: Caller) -> None:
    (row,) = crm.query("SELECT FIELDS(ALL) FROM Lead LIMIT 1")["records"]
    assert len(row) == 1 + 54
    assert row["Address"]["country"] == "Germany"
    assert "Plan__c" not in row


def test_accounts_are_found_by_domain_and_name(crm: Caller) -> None:
    soql = "SELECT Id, OwnerId FROM Account WHERE Website LIKE '%berg.example%' OR Name IN ('Berg GmbH')"
    assert len(crm.query(soql)["records"]) == 1


def test_an_org_answers_a_wish_for_smaller_pages_as_far_as_it_likes() -> None:
    sf = Caller(Settings(page=2000))
    sf.org.add_leads([{}] * 250)
    sizes = [
        len(sf.query("SELECT Id FROM Lead", Sforce_Query_Options=f"batchSize={wish}")["records"])
        for wish in (1, 200, 240, 9999)
    ]
    assert sizes == [200, 200, 240, 250]


def test_values_are_found_again_after_they_changed() -> None:
    """Every way to rows (id, value, time) follows a write."""
    sf = Caller()
    keys = [sf.org.add_lead(Email=f"u{number}@example.com") for number in range(3)]
    stamps = "SELECT Id FROM Lead WHERE SystemModstamp >= 2020-01-01T00:00:00Z ORDER BY SystemModstamp, Id"
    assert sf.found(stamps) == keys
    assert sf.leads("Email = 'u0@example.com'") == [keys[0]]
    sf.now += 10
    sf.update({"Id": keys[0], "Email": "new@example.com"})
    assert sf.found(stamps) == [*keys[1:], keys[0]]
    assert (sf.leads("Email = 'u0@example.com'"), sf.leads("Email = 'NEW@example.com'")) == ([], [keys[0]])
    sf.update({"Id": keys[0], "Email": "again@example.com"}, {"Id": "00Qak0000000000"}, whole=True)
    assert (sf.leads("Email = 'again@example.com'"), sf.leads("Email = 'new@example.com'")) == ([], [keys[0]])
    assert sf.found(stamps) == [*keys[1:], keys[0]]
    sf.org.delete(keys[1])
    assert sf.found(stamps) == [keys[2], keys[0]]
