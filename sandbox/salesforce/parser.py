"""SOQL to its parts: the subset of it that a client of leads, owners, accounts and tasks may send."""

from __future__ import annotations

from sandbox.salesforce.grammar import (
    Aggregate,
    Compare,
    Condition,
    Every,
    Join,
    Literal,
    Name,
    Order,
    Query,
    Selected,
    TypeOf,
    query_problem,
)
from sandbox.salesforce.tokens import MALFORMED, Reader, Token, like_text, unquoted

MOST_OFFSET = 2000
LONGEST = 100_000
_FUNCTIONS = ("count", "count_distinct", "max", "min", "sum", "avg")
_SIGNS = ("=", "!=", "<>", "<", "<=", ">", ">=")
_CLAUSES = ("where", "group", "order", "limit", "offset", "with", "for", "using", "all", "having")


def parse(text: str) -> Query:
    """Return the parts of a query; refuses it as MALFORMED_QUERY with the place."""
    if len(text) > LONGEST:
        raise query_problem("QUERY_TOO_COMPLICATED", text[:100], 0, "Query is too long")
    reader = Reader(text)
    query = _query(reader)
    if reader.now.type != "end":
        raise reader.unexpected()
    return query


def _query(reader: Reader) -> Query:
    reader.must("select")
    selected = [_selected(reader)]
    while reader.takes(","):
        selected.append(_selected(reader))
    reader.must("from")
    kind = reader.name()
    alias = ""
    if reader.now.type == "name" and reader.now.word not in _CLAUSES:
        alias = reader.next().text
    where = _any_of(reader) if reader.takes("where") else None
    group = _names(reader) if reader.takes("group", "by") else ()
    order = _orders(reader) if reader.takes("order", "by") else ()
    limit = _whole(reader) if reader.takes("limit") else None
    offset = _offset(reader) if reader.takes("offset") else 0
    if reader.takes("for"):
        _reading(reader)
    reader.takes("all", "rows")
    return Query(reader.text, selected, kind.text, kind.at, alias, where, group, order, limit, offset)


def _reading(reader: Reader) -> None:
    """Read what follows FOR: VIEW and REFERENCE do nothing here; REST has no FOR UPDATE."""
    if not reader.takes("view") and not reader.takes("reference"):
        raise reader.unexpected()


# --- what is selected -------------------------------------------------------------------------------------


def _selected(reader: Reader) -> Selected:
    token = reader.now
    if token.word == "typeof":
        return _typeof(reader)
    if token.word == "fields" and reader.following.text == "(":
        return _every(reader)
    if token.word in _FUNCTIONS and reader.following.text == "(":
        return _aggregate(reader)
    return _name(reader)


def _name(reader: Reader) -> Name:
    token = reader.name()
    return Name(tuple(token.text.split(".")), token.at)


def _names(reader: Reader) -> tuple[Name, ...]:
    found = [_name(reader)]
    while reader.takes(","):
        found.append(_name(reader))
    return tuple(found)


def _aggregate(reader: Reader) -> Aggregate:
    function = reader.next()
    reader.must("(")
    field = None if reader.now.text == ")" else _name(reader)
    reader.must(")")
    alias = reader.next().text if reader.now.type == "name" and reader.now.word != "from" else ""
    return Aggregate(function.word, field, alias, function.at)


def _every(reader: Reader) -> Every:
    token = reader.next()
    reader.must("(")
    which = reader.name()
    if which.word not in ("standard", "custom", "all"):
        raise query_problem(MALFORMED, reader.text, which.at, f"unexpected token: '{which.text}'")
    reader.must(")")
    return Every(which.word, token.at)


def _typeof(reader: Reader) -> TypeOf:
    reader.must("typeof")
    relation = _name(reader)
    cases: list[tuple[str, tuple[Name, ...]]] = []
    while reader.takes("when"):
        kind = reader.name().text
        reader.must("then")
        cases.append((kind, _names(reader)))
    otherwise = _names(reader) if reader.takes("else") else ()
    reader.must("end")
    return TypeOf(relation, tuple(cases), otherwise)


# --- conditions -------------------------------------------------------------------------------------------


def _any_of(reader: Reader) -> Condition:
    """Read conditions; AND and OR are not mixed without parentheses."""
    first = _one(reader)
    word = reader.now.word
    if word not in ("and", "or"):
        return first
    items = [first]
    while reader.takes(word):
        items.append(_one(reader))
    if reader.now.word in ("and", "or"):
        raise reader.unexpected()
    return Join("and" if word == "and" else "or", tuple(items))


def _one(reader: Reader) -> Condition:
    if reader.takes("not"):
        return Join("not", (_one(reader),))
    if reader.takes("("):
        found = _any_of(reader)
        reader.must(")")
        return found
    return _compare(reader)


def _compare(reader: Reader) -> Compare:
    field, token = _name(reader), reader.now
    if token.text in _SIGNS:
        reader.next()
        operator = "!=" if token.text == "<>" else token.text
        return Compare(field, operator, _literal(reader), token.at)
    for words in (("not", "in"), ("in",), ("includes",), ("excludes",)):
        if reader.takes(*words):
            return Compare(field, " ".join(words), _several(reader), token.at)
    if reader.takes("like"):
        quoted = reader.next()
        if quoted.type != "string":
            raise query_problem(MALFORMED, reader.text, quoted.at, f"unexpected token: '{quoted.text}'")
        return Compare(field, "like", Literal("string", like_text(quoted.text), quoted.at), token.at)
    raise reader.unexpected()


def _several(reader: Reader) -> tuple[Literal, ...] | Query:
    reader.must("(")
    found: tuple[Literal, ...] | Query
    if reader.now.word == "select":
        found = _query(reader)
    else:
        values = [_literal(reader)]
        while reader.takes(","):
            values.append(_literal(reader))
        found = tuple(values)
    reader.must(")")
    return found


def _literal(reader: Reader) -> Literal:
    token = reader.next()
    match token.type:
        case "string":
            return Literal("string", unquoted(token.text), token.at)
        case "datetime":
            return Literal("datetime", token.text, token.at)
        case "date":
            return Literal("date", token.text, token.at)
        case "number":
            return Literal("number", float(token.text), token.at)
        case "name":
            return _word(reader, token)
    raise query_problem(MALFORMED, reader.text, token.at, f"unexpected token: '{token.text}'")


def _word(reader: Reader, token: Token) -> Literal:
    if token.word in ("true", "false"):
        return Literal("boolean", token.word == "true", token.at)
    if token.word == "null":
        return Literal("null", None, token.at)
    if "." in token.text or token.text != token.text.upper():
        raise query_problem(MALFORMED, reader.text, token.at, f"unexpected token: '{token.text}'")
    return Literal("named", token.text, token.at)


# --- the rest ---------------------------------------------------------------------------------------------


def _orders(reader: Reader) -> tuple[Order, ...]:
    found = [_order(reader)]
    while reader.takes(","):
        found.append(_order(reader))
    return tuple(found)


def _order(reader: Reader) -> Order:
    field = _name(reader)
    descending = reader.takes("desc")
    if not descending:
        reader.takes("asc")
    last = reader.takes("nulls", "last")
    if not last:
        reader.takes("nulls", "first")
    return Order(field, descending, last)


def _whole(reader: Reader) -> int:
    token = reader.next()
    if not token.text.isdecimal():
        raise query_problem(MALFORMED, reader.text, token.at, f"unexpected token: '{token.text}'")
    return int(token.text)


def _offset(reader: Reader) -> int:
    at, value = reader.now.at, _whole(reader)
    if value > MOST_OFFSET:
        text = f"Maximum SOQL offset allowed is {MOST_OFFSET}"
        raise query_problem("NUMBER_OUTSIDE_VALID_RANGE", reader.text, at, text)
    return value
