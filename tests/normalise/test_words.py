"""Text, yes and no, languages."""

import pytest

from connectors.normalise.reading import Unreadable, as_text, storable, tidy
from connectors.normalise.words import boolean, language


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        *[
            ("  Ann  Lee\r\n", "Ann Lee"),
            ("\ufeffAnn\u200b", "Ann"),
            ("\u200b \u200bAnn", "Ann"),
            ("e\u0301", "é"),
        ],
        *[
            ("a\x00b", "a b"),
            ("a\ud800b", "a\ufffdb"),
            ("a\u202eb", "ab"),
            ("می\u200cخواهم", "می\u200cخواهم"),
            ("  ", ""),
        ],
    ],
)
def test_text_is_on_one_line_without_what_nobody_sees_at_its_ends(text: str, tidied: str) -> None:
    assert tidy(text) == tidied
    assert tidy(tidied) == tidied


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        *[(None, ""), (True, "true"), (12, "12"), (94105.0, "94105"), (0.5, "0.5"), (b"a\xff", "a\ufffd")],
        *[
            ({"a": [1, None]}, '{"a": [1, null]}'),
            (["é"], '["é"]'),
            (float("inf"), "inf"),
            ({1, 2}, '"{1, 2}"'),
        ],
    ],
)
def test_any_raw_value_has_a_text(raw: object, text: str) -> None:
    assert as_text(raw) == text


def test_values_that_python_will_not_write_have_a_text_too() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert as_text(10**5000).startswith("0x")
    assert "list" in as_text(loop)


def test_a_kept_text_loses_only_what_no_database_takes() -> None:
    assert storable("a\x00b\ud800c\u202e\n") == "a\ufffdb\ufffdc\u202e\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(text, True) for text in ("true", "YES", "1", "on", "ja", "Sí", "✓")],
        *[(text, False) for text in ("False", "no", "0", "non")],
    ],
)
def test_yes_and_no_are_read_in_several_languages(text: str, value: bool) -> None:
    assert boolean(text) is value


@pytest.mark.parametrize("text", ["maybe", "2", "", "yes and no"])
def test_what_is_neither_yes_nor_no_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        boolean(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *[
            (text, "en-US")
            for text in ("en_US", "en-us", "English (US)", "English (United States)", "en_US.UTF-8")
        ],
        *[(text, "de") for text in ("German", "Deutsch", "deu", "ger", "DE")],
        *[
            (text, "pt-BR")
            for text in ("pt_BR", "Portuguese (Brazil)", "Portuguese - Brazil", "Brazilian Portuguese")
        ],
        *[(text, "zh-Hans") for text in ("Chinese (Simplified)", "zh-hans", "简体中文")],
        *[
            ("iw", "he"),
            ("Español", "es"),
            ("espanol", "es"),
            ("es-419", "es-419"),
            ("zh_Hant_TW", "zh-Hant-TW"),
            ("fil", "fil"),
        ],
    ],
)
def test_a_language_is_read_as_its_tag(text: str, tag: str) -> None:
    assert language(text) == tag
    assert language(tag) == tag


@pytest.mark.parametrize("text", ["xx", "en-XX", "jp", "en;fr", "English, French", "C", "Klingon", "x" * 200])
def test_what_is_no_single_language_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        language(text)
