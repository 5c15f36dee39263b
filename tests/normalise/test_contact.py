"""E-mail addresses, domains and telephone numbers."""

import pytest
from publicsuffixlist import PublicSuffixList

from connectors.normalise.domain import company_domain, domain, registrable
from connectors.normalise.mail import email
from connectors.normalise.packaged import shipped
from connectors.normalise.phone import phone
from connectors.normalise.reading import Unreadable


@pytest.mark.parametrize(
    ("text", "address"),
    [
        *[
            (text, "Ann@example.com")
            for text in ("Ann@Example.COM", " Ann@example.com\u200b", "mailto:Ann@example.com?subject=x")
        ],
        *[
            (text, "Ann@example.com")
            for text in ("Ann B <Ann@example.com>", "Ann@example.com.", "Ａnn@example．com")
        ],
        *[
            ("a@bücher.de", "a@xn--bcher-kva.de"),
            ("jörg@x.de", "jörg@x.de"),
            ("o'neil+x@a.co.uk", "o'neil+x@a.co.uk"),
        ],
    ],
)
def test_an_address_is_read_with_its_domain_in_lower_case_ascii(text: str, address: str) -> None:
    assert email(text) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ann", "no @ in it"),
        ("a@b", "a domain has a dot in it"),
        ("a b@c.com", "the part before the @ is not allowed in an address"),
        ("a..b@c.com", "the part before the @ is not allowed in an address"),
        ("@c.com", "the part before the @ is not allowed in an address"),
        ("a@b.com; c@d.com", "more than one address"),
        ("a@@b.com", "more than one @"),
        ("a@-b.com", "characters that a domain cannot have"),
        ("a@b_c.com", "characters that a domain cannot have"),
        ("a@xn--zzzzzz.com", "characters that a domain cannot have"),
        ("a@1.2.3.4", "an IP address, not a domain"),
        ("a@crm.local", "nobody is reached at .local"),
        ("none@none.invalid", "nobody is reached at .invalid"),
        ("a@" + "b." * 140 + "com", "too long for a domain"),
        ("a" * 400, "too long for an e-mail address"),
    ],
)
def test_what_is_no_single_address_is_unreadable(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        email(text)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[
            (text, "foo.co.uk")
            for text in ("https://www.Foo.co.uk/x?y#z", "foo.co.uk", "//foo.co.uk", "a@mail.foo.co.uk")
        ],
        *[
            ("http://user:pw@foo.com:8080/", "foo.com"),
            ("www.foo.github.io", "foo.github.io"),
            ("www.foo.com//de", "foo.com"),
            ("foo.com/?next=https://bar.com", "foo.com"),
            ("bücher.de", "xn--bcher-kva.de"),
        ],
    ],
)
def test_a_website_is_read_as_the_domain_that_can_be_bought(text: str, name: str) -> None:
    assert domain(text) == name


@pytest.mark.parametrize(
    "text", ["co.uk", "github.io", "localhost", "foo", "1.2.3.4", "http://[::1]/", "http://", "x" * 3000]
)
def test_what_is_no_domain_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        domain(text)


def test_every_rule_of_the_public_suffix_list_holds() -> None:
    """Also without the rules that are left out for names in ASCII alone."""
    whole = PublicSuffixList()
    lines = shipped("publicsuffixlist", "public_suffix_list.dat").split("\n")
    rules = [line.lstrip("!*.") for line in lines if line.strip() and not line.startswith("//")]
    assert len(rules) > 5_000
    for rule in rules:
        suffix = rule.encode("idna").decode("ascii")
        for name in (f"www.{suffix}", f"a.b.{suffix}"):
            assert _bought(name) == whole.privatesuffix(name)


def _bought(name: str) -> str | None:
    try:
        return registrable(name)
    except Unreadable:
        return None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        *[
            (f"a@{free}", None)
            for free in ("gmail.com", "hey.com", "tutanota.com", "proton.me", "foo.hotmail.com", "qq.com")
        ],
        *[("a@mail.acme.com", "acme.com"), ("a@bt.com", "bt.com"), ("a@co.uk", None)],
    ],
)
def test_a_free_mailbox_says_nothing_of_a_company(address: str, name: str | None) -> None:
    assert company_domain(address) == name


@pytest.mark.parametrize(
    ("text", "place", "number"),
    [
        *[
            (text, "US", "+12125550123")
            for text in ("(212) 555-0123", "212.555.0123", "+1 212 555 0123", "1-212-555-0123")
        ],
        *[
            (text, "US", "+12125550123")
            for text in ("(212) 555-0123 ext. 9", "2125550123x9", "Tel: 2125550123", "2125550123.0")
        ],
        *[
            (text, "DE", "+4930123456")
            for text in ("030 123456", "+49 (0)30 123456", "0049 30 123456", "＋４９ ３０ １２３４５６")
        ],
        *[
            ("\u202a+44\u200e2071234567\u202c", None, "+442071234567"),
            ("+442071234567", None, "+442071234567"),
        ],
        *[("0049 30 123456", None, "+4930123456")],
        *[("011 49 30 123456", "US", "+4930123456"), ("011 123 4567", "ZA", "+27111234567")],
        *[("1-800-FLOWERS", "US", "+18003569377"), ("+1 800 FLOWERS", None, "+18003569377")],
    ],
)
def test_a_number_is_read_as_e164(text: str, place: str | None, number: str) -> None:
    assert phone(text, place) == number


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("030 123456", None, "no country code, and the lead's country is not known"),
        ("011 4912 3456", None, "no country code, and the lead's country is not known"),
        ("555-0123", "US", "not a valid number of US"),
        ("+1 23", None, "not a valid number of its country code"),
        ("4915123456789", "DE", "reads as more than one number"),
        ("(415) 555-0132", "DE", "reads as more than one number"),
        ("030 123456 home", "DE", "no telephone number, or other text beside it"),
        ("555-1234 cel", "US", "no telephone number, or other text beside it"),
        ("2125550123, 2125550124", "US", "no telephone number, or other text beside it"),
        ("212-555-0123 / 212-555-0124", "US", "not a valid number of US"),
        ("1" * 101, "US", "too long for a telephone number"),
    ],
)
def test_a_number_without_certainty_is_unreadable(text: str, place: str | None, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        phone(text, place)
    assert caught.value.why == why
