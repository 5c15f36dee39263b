"""Says drawn leads, in the field names of Salesforce's sample leads, as the contacts of a HubSpot account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sandbox.hubspot.fields import standard

Row = Mapping[str, object]

NAMES: Mapping[str, str] = {
    "FirstName": "firstname",
    "LastName": "lastname",
    "Title": "jobtitle",
    "Company": "company",
    "Phone": "phone",
    "Fax": "fax",
    "Website": "website",
    "Street": "address",
    "City": "city",
    "State": "state",
    "PostalCode": "zip",
    "Country": "country",
    "NumberOfEmployees": "numemployees",
    "AnnualRevenue": "annualrevenue",
    "Industry": "industry",
    "Salutation": "salutation",
    "Status": "hs_lead_status",
    "Email": "form_email",
    "LeadSource": "lead_source",
    "Language__c": "preferred_language",
    "SICCode__c": "sic_code",
}
"""HubSpot's own properties and, last, those of the account; the other fields keep their names, in small letters."""

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def contacts(rows: Iterable[Row]) -> list[dict[str, str]]:
    """Return a contact a lead. HubSpot keeps one contact per e-mail address and refuses what is none.

    So the address that came with a lead stands in `form_email`, and in `email` too where HubSpot takes it.
    """
    taken: set[str] = set()
    found = []
    for row in rows:
        contact = {_name(name): str(value) for name, value in row.items() if value is not None}
        email = contact.get("form_email", "").lower()
        if ADDRESS.fullmatch(email) and email not in taken:
            taken.add(email)
            contact["email"] = email
        found.append(contact)
    return found


def _name(field: str) -> str:
    if field in ("id", "hubspot_owner_id", "createdate"):
        return field
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field.removesuffix("__c").replace("of", "Of"))
    return NAMES.get(field, words.lower())


def properties(rows: Sequence[Mapping[str, str]]) -> list[dict[str, object]]:
    """Return what an account needs before these contacts: the properties that none has, and their statuses."""
    names = sorted({name for row in rows for name in row} - standard("contacts").keys() - {"id"})
    statuses = sorted({row["hs_lead_status"] for row in rows})
    status: dict[str, object] = {"name": "hs_lead_status", "type": "enumeration", "options": statuses}
    others: list[dict[str, object]] = [{"name": name} for name in names]
    return [*others, status]
