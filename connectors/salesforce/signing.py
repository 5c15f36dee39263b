"""The private key of a connected app, and what it signs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.errors import Unusable


def private_key(path: Path) -> RSAPrivateKey:
    """Read a key. Raises `Unusable` with what is wrong with it."""
    place = f"'private_key_file': {path}"
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise Unusable(f"{place} cannot be read: {error.strerror}") from error
    except TypeError as error:
        raise Unusable(
            f"{place} is encrypted: write it without its password (openssl rsa -in KEY -out PLAIN), readable by this "
            "program alone"
        ) from error
    except ValueError as error:
        raise Unusable(f"{place} holds no private key that can be read (a PEM is expected)") from error
    if not isinstance(found, RSAPrivateKey):
        raise Unusable(f"{place} is no RSA key, and Salesforce takes no other for this")
    return found


def signed(claims: Mapping[str, object], key: RSAPrivateKey) -> str:
    """Return a JSON Web Token."""
    return jwt.encode(dict(claims), key, algorithm="RS256")
