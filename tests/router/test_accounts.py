"""A lead finds the account it belongs to, and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.accounts import chicago_sites, febrl, score
from router.accounts import AT_LEAST, Account, Accounts, Match
from router.companies import read

ACME = Account("1", "ana", "acme.com", "Acme Foods Inc.")
BRAVO = Account("2", "bo", "bravo.de", "Bravo Maschinenbau GmbH & Co. KG")
NAMED = Account("3", "cy", None, "Northwind Traders")
KNOWN = Accounts((ACME, BRAVO, NAMED))


def match(domain: str | None, company: str | None) -> tuple[str, str] | None:
    found = KNOWN.match(domain, company)
    return None if found is None else (found.account.id, found.why)


@pytest.mark.parametrize(
    ("domain", "company", "found"),
    [
        ("acme.com", None, ("1", "the same domain")),
        ("ACME.com", "Acme Foods", ("1", "the same domain and company name")),
        ("acme.com", "Bravo Maschinenbau", ("1", "the same domain")),  # the domain comes first
        (None, "ACME Foods LLC", ("1", "the same company name")),
        (None, "AcmeFoods", ("1", "the same company name, spaced otherwise")),
        (None, "Foods Acme", ("1", "the same words in the company name")),
        (None, "Acme Foods Group", ("1", "the same company name but for words such as Group")),
        (None, "Bravo Maschinnebaw", None),  # more than one
        (None, "Bravo Maschinenbaw", ("2", "a company name with other letters")),
        (None, "Acme Goods", None),
        (None, "Acme", None),
        (
            "northwind.com",
            "Northwind Traders",
            ("3", "the same company name"),
        ),  # the account's domain is blank
        ("acme-foods.co.uk", "Acme Foods", None),
        ("bravo.com", "Charlie", None),
        (None, "n/a", None),
        (None, None, None),
    ],
)
def test_a_lead_belongs_to_the_account_of_its_domain_then_of_its_name(
    domain: str | None, company: str | None, found: tuple[str, str] | None
) -> None:
    assert match(domain, company) == found


def test_a_surer_kind_of_match_is_worth_more() -> None:
    asked = [
        ("acme.com", "Acme Foods"),
        ("acme.com", None),
        (None, "Acme Foods"),
        (None, "Acme Foods Group"),
        ("acme.org", "Acme Foods"),
    ]
    found = [KNOWN.match(domain, company, at_least=0) for domain, company in asked]
    worth = [one.confidence for one in found if one]
    assert len(worth) == len(asked)
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] < AT_LEAST < worth[-2]


def test_two_accounts_that_fit_as_well_with_two_owners_are_no_answer() -> None:
    twin = Account("4", "bo", None, "Acme Foods AG")
    assert Accounts((ACME, twin)).match(None, "Acme Foods") is None
    same = Accounts((ACME, twin._replace(owner="ana"))).match(None, "Acme Foods")
    assert same == Match(ACME, 0.97, "the same company name")


def test_of_two_accounts_under_one_domain_the_one_of_the_name_is_it() -> None:
    daughter = Account("5", "cy", "acme.com", "Acme Pets")
    found = Accounts((ACME, daughter)).match("acme.com", "Acme Pets Ltd")
    assert found is not None
    assert found.account.id == "5"
    assert Accounts((ACME, daughter)).match("acme.com", None) is None


@pytest.mark.parametrize(
    ("spellings", "words"),
    [
        (("L'Oréal S.A.", "LOREAL", "L’Oréal SA"), ("loreal",)),
        (("AB Volvo", "Volvo AB (publ.)", "volvo"), ("volvo",)),
        (("株式会社トヨタ", "Toyota K.K.", "TOYOTA Co., Ltd."), ("toyota",)),
        (("ООО «Вектор»", "Vektor OOO"), ("vektor",)),
        (("Müller GmbH & Co. KG", "MULLER GmbH", "Müller gmbh und co kg"), ("muller",)),
        (("Acme S.A. de C.V.", "ACME SA de CV", "The Acme Company"), ("acme",)),
        (("Foo Sp. z o.o.", "foo sp z oo", "Foo spzoo"), ("foo",)),
        (("PT Astra Tbk", "Astra"), ("astra",)),
        (("I.B.M.", "IBM Corp.", "ibm"), ("ibm",)),
        (("Bar s.r.o.", "Bar Kft.", "Bar Oy", "Bar ApS", "Bar Pty Ltd", "Bar Sdn. Bhd."), ("bar",)),
        (("n/a", "None", "Self-Employed", "Ltd", "-", "", "x", "GmbH"), ()),
    ],
)
def test_spelling_and_legal_form_are_taken_away(spellings: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert {read(one).words for one in spellings} == {words}


@given(st.text(max_size=40))
def test_any_text_can_be_read_and_reading_what_was_read_changes_nothing_but_forms(text: str) -> None:
    found = read(text)
    assert all(word.isascii() and word.isalnum() for word in found.words)
    assert len(read(found.key).words) <= len(found.words)


@given(st.lists(st.sampled_from([ACME, BRAVO, NAMED]), max_size=5), st.sampled_from(["acme.com", None]))
def test_the_order_of_the_accounts_changes_nothing(accounts: list[Account], domain: str | None) -> None:
    there, back = Accounts(accounts), Accounts(reversed(accounts))
    assert there.match(domain, "Northwind") == back.match(domain, "Northwind")


def test_what_the_documentation_says_of_the_measured_data_holds() -> None:
    people = score(febrl())
    assert people.precision == 1
    assert people.recall == pytest.approx(0.74, abs=0.005)
    sites = score(site._replace(number="") for site in chicago_sites())
    assert sites.precision == pytest.approx(0.973, abs=0.001)
    assert sites.recall == pytest.approx(0.43, abs=0.005)
