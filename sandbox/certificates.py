"""Keys made at start: an authority with a server certificate for loopback, and a key to sign assertions with.

The one place that needs more than the standard library.
"""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=30)


class Authority:
    """A CA of its own and one server certificate; `ca` is what a client is told to trust, as PEM."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadswitch sandbox CA")])
        basic = x509.BasicConstraints(ca=True, path_length=0)
        root = _unsigned(name, name, key).add_extension(basic, critical=True).sign(key, hashes.SHA256())
        self.ca = root.public_bytes(Encoding.PEM)
        self._server = ec.generate_private_key(ec.SECP256R1())
        mine = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        hosts = x509.SubjectAlternativeName(
            [
                x509.DNSName("localhost"),
                x509.IPAddress(ip_address("127.0.0.1")),
                x509.IPAddress(ip_address("::1")),
            ]
        )
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        leaf = _unsigned(mine, name, self._server).add_extension(hosts, critical=False)
        signed = leaf.add_extension(issuer, critical=False).sign(key, hashes.SHA256())
        self._certificate = signed.public_bytes(Encoding.PEM)

    def context(self) -> ssl.SSLContext:
        """Return what a server presents itself with."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key = self._server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "server.pem")
            file.touch(mode=0o600)
            file.write_bytes(key + self._certificate)
            made.load_cert_chain(file)
        return made


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


class SigningKey:
    """An RSA key; `pem` is its private half, for whoever signs."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)

    @property
    def pem(self) -> str:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def verifies(self, signed: bytes, signature: bytes) -> bool:
        """Say whether a signature by RS256 is this key's."""
        try:
            self._key.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True
