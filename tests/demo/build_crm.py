"""Writes the sample CRMs of `leadswitch demo`: hubspot.json, salesforce.json and named.csv in sync/demo/files.

    python -m tests.demo.build_crm DIRECTORY

DIRECTORY holds the data sets named in sync/demo/files/NOTICE, each in a folder of its own. The draw is seeded: the same
data sets give the same bytes. Every e-mail address and website ends in `.example`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

from tests.demo import as_contacts, as_leads, dirt
from tests.demo.owners import INACTIVE, INBOUND, INTEGRATION, mail, others, people, slug, users
from tests.demo.sets import ABROAD, OFFICES, OFTEN, Row, Sets, read

SEED = 20260302
TARGET = Path(__file__).resolve().parents[2] / "sync" / "demo" / "files"
LEADS, AUSTRALIANS, AMERICANS, TWICE = 600, 225, 190, 68
IN_SALESFORCE, IN_BOTH = 0.28, 0.5
START = datetime(2026, 1, 5, 8, tzinfo=UTC)

Fields = dict[str, str | int]
Sample = Mapping[str, Sequence[object]]


class Home(StrEnum):
    """The CRM that a lead stands in."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"

    @property
    def other(self) -> Home:
        return next(home for home in Home if home is not self)


At = tuple[Home, Fields]

FIRST_LEAD = 10_001

SECTORS = {
    "technolgy": ("technolgy", "Technology", "Electronics", "COMPUTER_HARDWARE"),
    "medical": ("medical", "Healthcare", "HOSPITAL_HEALTH_CARE", "Medical Devices"),
    "retail": ("retail", "Retail", "RETAIL", "Consumer Goods"),
    "software": ("software", "Computer Software", "COMPUTER_SOFTWARE", "Technology"),
    "entertainment": ("entertainment", "Entertainment", "ENTERTAINMENT"),
    "marketing": ("marketing", "Marketing and Advertising", "MARKETING_AND_ADVERTISING"),
    "telecommunications": ("telecommunications", "Telecommunications", "TELECOMMUNICATIONS"),
    "finance": ("finance", "Finance", "Banking", "FINANCIAL_SERVICES"),
    "employment": ("employment", "Staffing and Recruiting", "STAFFING_AND_RECRUITING"),
    "services": ("services", "Consulting", "MANAGEMENT_CONSULTING"),
}
TITLES = ("CEO", "CFO", "VP, Technology", "Head of Purchasing", "IT Manager", "Director, Warehouse Mgmt",
          "Office Manager", "Head of Sales", "Plant Manager", "Analyst", "Owner", "Procurement Lead")  # fmt: skip
SOURCES = ("Web", "Web", "Web", "ORGANIC_SEARCH", "PAID_SEARCH", "PAID_SOCIAL", "EMAIL_MARKETING", "Phone Inquiry",
           "Purchased List", "Trade Show", "REFERRALS", "DIRECT_TRAFFIC", "web", "Other")  # fmt: skip
STATUSES = ("Open - Not Contacted", "Open - Not Contacted", "NEW", "New", "OPEN", "Working - Contacted",
            "ATTEMPTED_TO_CONTACT")  # fmt: skip
PAGES = ("/pricing", "/demo", "/blog/routing", "/webinar", "/contact")
ELSEWHERE = ("/press", "/jobs")
PRIVATE = ("mailbox.example", "postbox.example", "webmail.example")


# --- one lead ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draw:
    """The seeded choice of values, and apart from it that of the CRM."""

    sets: Sets
    rng: Random
    homes: Random = field(default_factory=lambda: Random(SEED))

    def home(self) -> Home:
        return Home.SALESFORCE if self.homes.random() < IN_SALESFORCE else Home.HUBSPOT

    def lead(self, person: Row, *, code: str, account: Row | None) -> Fields:
        """Draw one lead: this person, in this country, at this company (None: a small one of their own)."""
        rng = self.rng
        company = (
            account["account"] if account else f"{(person['address_2'] or person['surname']).title()} Pty Ltd"
        )
        fields: dict[str, str | int | None] = {
            **self._names(person),
            "Title": rng.choice(TITLES) if rng.random() < 0.97 else "Student",
            "Company": company,
            **self._address(person, code),
            "Phone": self._phone(code),
            **self._web(person, company),
            **self._size(account),
            **self._interest(),
            "Language__c": rng.choice(ABROAD[code]) if code in ABROAD and rng.random() < 0.7 else None,
        }
        return {name: value for name, value in fields.items() if value not in (None, "")}

    def _names(self, person: Row) -> dict[str, str]:
        return {"FirstName": person["given_name"].title(), "LastName": person["surname"].title()}

    def _address(self, person: Row, code: str) -> dict[str, str]:
        if code == "AU":
            parts = {"City": "suburb", "State": "state", "PostalCode": "postcode"}
            found = {name: person[column] for name, column in parts.items()}
            return {"City": found["City"].title(), "State": found["State"].upper(),
                    "PostalCode": found["PostalCode"], "Country": self._country(code)}  # fmt: skip
        if code == "US":
            state = self.rng.choice(self.sets.states)
            text = state["state_code"] if self.rng.random() < 0.7 else state["label"]
            return {"State": text, "Country": self._country(code)}
        return {"Country": self._country(code)}

    def _country(self, code: str) -> str:
        usual = {"AU": ("Australia", "AU", "AUS"), "US": ("USA", "United States", "US", "U.S.A.")}
        if code in usual:
            return self.rng.choice(usual[code])
        spellings = self.sets.countries.get(code, ())
        return self.rng.choice(spellings) if self.rng.random() < 0.6 else code

    def _phone(self, code: str) -> str | None:
        if self.rng.random() < 0.15:
            return None
        if code == "US":
            form = self.rng.choice(
                ("({}) 555-01{:02}", "{}-555-01{:02}", "+1 {} 555 01{:02}", "{}.555.01{:02}")
            )
            return form.format(
                self.rng.choice((212, 312, 415, 206, 303, 512, 617, 702)), self.rng.randrange(100)
            )
        return self.rng.choice(self.sets.phones[code])

    def _web(self, person: Row, company: str) -> dict[str, str | None]:
        domain = f"{slug(company)}.example"
        user = ".".join(filter(None, (slug(person["given_name"]), slug(person["surname"])))) or "info"
        host = self.rng.choice(PRIVATE) if self.rng.random() < 0.06 else domain
        site = self.rng.choice((None, None, domain, f"www.{domain}", f"https://www.{domain}/contact"))
        return {"Email": f"{user}@{host}", "Website": site}

    def _size(self, account: Row | None) -> dict[str, str | int | None]:
        number = int(account["employees"]) if account else self.rng.choice((1, 3, 8, 14, 35, 60, 120, 240))
        sector = self.rng.choice(SECTORS[account["sector"]]) if account else None
        millions = float(account["revenue"]) if account else None
        return {
            "NumberOfEmployees": self.rng.choice(COUNTS)(number),
            "Industry": sector,
            "AnnualRevenue": self.rng.choice(REVENUES)(millions)
            if millions and self.rng.random() < 0.6
            else None,
        }

    def _interest(self) -> dict[str, str | None]:
        rng = self.rng
        seen = START + timedelta(days=rng.randrange(55))
        wish = rng.choice([*self.sets.products, {"product": "GTXPro"}])["product"]
        return {
            "LeadSource": rng.choice(SOURCES) if rng.random() < 0.97 else "Partner Referral",
            "Status": rng.choice(STATUSES),
            "LandingPage__c": rng.choice(PAGES if rng.random() < 0.96 else ELSEWHERE)
            if rng.random() < 0.5
            else None,
            "ProductInterest__c": wish if rng.random() < 0.35 else None,
            "Budget__c": rng.choice(BUDGETS) if rng.random() < 0.25 else None,
            "LastContact__c": rng.choice(DATES)(seen) if rng.random() < 0.3 else None,
        }


COUNTS: Sequence[Callable[[int], str | int]] = (
    lambda n: n, lambda n: str(n), lambda n: f"{n:,}", lambda n: band(n, "{}-{}"),
    lambda n: band(n, "{:,} - {:,} employees"), lambda n: f"{n // 1000}k-{n // 1000 + 1}k" if n > 1000 else f"{n}",
)  # fmt: skip
REVENUES: Sequence[Callable[[float], str | int]] = (
    lambda m: round(m * 1_000_000), lambda m: f"${m:,.2f}M", lambda m: f"USD {m:.0f} million",
    lambda m: f"${m * 1_000_000:,.0f}", lambda m: f"{m:.1f}m", lambda m: f"EUR {m:.2f} Mio",
)  # fmt: skip
DATES: Sequence[Callable[[datetime], str]] = (
    lambda d: f"{d:%Y-%m-%d}", lambda d: f"{d:%d %b %Y}", lambda d: f"{d:%B} {d.day}, {d:%Y}",
    lambda d: f"{d:%d.%m.%Y}", lambda d: f"{d:%m/%d/%Y}", lambda d: f"{d:%Y-%m-%dT%H:%M:%SZ}",
)  # fmt: skip
BUDGETS = ("$25k", "10000", "1.234,50 €", "€ 40.000,00", "USD 75,000", "$1.5M", "5k-10k", "£12,500", "£9k")
BANDS = ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 10000))


def band(number: int, form: str) -> str:
    """Return the usual size band a number of employees falls into."""
    return next((form.format(*edges) for edges in BANDS if number <= edges[1]), "10001+")


# --- the whole CRM ----------------------------------------------------------------------------------------


def leads(draw: Draw) -> Iterator[At]:
    """Yield every lead: the samples, Australians with second records, people at American and other offices."""
    for sample in draw.sets.samples:
        yield (
            Home.SALESFORCE,
            {name: value for name, value in sample.items() if isinstance(value, str | int) and
             not isinstance(value, bool)},
        )  # fmt: skip
    persons = list(draw.sets.persons)
    accounts = draw.sets.accounts
    american = [row for row in accounts if row["office_location"] == "United States"]
    for number, person in enumerate(persons[:AUSTRALIANS]):
        account = draw.rng.choice(accounts) if draw.rng.random() < 0.5 else None
        home, lead = draw.home(), draw.lead(person, code="AU", account=account)
        yield home, lead
        if number < TWICE:
            second = home.other if draw.homes.random() < IN_BOTH else home
            yield second, again(draw, lead, draw.sets.duplicates[person["rec_id"].split("-")[1]])
    for person in persons[AUSTRALIANS : AUSTRALIANS + AMERICANS]:
        yield draw.home(), draw.lead(person, code="US", account=draw.rng.choice(american))
    abroad = [row for row in accounts if row["office_location"] != "United States"]
    rest = LEADS - len(draw.sets.samples) - AUSTRALIANS - TWICE - AMERICANS
    for number, person in enumerate(persons[AUSTRALIANS + AMERICANS :][:rest]):
        account = draw.rng.choice(abroad if number % 3 == 0 else accounts)
        office = OFFICES[account["office_location"]]
        code = office if office != "US" else draw.rng.choice([*ABROAD, *OFTEN])
        lead = draw.lead(person, code=code, account=account)
        named = {**lead, "Country": account["office_location"]} if office != "US" and number % 2 else lead
        yield draw.home(), named


def again(draw: Draw, lead: Fields, damaged: Row) -> Fields:
    """Return a second record of the same person: febrl's damaged twin, known by e-mail address or by telephone."""
    names = {"FirstName": damaged["given_name"].title(), "LastName": damaged["surname"].title()}
    known_by = "Email" if draw.rng.random() < 0.75 or "Phone" not in lead else "Phone"
    kept = {name: lead[name] for name in ("Company", "Country", known_by) if name in lead}
    places = {
        "City": damaged["suburb"].title(),
        "State": damaged["state"].upper(),
        "PostalCode": damaged["postcode"],
    }
    fresh = {"LeadSource": draw.rng.choice(SOURCES), "Status": "NEW"}
    return {name: value for name, value in {**names, **kept, **places, **fresh}.items() if value != ""}


def owned(draw: Draw, person_ids: Sequence[str]) -> str | None:
    """Draw who has a contact when it comes: mostly nobody, some a queue or the web forms, a few a person."""
    dice = draw.rng.random()
    if dice < 0.05:
        return draw.rng.choice(person_ids)
    return INTEGRATION if dice < 0.2 else INBOUND if dice < 0.32 else None


def created(draw: Draw, number: int) -> str:
    at = START + timedelta(minutes=130 * number + draw.rng.randrange(120))
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def crms(sets: Sets) -> Mapping[Home, Sample]:
    """Return what each CRM holds."""
    draw = Draw(sets, Random(SEED))
    drawn = list(leads(draw))
    draw.rng.shuffle(drawn)
    dirt.spill([lead for _, lead in drawn], draw.rng, sets.naughty)
    dated = [(home, created(draw, number), lead) for number, (home, lead) in enumerate(drawn)]
    here = {home: [(at, lead) for where, at, lead in dated if where is home] for home in Home}
    return {
        Home.HUBSPOT: hubspot(draw, here[Home.HUBSPOT]),
        Home.SALESFORCE: salesforce(draw, here[Home.SALESFORCE]),
    }


def hubspot(draw: Draw, dated: Sequence[tuple[str, Fields]]) -> Sample:
    persons = people(draw.sets)
    ids = [person["id"] for person in persons if person["name"] != INACTIVE]
    contacts = as_contacts.contacts(
        {"id": str(FIRST_LEAD + number), "hubspot_owner_id": owned(draw, ids), "createdate": at, **lead}
        for number, (at, lead) in enumerate(dated)
    )
    return {
        "properties": as_contacts.properties(contacts),
        "owners": [*persons, *others()],
        "archived_owners": [person["id"] for person in persons if person["name"] == INACTIVE],
        "contacts": contacts,
    }


def salesforce(draw: Draw, dated: Sequence[tuple[str, Fields]]) -> Sample:
    """Every lead has an owner there: the queue that they come by, or now and then a person."""
    persons = users(draw.sets)
    made = as_leads.leads(
        {"CreatedDate": at, "OwnerId": draw.rng.choice(persons)["name"] if draw.rng.random() < 0.06 else "Inbound",
         **lead}
        for at, lead in dated
    )  # fmt: skip
    return {
        "fields": as_leads.fields(made),
        "users": persons,
        "queues": ["Inbound", "Nurture"],
        "leads": made,
    }


def named(sets: Sets) -> Iterator[str]:
    """Yield the lines of named.csv: the accounts with most deals won, each with the agent who won most of them."""
    won: dict[str, Counter[str]] = {}
    for deal in sets.deals:
        if deal["deal_stage"] == "Won" and deal["account"]:
            won.setdefault(deal["account"], Counter())[deal["sales_agent"]] += 1
    best = sorted(won, key=lambda account: (-won[account].total(), account))[:12]
    yield "domain,rep"
    for account in sorted(best):
        agent = min(won[account], key=lambda name: (-won[account][name], name))
        yield f"{slug(account)}.example,{mail(agent)}"


def main(root: Path) -> None:
    sets = read(root)
    for home, sample in crms(sets).items():
        blocks = [
            f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
            for name, rows in sample.items()
        ]
        (TARGET / f"{home}.json").write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")
    (TARGET / "named.csv").write_text("\n".join(named(sets)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
