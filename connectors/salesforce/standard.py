"""The mapping of a connection that brings none: fields of a lead that every org has.

`mapping.yaml` beside this file is the same with what only some have, for admins to copy.
"""

from __future__ import annotations

from connectors.normalise.mapping import FieldMap, FieldMapping

STANDARD = FieldMapping(
    (
        FieldMap("first_name", "FirstName"),
        FieldMap("last_name", "LastName"),
        FieldMap("email", "Email"),
        FieldMap("phone", "Phone"),
        FieldMap("phone", "MobilePhone"),
        FieldMap("title", "Title"),
        FieldMap("company", "Company"),
        FieldMap("domain", "Website"),
        FieldMap("industry", "Industry"),
        FieldMap("employees", "NumberOfEmployees"),
        FieldMap("revenue", "AnnualRevenue", "money_point"),
        FieldMap("country", "Country"),
        FieldMap("region", "State"),
        FieldMap("city", "City"),
        FieldMap("postcode", "PostalCode"),
        FieldMap("source", "LeadSource"),
        FieldMap("status", "Status"),
        FieldMap("created", "CreatedDate"),
        FieldMap("modified", "LastModifiedDate"),
    )
)
