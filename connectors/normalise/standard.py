"""The mappings used where a connection brings none of its own, by kind of connection."""

from __future__ import annotations

from connectors.normalise.mapping import FieldMap, FieldMapping

# Headings of CSV files and API names of Salesforce; compared without case, blanks and signs, first come first.
_HEADINGS = {
    "first_name": "first_name, given name, forename",
    "last_name": "last_name, surname, family name",
    "name": "name, full name, contact name, lead name",
    "email": "email, email address, work email, business email",
    "phone": "phone, phone number, telephone, business phone, work phone, mobile phone, mobile, mobile number",
    "title": "title, job title, position",
    "language": "language, preferred language, locale, hs_language",
    "company": "company, company name, account name, account, organization, organisation",
    "domain": "domain, website, company domain, company website, company domain name, url",
    "industry": "industry, sector",
    "employees": "employees, number of employees, numemployees, no of employees, employee count, company size",
    "revenue": "revenue, annual revenue",
    "country": "country code, country, country/region, country name",
    "region": "region, state code, state, state/province, state/region, province",
    "city": "city, town",
    "postcode": "postcode, postal code, zip, zip code, zip/postal code",
    "zone": "zone, time zone, time zone sid key",
    "source": "source, lead source, original source",
    "campaign": "campaign, campaign name, utm_campaign",
    "page": "page, landing page, page url, first page seen",
    "product": "product, product interest, product interest c",
    "score": "score, lead score",
    "deal_value": "deal_value, amount, deal amount, opportunity amount",
    "budget": "budget",
    "customer_type": "customer_type",
    "lifecycle_stage": "lifecycle_stage, lifecycle",
    "status": "status, lead status",
    "created": "created, created date, create date, created at, created on, date created",
    "modified": "modified, last modified date, last modified, modified date, updated at, last modified at",
}

HEADINGS = FieldMapping(
    tuple(
        FieldMap(field, source) for field, headings in _HEADINGS.items() for source in headings.split(", ")
    ),
    headings=True,
)
"""For tables: a lead field's own name, or the usual headings of exports."""
