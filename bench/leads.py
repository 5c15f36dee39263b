"""Rules, reps and leads to measure with, the same ones on every run.

The shape is that of 501 entries of real lead assignment rules, counted by the project: half of the criteria are
geography, most are equality, nearly half with several values; one or two criteria a rule, few with alternatives;
and from real named-account lists, 50 domains each. Nothing in them is anybody's: names are numbered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from router.model import (
    Band,
    ConnectionName,
    Days,
    Hours,
    Lead,
    LeadRef,
    Member,
    Money,
    Number,
    RecordId,
    Rep,
    RepId,
    Team,
    TeamName,
)
from router.rules import (
    ALWAYS,
    All,
    Any,
    Comparison,
    Condition,
    Named,
    Not,
    Op,
    Require,
    Rule,
    Rulebook,
    SamePerson,
    ToTeam,
)

Shapes = Sequence[tuple[Callable[[Random], Condition], int]]

NOW = datetime(2026, 11, 17, 15, 30, tzinfo=UTC)  # a Tuesday on which all zones below are at work
ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago")
COUNTRIES = [
    "US",
    "GB",
    "DE",
    "FR",
    "CA",
    "AU",
    "IN",
    "NL",
    "SE",
    "ES",
    "IT",
    "CH",
    "AT",
    "BR",
    "MX",
    "JP",
    "SG",
    "IE",
    "PL",
    "DK",
    "NO",
    "FI",
    "BE",
    "PT",
    "NZ",
    "ZA",
    "AE",
    "IL",
    "KR",
    "TR",
]
STATES = [
    "CA",
    "NY",
    "TX",
    "FL",
    "IL",
    "PA",
    "OH",
    "GA",
    "NC",
    "MI",
    "NJ",
    "VA",
    "WA",
    "AZ",
    "MA",
    "TN",
    "IN",
    "MO",
    "MD",
    "WI",
    "CO",
    "MN",
    "SC",
    "AL",
    "LA",
    "KY",
    "OR",
    "OK",
    "CT",
    "UT",
]
INDUSTRIES = tuple(f"industry {n}" for n in range(32))
SOURCES = ["web", "partner", "event", "referral", "outbound", "webinar", "chat", "advert", "list", "trial"]
PRODUCTS = tuple(f"product {n}" for n in range(17))
WORDS = [
    "vp",
    "director",
    "manager",
    "chief",
    "head",
    "sales",
    "marketing",
    "finance",
    "operations",
    "engineer",
    "owner",
    "student",
]
LANGUAGES = ("en", "en-GB", "de", "fr", "es", "es-MX", "pt-BR", "ja")
DOMAINS = tuple(f"company{n}.example" for n in range(4000))
SEGMENTS = tuple(f"segment {n}" for n in range(12))
CITIES = tuple(f"city {n}" for n in range(500))
PREFIXES = tuple(f"{n:03}" for n in range(1000))
EDGES = (11, 51, 201, 501, 1001, 5001)


def rulebook(rules: int, *, teams: int = 5, reps: int = 50) -> Rulebook:
    """Return a rulebook of so many rules, the last one a catch-all; each team has an equal part of the reps."""
    random = Random(20261117)
    people = [_rep(number, random) for number in range(reps)]
    names = [TeamName(f"team {number}") for number in range(teams)]
    listed = [_rule(number, random, names) for number in range(rules - 1)]
    return Rulebook(
        rules=(*listed, Rule("everyone else", ALWAYS, ToTeam(names[0]))),
        reps={rep.id: rep for rep in people},
        teams={
            name: Team(name, tuple(Member(r.id) for r in people[at::teams])) for at, name in enumerate(names)
        },
        same_person=SamePerson(within=365 * 86_400.0, wait=14_400.0),
    )


def leads(count: int) -> list[Lead]:
    """Return leads with blanks, bands and a few people who come twice."""
    random = Random(17112026)
    return [_lead(number, random) for number in range(count)]


# --- rules ------------------------------------------------------------------------------------------------


def _rule(number: int, random: Random, teams: list[TeamName]) -> Rule:
    count = random.choices((1, 2, 3, 4), (33, 42, 12, 8))[0]
    # A rule with one criterion is a narrow one, or the rules after it would be dead.
    first = _pick(NARROW if count == 1 else GEOGRAPHY, random)
    parts = (first, *(_pick(EVERY, random) for _ in range(count - 1)))
    # Alternatives stand beside a criterion that all of them share, as in most mixed entries.
    mixed = All((first, Any(parts[1:]))) if count > 2 and random.random() < 0.5 else All(parts)
    require = {"language": Require(same=True)} if random.random() < 0.1 else {}
    return Rule(
        f"rule {number}", first if count == 1 else mixed, ToTeam(random.choice(teams), require=require)
    )


def _pick(shapes: Shapes, random: Random) -> Condition:
    make = random.choices([shape for shape, _ in shapes], [often for _, often in shapes])[0]
    return make(random)


def _some(random: Random, values: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random.sample(values, random.randint(2, most) if random.random() < 0.45 else 1))


def _country(random: Random) -> Condition:
    return Comparison("country", Op.IS, _some(random, COUNTRIES[4:], 5))


def _state(random: Random) -> Condition:
    states = Comparison("region", Op.IS, tuple(f"US-{state}" for state in _some(random, STATES, 4)))
    return Named("territory", "of the US", All((Comparison("country", Op.IS, ("US",)), states)))


def _postcode(random: Random) -> Condition:
    return Comparison("postcode", Op.STARTS_WITH, _some(random, PREFIXES, 6))


def _words(random: Random) -> Condition:
    field = random.choice(("title", "campaign", "page"))
    return Comparison(field, Op.CONTAINS, _some(random, WORDS, 3))


def _size(random: Random) -> Condition:
    low, high = sorted(random.sample(EDGES, 2))
    if random.random() < 0.5:
        return Comparison("employees", Op.GTE, (Decimal(high),))
    return Comparison("employees", Op.BETWEEN, (Decimal(low), Decimal(high - 1)))


def _accounts(random: Random) -> Condition:
    return Named("list", "accounts", Comparison("domain", Op.IS, tuple(random.sample(DOMAINS, 50))))


def _industry(random: Random) -> Condition:
    return Comparison("industry", Op.IS, _some(random, INDUSTRIES, 6))


def _other(random: Random) -> Condition:
    field, values = random.choice((("source", SOURCES), ("product", PRODUCTS), ("custom.segment", SEGMENTS)))
    return Comparison(field, Op.IS, (random.choice(values),))


def _refused(random: Random) -> Condition:
    return Not(Comparison("source", Op.IS, (random.choice(SOURCES),)))


def _city(random: Random) -> Condition:
    return Comparison("city", Op.IS, _some(random, CITIES, 4))


GEOGRAPHY: Shapes = ((_country, 26), (_state, 16), (_postcode, 6), (_city, 6))
NARROW: Shapes = ((_accounts, 6), (_postcode, 6), (_city, 6))
EVERY: Shapes = (
    *GEOGRAPHY,
    (_words, 28),
    (_size, 12),
    (_accounts, 6),
    (_industry, 20),
    (_other, 28),
    (_refused, 4),
)

# --- people -----------------------------------------------------------------------------------------------


def _rep(number: int, random: Random) -> Rep:
    away = (Days(NOW.date(), NOW.date() + timedelta(days=3)),) if number % 17 == 9 else ()
    return Rep(
        id=RepId(f"rep{number}"),
        name=f"Rep {number}",
        zone=random.choice(ZONES),
        hours=tuple(Hours(day, time(9), time(17, 30)) for day in range(5)),
        away=away,
        weights=((None, random.choice((Decimal(1), Decimal(1), Decimal("0.5"), Decimal(2)))),),
        attributes={"language": ("en", *random.sample(LANGUAGES, 2))},
    )


def _lead(number: int, random: Random) -> Lead:
    country = random.choice(COUNTRIES[: random.choice((1, 4, 30))])
    region = f"US-{random.choice(STATES)}" if country == "US" else None
    title = " ".join(random.sample(WORDS, 2))
    return Lead(
        ref=LeadRef(ConnectionName("bench"), "contacts", RecordId(str(number))),
        name=f"Person {number}",
        email=f"person{number if random.random() > 0.02 else number // 2}@company.example",
        title=_maybe(title, 0.8, random),
        language=_maybe(random.choice(LANGUAGES), 0.6, random),
        domain=_maybe(random.choice(DOMAINS), 0.7, random),
        industry=_maybe(random.choice(INDUSTRIES), 0.7, random),
        employees=_size_of(random),
        revenue=Money(Decimal(random.randrange(10**7)), "USD") if random.random() < 0.3 else None,
        country=_maybe(country, 0.9, random),
        region=_maybe(region, 0.9, random),
        city=_maybe(random.choice(CITIES), 0.6, random),
        postcode=_maybe(f"{random.randrange(100_000):05}", 0.5, random),
        source=_maybe(random.choice(SOURCES), 0.9, random),
        campaign=_maybe(" ".join(random.sample(WORDS, 2)) + " 2026", 0.3, random),
        page=_maybe(f"/{random.choice(WORDS)}/{random.randrange(50)}", 0.5, random),
        product=_maybe(random.choice(PRODUCTS), 0.5, random),
        created=NOW,
        custom={"segment": random.choice(SEGMENTS)} if random.random() < 0.5 else {},
    )


def _maybe(value: str | None, often: float, random: Random) -> str | None:
    return value if random.random() < often else None


def _size_of(random: Random) -> Number | None:
    chance = random.random()
    if chance < 0.3:
        return None
    if chance < 0.7:
        return Decimal(random.choice((3, 20, 120, 300, 800, 3000, 20_000)))
    low = random.randrange(len(EDGES))
    high = Decimal(EDGES[low + 1] - 1) if low + 1 < len(EDGES) else None
    return Band(Decimal(EDGES[low]), high)
