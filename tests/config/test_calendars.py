"""Where a calendar is: a file beside the configuration, or a URL, which may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.calendars import calendar, remote
from config.problems import Place, Refusal
from config.secrets import Secrets
from config.yamltext import Text

SECRET = "https://cal.example/private-5ecret/basic.ics"
ENVIRON = {"ANA": SECRET, "PW": "5ecret", "FTP": "ftp://cal.example/5ecret", "NAME": "ana"}


def place(text: str, *, resolve: bool = True) -> str:
    secrets = Secrets(environ=ENVIRON, resolve=resolve)
    return calendar(Text(text, Place("teams.yaml", 1, 1)), secrets, Path("/etc/leadswitch"))


@pytest.mark.parametrize(
    ("written", "known", "is_remote"),
    [
        ("ana.ics", "/etc/leadswitch/ana.ics", False),
        ("calendars/../ana.ics", "/etc/leadswitch/ana.ics", False),
        ("${NAME}.ics", "/etc/leadswitch/ana.ics", False),
        ("https://cal.example/ana.ics?x=1", "https://cal.example/ana.ics?x=1", True),
        ("HTTPS://cal.example/ana.ics", "HTTPS://cal.example/ana.ics", True),
        ("webcal://cal.example/ana.ics", "https://cal.example/ana.ics", True),
        ("http://127.0.0.1:8080/ana.ics", "http://127.0.0.1:8080/ana.ics", True),
        ("http://localhost/ana.ics", "http://localhost/ana.ics", True),
        ("${ANA}", SECRET, True),
        ("https://ana:${PW}@cal.example/", "https://ana:5ecret@cal.example/", True),
    ],
)
def test_a_calendar_is_a_file_or_a_url(written: str, known: str, is_remote: bool) -> None:
    assert (place(written), remote(place(written))) == (known, is_remote)


def test_without_secrets_a_reference_stays_as_it_is_written() -> None:
    assert place("${ANA}", resolve=False) == "${ANA}"
    assert remote("${ANA}")


@pytest.mark.parametrize(
    "written", ["${FTP}", "${MISSING}", "https://ana:5ecret@cal.example/", "http://cal.example/5ecret"]
)
def test_what_cannot_be_used_is_refused_without_a_word_of_it(written: str) -> None:
    with pytest.raises(Refusal) as error:
        place(written)
    assert "5ecret" not in f"{error.value.message} {error.value.hint}"
