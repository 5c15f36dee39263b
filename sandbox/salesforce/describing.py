"""Describe, for the org and for each object, in the shape of the recorded ones."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.conditional import not_modified
from sandbox.salesforce.fields import Field, Kind
from sandbox.salesforce.tables import Table

Json = dict[str, Any]
_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "date": "xsd:date",
}
_SOAP |= {
    "datetime": "xsd:dateTime",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
}
_OWN = ("createable", "updateable", "nillable", "filterable", "sortable", "externalId", "unique", "idLookup")
_OF_OBJECT = tuple(
    """
    activateable associateEntityType associateParentEntity createable custom customSetting deepCloneable
    deletable deprecatedAndHidden feedEnabled hasSubtypes isInterface isSubtype keyPrefix label labelPlural
    layoutable mergeable mruEnabled name queryable replicateable retrieveable searchable triggerable undeletable
    updateable
    """.split()  # noqa: SIM905 - as read in the recorded answer
)


def describe(account: Account, ask: Ask, table: Table) -> Told:
    """Answer a describe, or that nothing of it changed since the caller's."""
    headers, known = _conditional(account, ask)
    if known:
        return Told(304, None, headers)
    return Told(200, described(account, table.kind, ask), headers)


def _conditional(account: Account, ask: Ask) -> tuple[dict[str, str], bool]:
    """Return the headers of a describe, and whether the caller has it already."""
    changed = int(account.store.described)
    headers = {"ETag": f'"{changed:08x}"', "Last-Modified": formatdate(changed, usegmt=True)}
    return headers, not_modified(ask, changed)


def described(account: Account, kind: Kind, ask: Ask) -> Json:
    """Return the whole description of an object."""
    lead = account.store.tables["lead"].kind.raw or {}
    body = dict(kind.raw) if kind.raw else _like(lead, kind, ask)
    template = lead["fields"][0] if lead else {}
    body["fields"] = [_field(one, template) for one in kind.fields.values()]
    body["recordTypeInfos"] = _record_types(account, kind, body["recordTypeInfos"], ask)
    return body


def _like(lead: Mapping[str, Any], kind: Kind, ask: Ask) -> Json:
    custom = kind.name.endswith("__c")
    own: Json = {
        "name": kind.name,
        "label": kind.name.removesuffix("__c").replace("_", " "),
        "labelPlural": kind.name.removesuffix("__c").replace("_", " ") + "s",
        "keyPrefix": kind.prefix,
        "custom": custom,
        "mergeable": kind.name in ("Account", "Contact"),
        "childRelationships": [],
        "supportedScopes": [],
        "urls": _urls(kind.name, ask),
    }
    return {**lead, **own}


def _urls(name: str, ask: Ask) -> Json:
    here = f"{ask.root}/sobjects/{name}"
    return {"sobject": here, "describe": f"{here}/describe", "rowTemplate": f"{here}/{{ID}}"}


def _field(one: Field, template: Mapping[str, Any]) -> Json:
    """Return a field's description: the recorded one where there is one, with what was changed of it since."""
    raw = dict(one.raw) if one.raw else {**template, **_made(one)}
    now = (
        one.createable,
        one.updateable,
        one.nillable,
        raw["filterable"] if one.raw else one.filterable,
        raw["sortable"] if one.raw else one.sortable,
        one.external,
        one.unique,
        one.id_lookup,
    )
    return raw | dict(zip(_OWN, now, strict=True))


def _made(one: Field) -> Json:
    values = [
        {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
        for value in one.values
    ]
    return {
        "name": one.name,
        "label": one.label or one.name.removesuffix("__c").replace("_", " "),
        "type": one.type,
        "length": one.length,
        "byteLength": one.length * (1 if one.length == 18 else 3),
        "custom": one.custom,
        "defaultedOnCreate": one.defaulted,
        "nameField": one.name == "Name",
        "namePointing": len(one.refers) > 1,
        "polymorphicForeignKey": len(one.refers) > 1,
        "picklistValues": values,
        "restrictedPicklist": one.restricted,
        "referenceTo": list(one.refers),
        "relationshipName": one.relation or None,
        "soapType": _SOAP.get(one.type, "xsd:string"),
    }


def _record_types(account: Account, kind: Kind, master: list[Json], ask: Ask) -> list[Json]:
    found: list[Json] = []
    for row in account.store.tables["recordtype"].equal("SobjectType", kind.name):
        layout = f"{ask.root}/sobjects/{kind.name}/describe/layouts/{row.id}"
        found.append(
            {
                "active": bool(row.get("IsActive")),
                "available": True,
                "defaultRecordTypeMapping": not found,
                "developerName": row.get("DeveloperName"),
                "master": False,
                "name": row.get("Name"),
                "recordTypeId": row.id,
                "urls": {"layout": layout},
            }
        )
    return [*found, *({**one, "defaultRecordTypeMapping": not found} for one in master)]


def describe_global(account: Account, ask: Ask) -> Told:
    headers, known = _conditional(account, ask)
    if known:
        return Told(304, None, headers)
    found = []
    for table in account.store.tables.values():
        whole = described(account, table.kind, ask)
        found.append({name: whole.get(name) for name in _OF_OBJECT} | {"urls": _urls(table.kind.name, ask)})
    return Told(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found}, headers)


def basic(account: Account, ask: Ask, table: Table) -> Told:
    """Answer `GET /sobjects/Lead`: the object in short and recent rows."""
    whole = described(account, table.kind, ask)
    short = {name: whole.get(name) for name in _OF_OBJECT} | {"urls": _urls(table.kind.name, ask)}
    return Told(200, {"objectDescribe": short, "recentItems": []})
