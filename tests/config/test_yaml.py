"""YAML is read as it is written, and what it cannot say is refused at its place."""

from __future__ import annotations

import pytest

from config.problems import Findings
from config.yamltext import Blank, Map, Seq, Text, tree


def read(text: str) -> tuple[Map | None, list[str]]:
    findings = Findings()
    return tree("x.yaml", text, findings), [str(problem) for problem in findings.problems]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("NO", "NO"),
        ("ON", "ON"),
        ("01234", "01234"),
        ("22:30", "22:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("'null'", "null"),
        ('""', ""),
        ("true", "true"),
        ("!!str 5", "5"),
    ],
)
def test_a_scalar_stays_text(written: str, kept: str) -> None:
    node, problems = read(f"key: {written}\n")
    assert problems == []
    assert node == {"key": kept}
    assert isinstance(node["key"], Text)


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_blank(written: str) -> None:
    node, _ = read(f"key: {written}\n")
    assert node is not None
    assert isinstance(node["key"], Blank)


def test_keys_are_text_too() -> None:
    assert read("1: a\ntrue: b\n")[0] == {"1": "a", "true": "b"}


def test_every_key_and_value_knows_its_place() -> None:
    node, _ = read("a:\n  - b\n  - {c: d}\n")
    assert node is not None
    inner = node["a"]
    assert isinstance(inner, Seq)
    assert isinstance(inner[1], Map)
    last = inner[1]["c"]
    places = [(place.line, place.column) for place in (node.key_place("a"), inner[1].place, last.place)]
    assert places == [(1, 1), (3, 5), (3, 9)]


def test_a_byte_order_mark_is_accepted() -> None:
    assert read("\ufeffa: b\n") == ({"a": "b"}, [])


def test_an_alias_is_the_value_it_names() -> None:
    node, problems = read("a: &x [1, 2]\nb: *x\n")
    assert problems == []
    assert node == {"a": ["1", "2"], "b": ["1", "2"]}


BILLION = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.yaml:1:1: the file is empty"),
        ("# only a comment\n", "x.yaml:1:1: the file is empty"),
        ("- a\n", "x.yaml:1:1: the file must be a mapping"),
        ("a: 1\n\tb: 2\n", "x.yaml:2:1: a tab at the start of the line (indent with spaces)"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: 'a' stands here twice (first on line 1)"),
        ("a: {b: 1, b: 1}\n", "x.yaml:1:11: 'b' stands here twice"),
        ("<<: {a: 1}\n", "x.yaml:1:1: merge keys (<<) are not used here"),
        ("a: &x [*x]\n", "x.yaml:1:4: an anchor that contains itself"),
        ("a: *nope\n", "x.yaml:1:4: an alias without an anchor"),
        ("? [a, b]\n: 1\n", "x.yaml:1:3: keys must be text"),
        ("a: !foo {b: 1}\n", "x.yaml:1:4: tags such as !name are not used here"),
        ("a: !!python/object/apply:os.system [x]\n", "x.yaml:1:4: tags such as !name"),
        ("a: !!int 5\n", "x.yaml:1:4: tags such as !name"),
        ("a: b: c\n", "x.yaml:1:5: a colon too many"),
        ("a: {b: ${C}}\n", "x.yaml:1:9: '${...}' between { and } (put quotes around it: \"${NAME}\")"),
        ("a: @x\n", "x.yaml:1:4: a value cannot start with this character"),
        ("a: 'x\nb: c\n", "x.yaml:1:4: a quote opens here and is never closed (close it"),
        (
            "a: [b,\n  c\nd: e\n",
            "x.yaml:3:2: between brackets something is missing here (close what line 1 opens",
        ),
        ("a: {b: c d: e}\n", "x.yaml:1:11: between brackets something is missing here"),
        ("a: [b\n", "x.yaml:2:1: between brackets something is missing here (close what line 1 opens"),
        ('a: "C:\\q"\n', ": no such escape between double quotes (use single quotes"),
        ('a: "\\ud800"\n', "x.yaml:1:7: this escape stands for no character"),
        ("a:\n  - b: 1\n   c: 2\n", "x.yaml:3:4: the indentation does not fit the lines above"),
        ("--- {a: b}\n--- {c: d}\n", "x.yaml:2:1: another document (only one a file)"),
        ("a: x\x01\n", "x.yaml:1:5: a control character (U+0001)"),
        (
            "a: " + "[" * 200_000,
            "x.yaml:1:103: nested too deeply (at most 100 levels; of a condition, name parts as territories)",
        ),
        ("a: " + "{b: " * 200_000, "x.yaml:1:400: nested too deeply"),
        ("a:\n  b: 1\nc:\n " + "- " * 200_000, "x.yaml:4:200: nested too deeply"),
        (BILLION, "multiply to more than a million values"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, problem: str) -> None:
    _, problems = read(text)
    assert problem in problems[0]
    assert len(problems) == 1
