"""SOAP login, the only SOAP call there is here."""

from __future__ import annotations

import re
from html import escape, unescape

from sandbox.messages import Answer, Request
from sandbox.salesforce.access import Access, address
from sandbox.salesforce.refusals import Refused
from sandbox.salesforce.store import Store

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
_RESULT = (
    "<loginResponse><result><metadataServerUrl>{where}/services/Soap/m/{version}/{org}</metadataServerUrl>"
    "<passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
    "<serverUrl>{where}/services/Soap/u/{version}/{org}</serverUrl><sessionId>{session}</sessionId>"
    "<userId>{user}</userId><userInfo><organizationId>{org}</organizationId><sessionSecondsValid>{seconds}"
    "</sessionSecondsValid><userId>{user}</userId><userName>{name}</userName></userInfo></result></loginResponse>"
)
_FAULT = (
    "<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{code}: {text}</faultstring><detail>"
    '<sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode>'
    "<sf:exceptionMessage>{text}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
)
_RATE = ("LOGIN_RATE_EXCEEDED", "login rate exceeded")
_WRONG = ("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")


def login(store: Store, access: Access, request: Request) -> Answer:
    """Answer `POST /services/Soap/u/59.0` with a session or a fault."""
    version = request.segments[-1] if request.segments else "59.0"
    username, password = _of(request, "username"), _of(request, "password")
    try:
        session = access.soap(username, password)
    except Refused as refused:
        rate = isinstance(refused.body, dict) and "rate" in str(refused.body.get("error_description"))
        code, text = _RATE if rate else _WRONG
        return _sent(500, _FAULT.format(code=code, text=escape(text)))
    where = access.instance_url or address(request)
    body = _RESULT.format(
        where=where,
        version=version,
        org=store.org_id[:15],
        session=session.token,
        user=session.user,
        seconds=int(store.settings.session_seconds),
        name=escape(access.username),
    )
    return _sent(200, body)


def _of(request: Request, name: str) -> str:
    found = re.search(
        rf"<(?:\w+:)?{name}>(.*?)</(?:\w+:)?{name}>", request.body.decode("utf-8", "replace"), re.DOTALL
    )
    return unescape(found[1]) if found else ""


def _sent(status: int, body: str) -> Answer:
    return Answer(status, _ENVELOPE.format(body=body).encode(), {"content-type": "text/xml; charset=utf-8"})
