"""A cluster as ElastiCache has it: TLS alone, servers known by their names, a user with a password."""

from __future__ import annotations

import datetime as dt
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chalicelib.errors import DomainError
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import connect
from infra.embedded import _free_port
from tests.support import servers
from tests.support.api import Api
from tests.support.sale import drained, enter, hold, new_event, settle
from tests.support.servers import client
from tests.support.wait import wait_until

NAME = "node-1.valkey.test"
PASSWORD = "a password of sixteen letters or more"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate that its own holder has signed, for the name alone and for no address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "key.pem", folder / "certificate.pem"
    files[0].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files[1].write_bytes(made.public_bytes(Encoding.PEM))
    return files


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A cluster of one that announces its name, and how to reach it; its certificate is trusted here."""
    key, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    look_up = socket.getaddrinfo
    at_home = {NAME: "127.0.0.1"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest: look_up(at_home.get(host, host), *rest))
    port = _free_port()
    files = [f"--tls-key-file {key}", f"--tls-cert-file {trusted}", f"--tls-ca-cert-file {trusted}"]
    clustered = [
        f"--cluster-announce-hostname {NAME}",
        "--cluster-preferred-endpoint-type hostname",
        "--tls-cluster yes",
    ]
    words = " ".join([*files, *clustered, f"--tls-port {port}", "--tls-auth-clients no"]).split()
    with servers.redis7(options=[*servers.CLUSTERED, *words]) as server, client(server.port) as its:
        admin: Any = its
        admin.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
        admin.execute_command("ACL", "SETUSER", "ticketing", "on", "~*", "+@all", f">{PASSWORD}")
        wait_until(lambda: b"cluster_state:ok" in admin.execute_command("CLUSTER", "INFO"), what="a cluster")
        yield Settings(
            redis_host=NAME,
            redis_port=port,
            redis_username="ticketing",
            redis_password=PASSWORD,
            redis_tls=True,
            redis_cluster=True,
        )


def test_a_cluster_of_names_is_reached_by_its_names_and_its_certificates_are_checked(settings: Settings) -> None:
    """The client goes on to the name that the cluster announces, for an address would not match the certificate."""
    store = connect(settings)
    install(Runtime(settings, store, IdMaker(secrets.randbits)))
    api = Api()
    ticket = hold(api, enter(api, new_event(api), "ada"))
    assert settle(api, "confirm", ticket).status == 200
    assert not drained().failing
    assert store.server_of("x") == f"{NAME}:{settings.redis_port}"
    assert api.get("/health").json["redis"] == "ok"
    store.close()


def test_a_certificate_that_nobody_vouches_for_opens_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS without a look at who answers would hide the password from everybody but the thief."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(DomainError) as caught:
        connect(settings)
    assert (caught.value.code, caught.value.extra) == ("redis_unavailable", {"outcome": "none"})
    assert "certificate verify failed" in str(caught.value.__cause__)
