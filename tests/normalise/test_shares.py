"""What is understood of the data sets, the tables made from them, and the page that shows both."""

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.normalise.domain import is_free_mail
from connectors.normalise.packaged import rows
from connectors.normalise.phone import phone
from connectors.normalise.reading import Unreadable
from tests.normalise.build_tables import BUILT, ROOT, TABLES, built, table
from tests.normalise.measure import shares, table_of_shares, table_of_transforms

PAGE = Path(ROOT / "docs" / "normalising.md")

# The only texts read as something else than their list means: codes of countries, which win over names that have
# lost their accents (Vietnamese) or their small letters.
_CODES = {"wrong: NGA", "wrong: Bi", "wrong: My"}


def test_nothing_is_read_wrong_and_little_stays_unread() -> None:
    for each in shares():
        assert {stray for stray in each.strays if stray.startswith("wrong")} <= _CODES, each.form
        assert each.right / (each.right + each.wrong + each.unread) >= 0.98, each.form


def test_a_national_number_without_its_country_is_never_guessed() -> None:
    for row in table("phones/phone_surface_forms.csv"):
        if row["form"] in {"national", "dots", "digits", "dial_from_US"}:
            with pytest.raises(Unreadable):
                phone(row["input"], None)


@pytest.mark.parametrize("name", BUILT)
def test_the_tables_are_those_built_from_the_data(name: str) -> None:
    assert (TABLES / name).read_text(encoding="utf-8") == built(name)


@pytest.mark.parametrize(
    "name", ["hey.com", "tutanota.com", "proton.me", "gmail.com", "gmx.de", "yahoo.co.jp", "qq.com"]
)
def test_a_free_mail_domain_is_in_the_list(name: str) -> None:
    assert is_free_mail(name)


@pytest.mark.parametrize(
    "name", ["bt.com", "comcast.com", "att.com", "verizon.com", "example.com", "salesforce.com"]
)
def test_a_company_s_own_domain_is_not_in_the_list(name: str) -> None:
    assert not is_free_mail(name)


def test_the_page_shows_what_is_measured() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert table_of_shares() in text
    assert table_of_transforms() in text
    assert f"({len(list(rows('free_mail.txt'))):,} domains)" in text


def test_every_table_says_where_it_comes_from() -> None:
    sources = (TABLES / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in sources for path in TABLES.iterdir() if path.name != "SOURCES.md")


def test_a_mapping_is_checked_without_loading_the_tables_of_numbers_and_domains() -> None:
    code = "import sys, connectors.normalise.standard; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"phonenumbers", "publicsuffixlist", "idna", "importlib.resources"} & set(
        loaded.stdout.split()
    )
