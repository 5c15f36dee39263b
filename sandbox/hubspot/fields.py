"""Property definitions, and which values HubSpot takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.timeline import iso, millis_of

STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
STATUSES = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
    "BAD_TIMING",
)


@dataclass(frozen=True, slots=True)
class Property:
    """A definition. `read_only` values are HubSpot's own; an enumeration without options takes any value."""

    name: str
    type: str = "string"
    options: tuple[str, ...] = ()
    unique: bool = False
    read_only: bool = False
    created: bool = field(default=False, compare=False)
    """Whether somebody of the account made it."""

    @property
    def is_date(self) -> bool:
        return self.type in ("datetime", "date")


_READ_ONLY = (
    "createdate:datetime hs_createdate:datetime lastmodifieddate:datetime hs_lastmodifieddate:datetime "
    "hs_object_id:number hs_object_source hs_object_source_id hs_object_source_label hs_all_contact_vids "
    "hs_email_domain hs_is_contact:bool hs_is_unworked:bool hs_merged_object_ids "
    "hs_calculated_merged_vids hubspot_owner_assigneddate:datetime hs_all_owner_ids "
    "hs_user_ids_of_all_owners hs_updated_by_user_id hs_lifecyclestage_lead_date:datetime hs_body_preview "
    "hs_body_preview_html hs_body_preview_is_truncated:bool num_notes:number notes_last_updated:datetime "
    "hs_obj_coords hs_ticket_id hs_meeting_source associatedcompanyid:number"
)
_EVERYWHERE = "hubspot_owner_id:enumeration hs_pipeline hubspot_team_id:enumeration"
_OWN = {
    "contacts": "email firstname lastname phone mobilephone jobtitle company website address city state zip "
    "country numemployees annualrevenue industry message hs_language:enumeration hs_timezone:enumeration "
    "hs_lead_status:enumeration lifecyclestage:enumeration hs_analytics_source:enumeration "
    "hs_analytics_source_data_1 hs_analytics_source_data_2 hs_latest_source:enumeration "
    "hs_additional_emails hs_lifecyclestage_marketingqualifiedlead_date:datetime "
    "hs_lifecyclestage_salesqualifiedlead_date:datetime hs_country_region_code hs_state_code "
    "recent_conversion_event_name first_conversion_event_name utm_campaign hubspotscore:number",
    "companies": "name domain website phone address city state zip country numberofemployees:number "
    "annualrevenue:number industry:enumeration lifecyclestage:enumeration hs_lead_status:enumeration "
    "description type:enumeration twitterhandle facebookfans:number",
    "deals": "dealname amount:number closedate:datetime dealstage:enumeration pipeline:enumeration",
    "tickets": "subject content hs_pipeline_stage:enumeration hs_ticket_priority:enumeration "
    "hs_ticket_category:enumeration",
    "notes": "hs_timestamp:datetime hs_note_body hs_attachment_ids",
    "tasks": "hs_timestamp:datetime hs_task_subject hs_task_body hs_task_status:enumeration "
    "hs_task_priority:enumeration hs_task_type:enumeration",
    "meetings": "hs_timestamp:datetime hs_meeting_title hs_meeting_body hs_meeting_start_time:datetime "
    "hs_meeting_end_time:datetime hs_meeting_outcome:enumeration",
    "leads": "hs_lead_name hs_lead_type:enumeration hs_lead_label:enumeration hs_pipeline_stage:enumeration",
}
_OPTIONS: Mapping[str, tuple[str, ...]] = {"lifecyclestage": STAGES, "hs_lead_status": STATUSES}


def standard(kind: str) -> dict[str, Property]:
    """Return the properties that every account has of a kind."""
    own = f"{_EVERYWHERE} {_OWN.get(kind, '')}"
    found = [_read(text) for text in own.split()]
    found += [_read(text, read_only=True) for text in _READ_ONLY.split()]
    return {item.name: item for item in found}


def _read(text: str, *, read_only: bool = False) -> Property:
    name, _, kind = text.partition(":")
    return Property(name, kind or "string", _OPTIONS.get(name, ()), read_only=read_only)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One value that is refused, as HubSpot names it."""

    message: str
    error: str
    name: str


def text_of(value: object) -> str:
    """Return a value of a JSON body as the account stores it: everything is a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def accepted(known: Mapping[str, Property], name: str, value: str, *, where: str) -> str | Wrong:
    """Return the value as stored, or what is wrong with it. Owners are checked elsewhere.

    `where` is the recorded ending of messages: "Portal 62515, object type 0-47".
    """
    found = known.get(name)
    if found is None:
        return Wrong(f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST", name)
    if found.read_only:
        message = f'"{name}" is a read only property; its value cannot be set.'
        return Wrong(message, "READ_ONLY_VALUE", name)
    check = _CHECKS.get(found.type)
    return value if check is None or not value else check(found, value, where)


def _date(found: Property, value: str, where: str) -> str | Wrong:
    try:
        millis = millis_of(value)
    except ValueError:
        return Wrong(f"{value} was not a valid long. {where}", "INVALID_LONG", found.name)
    return iso(millis) if found.type == "datetime" else iso(millis)[:10]


def _number(found: Property, value: str, where: str) -> str | Wrong:
    try:
        float(value)
    except ValueError:
        return Wrong(f"{value} was not a valid number. {where}", "INVALID_NUMBER", found.name)
    return value


def _option(found: Property, value: str, _: str) -> str | Wrong:
    if not found.options or value in found.options:
        return value
    allowed = ", ".join(found.options)
    message = f"{value} was not one of the allowed options: [{allowed}]"
    return Wrong(message, "INVALID_OPTION", found.name)


_CHECKS: Mapping[str, Callable[[Property, str, str], str | Wrong]] = {
    "datetime": _date,
    "date": _date,
    "number": _number,
    "enumeration": _option,
}


def described(found: Property) -> dict[str, object]:
    """Return a definition in the shape of the properties API."""
    field_type = {"enumeration": "select", "datetime": "date", "bool": "booleancheckbox"}
    options = [
        {"label": option.replace("_", " ").title(), "value": option, "displayOrder": number, "hidden": False}
        for number, option in enumerate(found.options)
    ]
    shape: dict[str, object] = {
        "updatedAt": "2024-09-05T17:14:04.747Z",
        "createdAt": "2020-06-30T15:57:36.383Z",
        "name": found.name,
        "label": found.name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": found.type,
        "fieldType": field_type.get(found.type, "text" if found.type == "string" else found.type),
        "description": "",
        "groupName": "custom" if found.created else "information",
        "options": options,
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": found.name == "hubspot_owner_id",
        "hasUniqueValue": found.unique,
        "hidden": False,
        "modificationMetadata": {
            "archivable": found.created,
            "readOnlyDefinition": not found.created,
            "readOnlyValue": found.read_only,
        },
        "formField": not found.read_only,
        "dataSensitivity": "non_sensitive",
    }
    if found.name == "hubspot_owner_id":
        shape["referencedObjectType"] = "OWNER"
    return shape | ({} if found.created else {"hubspotDefined": True})
