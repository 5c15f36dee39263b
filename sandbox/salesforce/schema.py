"""The objects of an org. Lead is the recorded describe of a real one, the others have the fields that matter here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from sandbox.salesforce.fields import Kind, kind_of, recorded

_WRITTEN = {
    "Account": (
        "001",
        """
        Name string 255 ! l
        OwnerId reference User Owner d
        ParentId reference Account Parent
        AccountNumber string 40
        Type picklist 255
        Website url 255
        Phone phone 40
        Industry picklist 255
        AnnualRevenue currency
        NumberOfEmployees int
        BillingStreet textarea 255
        BillingCity string 40
        BillingState string 80
        BillingPostalCode string 20
        BillingCountry string 80
        Description textarea 32000
        MasterRecordId reference Account MasterRecord r
        """,
    ),
    "Contact": (
        "003",
        """
        LastName string 80 !
        FirstName string 40
        Name string 121 r
        AccountId reference Account Account
        OwnerId reference User Owner d
        Email email 80 l
        Phone phone 40
        MobilePhone phone 40
        Title string 128
        Description textarea 32000
        MasterRecordId reference Contact MasterRecord r
        """,
    ),
    "User": (
        "005",
        """
        Username string 80 !
        LastName string 80 !
        FirstName string 40
        Name string 121 r
        Alias string 8
        Email email 128 !
        IsActive boolean
        UserType picklist 40 r
        ProfileId reference Profile Profile
        UserRoleId reference UserRole UserRole
        ManagerId reference User Manager
        TimeZoneSidKey picklist 40
        LocaleSidKey picklist 40
        LanguageLocaleKey picklist 40
        LastLoginDate datetime r
        Title string 80
        Department string 80
        """,
    ),
    "Profile": ("00e", "Name string 255\nUserType picklist 40 r"),
    "UserRole": ("00E", "Name string 80\nDeveloperName string 80"),
    "UserPermissionAccess": (
        "000",
        "PermissionsTransferAnyLead boolean r\nPermissionsModifyAllData boolean r\nPermissionsViewAllData boolean r",
    ),
    "Group": (
        "00G",
        """
        Name string 40
        DeveloperName string 80
        Type picklist 40
        Email email 255
        RelatedId reference UserRole Related
        OwnerId reference Organization,User Owner d
        """,
    ),
    "GroupMember": (
        "011",
        "GroupId reference Group Group !\nUserOrGroupId reference User,Group UserOrGroup !",
    ),
    "QueueSobject": ("03g", "QueueId reference Group Queue !\nSobjectType picklist 40 !"),
    "RecordType": (
        "012",
        """
        Name string 80
        DeveloperName string 80
        SobjectType picklist 40
        IsActive boolean
        Description string 255
        """,
    ),
    "Organization": (
        "00D",
        """
        Name string 80
        LanguageLocaleKey picklist 40
        TimeZoneSidKey picklist 40
        OrganizationType picklist 40 r
        IsSandbox boolean r
        InstanceName string 5 r
        """,
    ),
    "AssignmentRule": ("01Q", "Name string 120\nSobjectType picklist 40\nActive boolean"),
    "LeadStatus": (
        "01J",
        "MasterLabel string 255\nApiName string 255\nSortOrder int\nIsDefault boolean\nIsConverted boolean",
    ),
}
_TASK = """
    WhoId reference Contact,Lead Who
    WhatId reference Account,Opportunity What
    Subject combobox 255
    ActivityDate date
    Status picklist 255 d
    Priority picklist 255 d
    OwnerId reference Group,User Owner d
    Description textarea 32000
    Type picklist 40
    TaskSubtype picklist 40
    IsClosed boolean r
    IsHighPriority boolean r
    CallType picklist 40
    CallDurationInSeconds int
    ReminderDateTime datetime
    IsReminderSet boolean
    CompletedDateTime datetime r
    IsArchived boolean r
    IsRecurrence boolean
    AccountId reference Account Account r
"""
_HISTORY = """
    LeadId reference Lead Lead
    Field picklist 255
    DataType picklist 40
    OldValue anyType r
    NewValue anyType r
"""
_RECORD_TYPE = "RecordTypeId reference RecordType RecordType d"
_CREATED = ("CreatedDate", "CreatedById")
_MODIFIED = ("LastModifiedDate", "LastModifiedById")
_SET_UP = ("User", "Profile", "Group", "RecordType", "Organization", "AssignmentRule", "LeadStatus")
_FEWER = {
    "LeadHistory": (*_MODIFIED, "SystemModstamp"),
    "GroupMember": ("IsDeleted", *_CREATED, *_MODIFIED),
    "QueueSobject": ("IsDeleted", "CreatedDate", *_MODIFIED),
    "UserRole": ("IsDeleted", *_CREATED),
    "UserPermissionAccess": ("IsDeleted", *_CREATED, *_MODIFIED, "SystemModstamp"),
    **dict.fromkeys(_SET_UP, ("IsDeleted",)),
}
"""System fields that some objects do not have, by the specification that an org generated for v59."""


def standard() -> dict[str, Kind]:
    """Return new copies of all objects that an org starts with."""
    found = {name: kind_of(name, prefix, text.splitlines()) for name, (prefix, text) in _WRITTEN.items()}
    found["Task"] = kind_of("Task", "00T", _TASK.splitlines(), name_field="Subject")
    found["LeadHistory"] = kind_of("LeadHistory", "017", _HISTORY.splitlines(), name_field="")
    found["Lead"] = _lead()
    for name, fields in _FEWER.items():
        for one in fields:
            found[name].take(one)
    return found


def _lead() -> Kind:
    raw = _described()
    made = Kind(raw["name"], raw["keyPrefix"], raw=raw)
    for one in raw["fields"]:
        made.add(recorded(one))
    return made


@cache
def _described() -> Mapping[str, Any]:
    """Return the recorded answer of `GET /services/data/v59.0/sobjects/Lead/describe`."""
    text = files("sandbox.salesforce").joinpath("describes/lead.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found
