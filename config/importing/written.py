"""A translated file as the texts of a configuration."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any as Anything

import yaml

from config.importing.fields import ID, Fields
from config.importing.salesforce import DEFAULT, Status, Translated, TranslatedRule, Translation
from config.importing.when import condition
from config.people import EMAIL
from config.problems import shown
from router.rules import ALWAYS, Keep, ToQueue

CONNECTION = "sf"
MAPPING = "mapping/salesforce.yaml"
_WIDTH = 110

_LEADSWITCH = f"""\
# The store and the CRM account. Every key is explained in docs/configuration.md.

timezone: UTC                    # write that of the org: days in conditions are its days
store: sqlite:///leadswitch.db

connections:
  - name: {CONNECTION}
    kind: salesforce
    login_url: https://login.salesforce.com      # or the address of My Domain
    client_id: ${{SF_CLIENT_ID}}
    client_secret: ${{SF_CLIENT_SECRET}}
    object: Lead
    replaces: [{{user: integration.user@example.com}}]   # write who owns leads that nobody was given yet
    take: new
    mapping: {MAPPING}
"""


def files(found: Translated) -> dict[str, str]:
    """Return every file by its name; a rule that is not active is one of its own, as rules.yaml would be."""
    texts = {"leadswitch.yaml": _LEADSWITCH, "teams.yaml": _teams(found), "rules.yaml": _rules(found)}
    for rule in found.inactive:
        name = _free(f"inactive/{_slug(rule.name)}", texts)
        texts[name] = _inactive(rule, found)
    texts[MAPPING] = _mapping(found.fields)
    return texts


def _free(name: str, taken: Mapping[str, str]) -> str:
    tries = (
        f"{name}{suffix}.yaml" for suffix in ("", *(f"-{number}" for number in range(2, len(taken) + 3)))
    )
    return next(each for each in tries if each not in taken)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-").lower()[:60] or "rule"


# --- rules ------------------------------------------------------------------------------------------------


def _rules(found: Translated) -> str:
    if found.rule is None:
        head = ["No rule is active in Salesforce: there, every lead goes to the default owner."]
        return "\n".join([*_comment(head), "", "rules:", *_default(found)]) + "\n"
    head = [
        f"The assignment rule {shown(found.rule.name)} of Salesforce; the first rule that matches decides."
    ]
    return "\n".join([*_comment(head), "", "rules:", *_entries(found.rule, found)]) + "\n"


def _inactive(rule: TranslatedRule, found: Translated) -> str:
    head = [
        f"The assignment rule {shown(rule.name)} of Salesforce, which is not active. Nothing reads this file:"
    ]
    head += ["to use it, put it in the place of rules.yaml."]
    there = found.rule or TranslatedRule("", ())
    for what, names, known in (
        ("reps", rule.reps(), there.reps()),
        ("queues", rule.queues(), there.queues()),
    ):
        if missing := [name for name in names if name not in known]:
            head.append(f"teams.yaml needs the {what} {', '.join(map(shown, missing))}")
    return "\n".join([*_comment(head), "", "rules:", *_entries(rule, found)]) + "\n"


def _entries(rule: TranslatedRule, found: Translated) -> Iterator[str]:
    for each in rule.entries:
        yield from _live(each) if each.when is not None else _commented(each)
        yield ""
    if not rule.takes_every_lead:
        yield from _default(found)


def _default(found: Translated) -> Iterator[str]:
    head = [
        "In Salesforce these go to the default lead owner (Setup, Lead Settings), which no file of rules has:"
    ]
    head += [f"name that user or queue in teams.yaml under `{_default_queue(found)}`."]
    yield from _comment(head, indent=2)
    yield from _block({"name": "No entry matches", "assign": {"queue": _default_queue(found)}})


def _default_queue(found: Translated) -> str:
    taken = {name for rule in (found.rule, *found.inactive) if rule for name in rule.queues()}
    owner = "default lead owner"
    tries = (DEFAULT, owner, *(f"{owner} {number}" for number in range(2, len(taken) + 1)))
    return next(name for name in tries if name not in taken)


def _live(each: Translation) -> Iterator[str]:
    yield from _comment([*_remarks(each)], indent=2)
    rule: dict[str, Anything] = {"name": each.name}
    if each.when is not None and each.when != ALWAYS:
        rule["when"] = condition(each.when)
    yield from _block({**rule, "assign": _assign(each)})


def _commented(each: Translation) -> Iterator[str]:
    not_said = "was not translated" if each.status is Status.NOT else "is left out"
    yield from _comment(
        [f"Entry {each.entry.number} {not_said}: {'; '.join(each.why or each.notes)}."], indent=2
    )
    body = [f"- name: {shown(each.name)}", *(f"  {line}" for line in _as_written(each))]
    if each.assign is not None:
        body.append(f"  assign: {_flow(_assign(each))}")
    yield from (f"  # {_printable(line)}".rstrip() for line in body)


def _as_written(each: Translation) -> Iterator[str]:
    """Yield what the entry says in Salesforce, for the person who translates it."""
    entry = each.entry
    if entry.formula is not None:
        yield from ("when: (a formula)", *(f"  {line}" for line in entry.formula.splitlines()))
    for number, one in enumerate(entry.criteria, 1):
        yield f"criterion {number}: {one.field} {one.operation} {one.other or one.value}"
    if entry.boolean_filter:
        yield f"filter: {entry.boolean_filter}"
    yield from (f"again {name}: {text}" for name, text in entry.again)


def _remarks(each: Translation) -> Iterator[str]:
    if each.status is Status.PARTLY:
        yield f"Partly: {'; '.join(each.why)}."
    yield from (f"{note[:1].upper()}{note[1:]}." for note in each.notes)


def _assign(each: Translation) -> Anything:
    if each.assign is None or isinstance(each.assign, Keep):
        return "keep"
    return {"queue": each.assign.queue} if isinstance(each.assign, ToQueue) else {"owner": each.assign.rep}


# --- people and fields ------------------------------------------------------------------------------------


def _teams(found: Translated) -> str:
    rule = found.rule or TranslatedRule("", ())
    default = _default_queue(found)
    queues = {name: {CONNECTION: name} for name in rule.queues()}
    head = ["Who takes leads. Salesforce's file has user names; people are found by their e-mail:"]
    head += ["where a user name is not the e-mail, write the e-mail, or owner: {sf: the user's id}."]
    lines = [*_comment(head), "", "queues:"]
    lines += textwrap.indent(_dumped(queues), "  ").splitlines() if queues else []
    if not rule.takes_every_lead:
        lines.append(
            f"  {default}: {{}}    # write {{{CONNECTION}: NAME}}, the default lead owner; {{}} parks leads"
        )
    if not queues and rule.takes_every_lead:
        lines[-1] = "queues: {}"
    if reps := rule.reps():
        lines += ["", "reps:"]
        lines += [f"  - {_flow(_rep(name))}" for name in reps]
    return "\n".join(lines) + "\n"


def _rep(name: str) -> dict[str, Anything]:
    if ID.fullmatch(name):
        return {"id": name, "owner": {CONNECTION: name}}
    return {"id": name, "email": name} if EMAIL.fullmatch(name) else {"id": name, "name": name}


def _mapping(fields: Fields) -> str:
    head = [
        "Which field of Salesforce fills which field of a lead. The rules compare text as it is stored, so it is"
    ]
    head += [
        "read verbatim. `region: State` would give ISO codes; it is left out, since a region also says the"
    ]
    head += ["country where that is blank, which the rules of Salesforce do not know."]
    lines = [*_comment(head), "", "fields:"]
    for ours, (source, transform) in fields.mapping().items():
        names = fields.names.get(source)
        if names:
            example = _flow({"THE ID": sorted(names)[0]})
            lines += _comment(
                [f"holds an id; add values: {example} for: {', '.join(sorted(names))}"], indent=2
            )
        lines.append(f"  {ours}: {_flow({'from': source, 'as': transform}) if transform else source}")
    return "\n".join(lines) + "\n"


# --- YAML -------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes decimals as plain numbers, and a value that is used twice twice."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _plain(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _plain)


def _dumped(value: object) -> str:
    return yaml.dump(
        value, Dumper=_Dumper, default_flow_style=None, allow_unicode=True, sort_keys=False, width=_WIDTH
    )


def _flow(value: object) -> str:
    dumped = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    )
    return dumped.removesuffix("...\n").strip()


def _block(rule: Mapping[str, object]) -> Iterator[str]:
    return iter(textwrap.indent(_dumped([rule]), "  ").splitlines())


def _comment(texts: Iterable[str], *, indent: int = 0) -> Iterator[str]:
    for text in texts:
        yield from (" " * indent + f"# {line}" for line in textwrap.wrap(_printable(text), _WIDTH))


def _printable(text: str) -> str:
    """Return a text as a comment may hold it: a control character is one that YAML refuses even there."""
    return "".join(
        c if c.isprintable() or c == " " else " " if c in "\t\n\r" else f"\\u{ord(c):04x}" for c in text
    )
