"""Orgs for tests, closed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.contract.standing import opening
from tests.salesforce.front import Front
from tests.salesforce.org_world import OrgWorld

Open = Callable[..., OrgWorld]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Return a function that opens an org with a connector, as `OrgWorld` is made."""
    with opening(OrgWorld) as made:
        yield made


@pytest.fixture
def world(opened: Open) -> OrgWorld:
    return opened()


@pytest.fixture
def front() -> Iterator[Front]:
    with closing(Front()) as made:
        yield made


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
