"""`leadswitch import-rules salesforce FILE`: lead assignment rules as a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.importing.found import rules_file
from config.importing.salesforce import Status, Translated, TranslatedRule, Translation, translated
from config.importing.written import files
from config.loader import parse
from config.problems import ConfigError, Problem, Refusal
from config.settings import Configuration
from config.starter import write_new
from sync.screen import Screen, few
from sync.trouble import CONFIG_WRONG, OK, Refused
from sync.wiring import vocabulary

_SHOWN_ENTRIES = 6


def run(screen: Screen, *, file: Path, out: Path | None, rule: str | None, dry_run: bool) -> int:
    found = _translated(file, rule)
    texts = files(found)
    target = out or screen.directory
    written = () if dry_run else write_new(target, {name: text.encode() for name, text in texts.items()})
    checked = _checked(texts)
    if screen.json:
        screen.result(_as_json(found, texts, written, checked))
    else:
        _show(screen, found, written, checked)
        _next(screen, target, dry_run=dry_run)
    return CONFIG_WRONG if isinstance(checked, ConfigError) else OK


def _translated(file: Path, rule: str | None) -> Translated:
    name = str(file)
    try:
        name, raw = rules_file(file)
        return translated(raw, wanted=rule)
    except Refusal as refusal:
        message = refusal.message if refusal.message.startswith(name) else f"{name}: {refusal.message}"
        raise Refused(message + (f" ({refusal.hint})" if refusal.hint else "")) from refusal


def _checked(texts: dict[str, str]) -> Configuration | ConfigError:
    """Read what was made as `check` would; what it says are the places in the new files."""
    try:
        return parse(texts, vocabulary(), secrets=False)
    except ConfigError as error:
        return error


def _problems(checked: Configuration | ConfigError) -> tuple[Problem, ...]:
    return checked.problems if isinstance(checked, ConfigError) else ()


def _notices(checked: Configuration | ConfigError) -> tuple[Problem, ...]:
    return () if isinstance(checked, ConfigError) else checked.notices


# --- as JSON ----------------------------------------------------------------------------------------------


def _as_json(
    found: Translated,
    texts: dict[str, str],
    written: tuple[Path, ...],
    checked: Configuration | ConfigError,
) -> dict[str, object]:
    rule, problems = found.rule, _problems(checked)
    return {
        "exit": CONFIG_WRONG if problems else OK,
        "rule": None if rule is None else rule.name,
        **({} if rule is None else _counts(rule)),
        "report": [] if rule is None else [_entry(each) for each in rule.entries],
        "not_active": [
            {"rule": each.name, **_counts(each), "report": [_entry(one) for one in each.entries]}
            for each in found.inactive
        ],
        "skipped": list(found.skipped),
        "left_out": list(_left_out(rule)),
        "files": [str(path) for path in written] or list(texts),
        "problems": [str(problem) for problem in problems],
        "notices": [str(notice) for notice in _notices(checked)],
    }


def _counts(rule: TranslatedRule) -> dict[str, int]:
    return {"entries": len(rule.entries), **{status.value: rule.count(status) for status in Status}}


def _entry(each: Translation) -> dict[str, object]:
    return {
        "entry": each.entry.number,
        "line": each.entry.line,
        "name": each.name,
        "status": each.status.value,
        "written": "comment" if each.when is None else "rule",
        "why": list(each.why),
        "notes": list(each.notes),
    }


# --- for people -------------------------------------------------------------------------------------------


def _show(
    screen: Screen, found: Translated, written: tuple[Path, ...], checked: Configuration | ConfigError
) -> None:
    for path in written:
        screen.line(f"wrote {path}")
    for rule in (found.rule, *found.inactive):
        if rule is not None:
            _rule(screen, rule, "" if rule is found.rule else ", not active")
    if found.rule is None:
        screen.line("No rule is active: rules.yaml has none of them; --rule NAME takes one.")
    for name in found.skipped:
        screen.line(f"Skipped, as it is not for leads: {name}")
    for line in _left_out(found.rule):
        screen.line(f"Not taken over: {line}")
    for notice in few([*map(str, _notices(checked))], "--json"):
        screen.tell(f"note: {notice}")
    for problem in few([*map(str, _problems(checked))], "--json"):
        screen.warn(problem)


def _rule(screen: Screen, rule: TranslatedRule, active: str) -> None:
    count = ", ".join(f"{rule.count(status):,} {_SAID[status]}" for status in Status)
    entries = "1 entry" if len(rule.entries) == 1 else f"{len(rule.entries):,} entries"
    screen.line(f"{rule.name}{active}: {entries}: {count}")
    told = [each for each in rule.entries if each.why or each.notes]
    if told:
        columns = (">entry", ">line", "goes to", "became", "why")
        screen.table("", columns, ((e.entry.number, e.entry.line, *_told(e)) for e in told))


_SAID = {Status.TRANSLATED: "translated", Status.PARTLY: "partly", Status.NOT: "not"}


def _told(each: Translation) -> tuple[str, str, str]:
    became = "a comment" if each.when is None else "a rule, partly" if each.why else "a rule"
    return each.entry.assigned_to or "owner stays", became, "; ".join((*each.why, *each.notes))


def _left_out(rule: TranslatedRule | None) -> Iterator[str]:
    """Yield what entries say besides condition and owner: e-mails above all, which `notify` will send one day."""
    entries: dict[tuple[str, str], list[str]] = {}
    for each in () if rule is None else rule.entries:
        for said in each.entry.besides:
            if said[1] and said[1].casefold() != "false":
                entries.setdefault(said, []).append(str(each.entry.number))
    yield from (f"{name}: {value} (the rule)" for name, value in (rule.besides if rule else ()))
    for (name, value), numbers in entries.items():
        what = f"the e-mail {value} to the new owner" if name == "template" else f"{name}: {value}"
        shown = ", ".join(numbers[:_SHOWN_ENTRIES]) + (", ..." if len(numbers) > _SHOWN_ENTRIES else "")
        yield f"{what} ({'entry' if len(numbers) == 1 else 'entries'} {shown})"


def _next(screen: Screen, target: Path, *, dry_run: bool) -> None:
    if dry_run:
        screen.line("Nothing was written (--dry-run).")
        return
    where = "" if target == Path() else f" --config {target}"
    screen.line("Next: write e-mails and the default owner into teams.yaml, whose leads may be taken into")
    screen.line(
        f"leadswitch.yaml; then leadswitch check{where}. Before the first sync, switch the rule off in Salesforce."
    )
