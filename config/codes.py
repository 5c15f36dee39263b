"""Codes of countries, regions and languages as rules write them, in their one canonical spelling.

The code lists are ISO 3166-1 alpha-2 (with XK, which CRMs use for Kosovo) and ISO 639-1.
"""

from __future__ import annotations

import re

from config.problems import Refusal, shown

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK
YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
_LANGUAGES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz
ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml
mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve
vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())

_OFTEN_WRITTEN = {
    "UK": "GB", "EL": "GR", "USA": "US", "GBR": "GB", "DEU": "DE", "GERMANY": "DE", "FRANCE": "FR", "SPAIN": "ES",
    "UNITED STATES": "US", "UNITED KINGDOM": "GB", "ENGLAND": "GB", "CANADA": "CA", "INDIA": "IN", "ITALY": "IT",
    "AUSTRIA": "AT", "SWITZERLAND": "CH", "NETHERLANDS": "NL", "AUSTRALIA": "AU", "IRELAND": "IE", "JAPAN": "JP",
}  # fmt: skip
_LANGUAGE_NAMES = {
    "ENGLISH": "en", "GERMAN": "de", "FRENCH": "fr", "SPANISH": "es", "ITALIAN": "it", "PORTUGUESE": "pt",
    "DUTCH": "nl", "JAPANESE": "ja", "CHINESE": "zh", "ARABIC": "ar", "HINDI": "hi", "POLISH": "pl",
}  # fmt: skip
_REGION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", re.ASCII | re.IGNORECASE)


def country(text: str) -> str:
    """Return the ISO 3166-1 code of a literal: `us` is US."""
    code = text.strip().upper()
    if code in COUNTRIES:
        return code
    raise Refusal(
        f"'{shown(text)}' is no country code", f"write the ISO code: {_OFTEN_WRITTEN.get(code, 'DE')}"
    )


def region(text: str) -> str:
    """Return the ISO 3166-2 code of a literal; its second part is checked by its shape only."""
    code = text.strip().upper()
    found = _REGION.fullmatch(code)
    if found and found[1] in COUNTRIES:
        return code
    example = f"US-{code}" if re.fullmatch("[A-Z]{2}", code) else "US-CA"
    raise Refusal(f"'{shown(text)}' is no region code", f"write the ISO code, country first: {example}")


def language(text: str) -> str:
    """Return the BCP 47 tag of a literal: `ES_mx` is es-MX. A tag of two letters must be in ISO 639-1."""
    found = _LANGUAGE.fullmatch(text.strip())
    known = found is not None and (len(found[1]) == 3 or found[1].lower() in LANGUAGES)
    if found is None or not known:
        code = _LANGUAGE_NAMES.get(text.strip().upper(), "en")
        raise Refusal(f"'{shown(text)}' is no language code", f"write the ISO code: {code}")
    script, place = found[2] or "", found[3] or ""
    return "-".join(part for part in (found[1].lower(), script.title(), place.upper()) if part)
