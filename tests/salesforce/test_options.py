"""What a connection's keys say about logging in: one way, complete, with a key that signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from connectors.contract import Secret
from connectors.errors import Unusable
from connectors.salesforce import Flow, Options
from tests.salesforce.front import Front
from tests.salesforce.test_tokens import APP, PASSWORD, USER, pem


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file"),
        ("nonsense", "holds no private key that can be read"),
        ("encrypted", "is encrypted: write it without its password"),
        ("elliptic", "is no RSA key"),
    ],
)
def test_a_private_key_that_cannot_sign_is_refused_before_anything_is_sent(
    front: Front, key: rsa.RSAPrivateKey, tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "key.pem"
    written = {
        "nonsense": b"no pem",
        "encrypted": pem(key, b"pw"),
        "elliptic": pem(ec.generate_private_key(ec.SECP256R1())),
    }
    if content is not None:
        file.write_bytes(written[content])
    with pytest.raises(Unusable, match=f"sf: 'private_key_file': .*{why}"):
        front.client(client_id="app", username=USER, private_key_file=file)
    assert front.logins == []


@pytest.mark.parametrize(
    ("given", "flow"),
    [
        (APP, Flow.CLIENT_CREDENTIALS),
        ({"client_id": "app", "username": USER, "private_key_file": Path("k.pem")}, Flow.JWT),
        ({**APP, **PASSWORD}, Flow.PASSWORD),
        ({**APP, "username": USER, "password": Secret("p")}, Flow.PASSWORD),
        (PASSWORD, Flow.SOAP),
        ({"token": Secret("t"), "instance_url": "https://acme.my.salesforce.com"}, Flow.SESSION),
    ],
)
def test_the_keys_that_are_given_say_how_to_log_in(given: dict[str, Any], flow: Flow) -> None:
    assert Options(**given).flow is flow


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "give 'client_id' and 'client_secret'.*; here: none of them"),
        ({"client_id": "app"}, "here: 'client_id'$"),
        ({**APP, "token": Secret("t")}, "here: 'client_id', 'client_secret', 'token'"),
        ({"username": USER, "password": Secret("p")}, "'username', 'password' and 'security_token'"),
        ({"username": USER, "private_key_file": Path("k")}, "'client_id', 'username' and 'private_key_file'"),
        ({**APP, "version": "v62"}, "'version' is 'v62', but must be one of the API such as 62.0"),
        ({**APP, "version": "39.0"}, "46.0 or newer"),
        ({**APP, "login_url": "login.salesforce.com"}, "'login_url' must begin with https://"),
        ({**APP, "login_url": "http://acme.my.salesforce.com"}, "http:// is for a server on this machine"),
        ({**APP, "login_url": "http://127.0.0.1.example.com"}, "'login_url'"),
        ({**APP, "login_url": "https://host:port"}, "'login_url'"),
        ({"token": Secret("t"), "instance_url": "http://acme.example"}, "'instance_url'"),
        (
            {**APP, "audit_object": "Leadswitch Note"},
            "'audit_object' is 'Leadswitch Note', but must be an API name",
        ),
        ({**APP, "audit_key": "Lead__r.Key__c"}, "'audit_key'"),
        (
            {"token": Secret("s3cret\n"), "instance_url": "https://acme.example"},
            "^'token' has a .*: copy it again$",
        ),
    ],
)
def test_options_that_cannot_work_are_refused_by_check(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Options(**given)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "[::1]:8080", "127.9.9.9"])
def test_a_server_on_this_machine_may_be_reached_without_tls(host: str) -> None:
    assert Options(login_url=f"http://{host}", **APP).login_url == f"http://{host}"
