"""The mapping of a connection that brings none: the contact's own properties, so no call is made for companies.

`mapping.yaml` beside this file is the same with the company's, for admins to copy.
"""

from __future__ import annotations

from connectors.normalise.mapping import FieldMap, FieldMapping

STANDARD = FieldMapping(
    (
        FieldMap("first_name", "firstname"),
        FieldMap("last_name", "lastname"),
        FieldMap("email", "email"),
        FieldMap("phone", "phone"),
        FieldMap("phone", "mobilephone"),
        FieldMap("title", "jobtitle"),
        FieldMap("language", "hs_language"),
        FieldMap("company", "company"),
        FieldMap("domain", "website"),
        FieldMap("industry", "industry"),
        FieldMap("employees", "numemployees"),
        # People's own text: no mark for decimals can be taken for granted.
        FieldMap("revenue", "annualrevenue"),
        FieldMap("country", "country"),
        FieldMap("region", "state"),
        FieldMap("city", "city"),
        FieldMap("postcode", "zip"),
        FieldMap("source", "hs_analytics_source"),
        FieldMap("campaign", "hs_analytics_first_touch_converting_campaign"),
        FieldMap("page", "hs_analytics_first_url"),
        FieldMap("score", "hubspotscore", "number_point"),
        FieldMap("lifecycle_stage", "lifecyclestage"),
        FieldMap("status", "hs_lead_status"),
        FieldMap("created", "createdate"),
        FieldMap("modified", "lastmodifieddate"),
    )
)
