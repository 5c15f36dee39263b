"""Every problem is reported in one run, in order, with nothing that only follows from another one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.loader import FILES, load, parse
from config.problems import ConfigError, Problem
from tests.config.world import LEADSWITCH, RULES, TEAMS, VOCABULARY, configured, problems, with_files

BROKEN = {
    "leadswitch": "timezone: Lndon\nconnections:\n"
    "  - {name: crm, kind: memory, fil: x, mapping: map.yaml, overlap: 5}\n",
    "teams": "reps:\n  - {id: ana, weight: -1, awya: 1}\n"
    "  - {id: bo, email: x}\nteams:\n  - {name: smb, members: [zoe]}\n",
    "rules": "rules:\n  - {name: One, when: {contry: US, employees: {gte: x}}, assign: {team: smbb, by: luck}}\n",
    "map": "fields: {emial: Email, employees: {from: A, as: no}}\n",
}


def test_the_problems_of_all_files_come_together_in_the_order_of_their_places() -> None:
    assert [re.sub(r" \(.*", "", line) for line in problems(**BROKEN)] == [
        "leadswitch.yaml:1:11: unknown time zone 'Lndon'",
        "leadswitch.yaml:3:12: 'file' is missing",
        "leadswitch.yaml:3:36: unknown key 'fil'",
        "leadswitch.yaml:3:67: '5' is no duration",
        "map.yaml:1:10: unknown lead field 'emial'",
        "map.yaml:1:49: unknown transform 'no'",
        "rules.yaml:2:12: no catch-all: a lead that no rule matches would be forgotten",
        "rules.yaml:2:24: unknown field 'contry'",
        "rules.yaml:2:53: 'x' is no number",
        "rules.yaml:2:73: unknown team 'smbb'",
        "rules.yaml:2:83: 'luck' is none of the words known here",
        "teams.yaml:2:23: a weight cannot be negative: -1",
        "teams.yaml:2:27: unknown key 'awya'",
        "teams.yaml:3:21: 'x' is no e-mail address",
        "teams.yaml:5:27: unknown rep 'zoe'",
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("leadswitch", "leadswitch.yaml"), ("teams", "teams.yaml"), ("rules", "rules.yaml")],
)
@pytest.mark.parametrize("text", [None, "", "a: [", "- x"])
def test_a_file_that_cannot_be_read_is_one_problem(name: str, problem: str, text: str | None) -> None:
    found = problems(**{name: text})
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_what_a_broken_entry_declares_is_known_to_others() -> None:
    teams = "reps: [{id: ana, zone: Nowhere}]\nteams: [{name: smb, members: [ana], absence: x}]\nqueues: {backup: 5}"
    rules = "rules: [{name: One, assign: {team: smb}, otherwise: [{queue: backup}, {owner: ana}]}]"
    assert {line.split(":")[0] for line in problems(teams=teams, rules=rules)} == {"teams.yaml"}


def test_ten_thousand_problems_are_all_found() -> None:
    reps = "".join(
        f"  - {{id: rep{n}, email: nobody{n}, weigth: {n}, zone: Mars/Phobos{n}, manager: boss{n}}}\n"
        for n in range(4000)
    )
    found = problems(teams=f"reps:\n{reps}teams: [{{name: smb, members: [rep0]}}]")
    assert len(found) == 16_000
    assert found[0].startswith("teams.yaml:2:23: 'nobody0' is no e-mail address")


def test_the_text_of_the_error_is_every_problem_a_line() -> None:
    with pytest.raises(ConfigError) as error:
        parse(with_files(**BROKEN), VOCABULARY, secrets=False)
    assert str(error.value).splitlines() == [str(problem) for problem in error.value.problems]
    assert list(error.value.problems) == sorted(error.value.problems)
    assert all(isinstance(problem, Problem) for problem in error.value.problems)


def test_nothing_invisible_reaches_a_terminal() -> None:
    found = problems(rules='"ru\\e[31mles": 1\n' + RULES)
    assert found == ["rules.yaml:1:1: unknown key 'ru\\u001b[31mles' (did you mean 'rules'?)"]


# --- directories ------------------------------------------------------------------------------------------


def written(directory: Path) -> Path:
    for name, text in with_files().items():
        (directory / name).write_text(text)
    return directory


def refused(directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(directory, VOCABULARY, environ={})
    return [str(problem) for problem in error.value.problems]


def test_a_directory_is_read_as_its_texts_are(tmp_path: Path) -> None:
    config = load(written(tmp_path), VOCABULARY, environ={})
    assert config.files == with_files()
    assert (config.rulebook, config.hash) == (configured().rulebook, configured().hash)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "no") == [
        f"{tmp_path}/no: there is no such directory (`leadswitch init DIR` writes one to start from)"
    ]
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file")[0].startswith(f"{tmp_path}/file: is not a directory")


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path) == [f"{n}: there is no file {n} (looked in {tmp_path})" for n in sorted(FILES)]


def test_a_file_that_is_a_directory_is_refused(tmp_path: Path) -> None:
    (written(tmp_path) / "map.yaml").unlink()
    (tmp_path / "map.yaml").mkdir()
    assert refused(tmp_path) == ["leadswitch.yaml:2:57: map.yaml is a directory, not a file"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (
            "reps: []\nname: Müller".encode("latin-1"),
            "teams.yaml:2:8: not UTF-8 text (save the file as UTF-8)",
        ),
        (TEAMS.encode("utf-16"), "teams.yaml:1:1: not UTF-8 text (it is UTF-16)"),
    ],
)
def test_text_that_is_not_utf8_is_refused_at_its_place(tmp_path: Path, raw: bytes, problem: str) -> None:
    (written(tmp_path) / "teams.yaml").write_bytes(raw)
    assert refused(tmp_path) == [problem]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + TEAMS.replace("\n", "\r\n").encode()
    (written(tmp_path) / "teams.yaml").write_bytes(raw)
    config = load(tmp_path, VOCABULARY, environ={})
    assert config.rulebook == configured().rulebook
    assert config.files["teams.yaml"].encode() == raw


def test_a_link_to_a_file_elsewhere_is_followed(tmp_path: Path) -> None:
    there = tmp_path / "shared.yaml"
    here = tmp_path / "config"
    here.mkdir()
    (written(here) / "teams.yaml").rename(there)
    (here / "teams.yaml").symlink_to(there)
    assert load(here, VOCABULARY, environ={}).rulebook == configured().rulebook


def test_a_name_that_leaves_the_directory_is_refused(tmp_path: Path) -> None:
    text = LEADSWITCH.replace("map.yaml", "../map.yaml")
    (written(tmp_path) / "leadswitch.yaml").write_text(text)
    assert "../map.yaml is outside of the configuration's directory" in refused(tmp_path)[0]


def test_the_hash_is_of_what_is_written() -> None:
    assert configured().hash == configured().hash
    assert configured(rules=RULES + "# changed\n").hash != configured().hash
