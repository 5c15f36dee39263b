"""What may stand in a cassette: no credentials, no host, no account, nothing that changes from day to day."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import yaml
from urllib3 import HTTPHeaderDict
from vcr import VCR  # type: ignore[import-untyped]
from vcr.request import Request  # type: ignore[import-untyped]
from vcr.stubs import VCRHTTPResponse  # type: ignore[import-untyped]

REMOVED = "REMOVED"
MATCH_ON = ("method", "host", "path", "query", "body")
ZERO_ID = "00000000-0000-0000-0000-000000000000"
ORG_ID = "00D000000000000EAA"

_LINE = 100

Answer = dict[str, Any]
"""An answer as vcrpy holds it: `status` {code, message}, `headers` {name: [values]}, `body` {string: bytes}."""

_KEPT_OF_REQUESTS = re.compile("content-type|sforce-auto-assign")
_KEPT_OF_ANSWERS = re.compile(
    "content-type|date|retry-after|x-hubspot-notfound|x-hubspot-ratelimit-.+"
    "|sforce-limit-info|sforce-locator|sforce-numberofrecords"
)
_SECRET_FIELDS = frozenset(
    {"client_id", "client_secret", "refresh_token", "code", "assertion", "username", "password"}
)

_TEXTS: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r'("(?:access_token|refresh_token|token|tokenKey|signature)"\s*:\s*)"[^"]*"'),
        rf'\1"{REMOVED}"',
    ),
    (re.compile(r'("(?:correlationId|requestId)"\s*:\s*)"[^"]*"'), rf'\1"{ZERO_ID}"'),
    (re.compile(r'("(?:portalId|hubId|hub_id)"\s*:\s*)\d+'), r"\g<1>1"),
    (re.compile(r"https://app[a-z0-9.-]*\.hubspot\.com/contacts/\d+"), "https://hubspot.example/contacts/1"),
    (re.compile(r"https://api[a-z0-9.-]*\.hubapi\.com"), "https://hubspot.example"),
    (re.compile(r"https://[a-z0-9.-]+\.(?:sales)?force\.com", re.IGNORECASE), "https://salesforce.example"),
    (re.compile(r"\b00D[0-9A-Za-z]{12}(?:[0-9A-Z]{3})?\b"), ORG_ID),
    (re.compile(r"(ErrorId[^:\"]*:\s*)[\d-]+(?:\s*\(-?\d+\))?"), r"\g<1>0"),
)

Names = Mapping[str, str]
"""Where hosts are while recording -> by which names they stand in a cassette."""


def _cleaned(text: str, names: Names) -> str:
    for url, name in names.items():
        text = text.replace(url, f"https://{name}")
    for pattern, instead in _TEXTS:
        text = pattern.sub(instead, text)
    return text


def request(found: Request, names: Names) -> Request:
    """Take from a request what is nobody's business; also applied to those that look for their answer."""
    found.uri = _cleaned(found.uri, names)
    found.headers = {
        name: value for name, value in found.headers.items() if _KEPT_OF_REQUESTS.fullmatch(name.lower())
    }
    if found.body and "form" in str(found.headers.get("Content-Type", "")):
        found.body = _form(found.body.decode()).encode()
    return found


def _form(body: str) -> str:
    fields = parse_qsl(body, keep_blank_values=True)
    return urlencode([(name, REMOVED if name in _SECRET_FIELDS else value) for name, value in fields])


def answer(found: Answer, names: Names) -> Answer:
    """Take the same from an answer."""
    found["headers"] = {
        name.lower(): values
        for name, values in sorted(found["headers"].items())
        if _KEPT_OF_ANSWERS.fullmatch(name.lower())
    }
    found["body"]["string"] = _cleaned(found["body"]["string"].decode(), names).encode()
    return found


def impersonal(found: Answer, names: Names) -> Answer:
    """Take from an answer what it says of people: for recordings from an account that is not made up."""
    found = answer(found, names)
    try:
        body = json.loads(found["body"]["string"])
    except ValueError:
        return found
    found["body"]["string"] = json.dumps(_nobody(body)).encode()
    return found


_NAMES = frozenset(
    {
        "firstname",
        "lastname",
        "name",
        "phone",
        "mobilephone",
        "jobtitle",
        "title",
        "company",
        "username",
        "alias",
    }
)
_NAMES_OR_IDS = frozenset({"oldvalue", "newvalue"})
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?")


def _nobody(value: Any) -> Any:
    if isinstance(value, list):
        return [_nobody(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _of_nobody(name, each) for name, each in value.items()}


def _of_nobody(field: str, value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        return _nobody(value)
    name = field.lower().replace("_", "")
    if name in _NAMES or (name in _NAMES_OR_IDS and not _ID.fullmatch(str(value))):
        return "Somebody"
    if "userid" in name:
        return type(value)(1)
    return "somebody@example.com" if "email" in name else value


# --- files ------------------------------------------------------------------------------------------------


class Readable:
    """vcrpy's own format, with JSON bodies indented: a change of a cassette can be read as a diff."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        for each in cassette["interactions"]:
            each["request"]["body"] = _indented(each["request"]["body"])
            each["response"]["body"]["string"] = _indented(each["response"]["body"]["string"])
        return yaml.dump(cassette, Dumper=_Dumper, width=10_000, allow_unicode=True)

    @staticmethod
    def deserialize(text: str) -> Any:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""Those in C, which are ten times as fast and write the same, wherever they are there."""


class _Dumper(_SafeDumper):  # type: ignore[misc]
    pass


def _represent(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    made: yaml.ScalarNode = dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )
    return made


_Dumper.add_representer(str, _represent)


def _indented(body: str | None) -> str | None:
    try:
        return laid_out(json.loads(body or ""))
    except ValueError:
        return body


def laid_out(value: Any, indent: str = "") -> str:
    """Return JSON in which whatever fits on a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent + line) <= _LINE or not value or not isinstance(value, dict | list):
        return line
    deeper = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + laid_out(each, deeper) for each in value) + f"\n{indent}]"
    pairs = (f"{deeper}{json.dumps(name)}: {laid_out(each, deeper)}" for name, each in value.items())
    return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"


def _getheaders(found: Any, pairs: Callable[[Any], Any] = VCRHTTPResponse.getheaders) -> HTTPHeaderDict:
    return HTTPHeaderDict(pairs(found))


def _getheader(found: Any, name: str, default: str | None = None) -> str | None:
    return found.headers.get(name, default)  # type: ignore[no-any-return]


_AS_URLLIB3: Sequence[tuple[Any, str, Any]] = (
    (VCRHTTPResponse, "getheaders", _getheaders),
    (VCRHTTPResponse, "getheader", _getheader),
)
"""Headers as urllib3's own answers give them: vcrpy's are pairs, which the SDK passes on in its refusals."""


def vcr(*, mode: str, names: Names, of_answers: Callable[[Answer, Names], Answer] = answer) -> Any:
    """Return the recorder (`mode` all) or the player (none) of every cassette."""
    made = VCR(
        record_mode=mode,
        match_on=MATCH_ON,
        before_record_request=lambda found: request(found, names),
        before_record_response=lambda found: of_answers(found, names),
        decode_compressed_response=True,
        record_on_exception=False,
        serializer="readable",
        custom_patches=_AS_URLLIB3,
    )
    made.register_serializer("readable", Readable)
    return made
