"""Revocation against openssl's own CA, OCSP responder and TLS server."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from support.pki.openssl_ca import OpensslCa
from support.servers.daemon.command import Done, check
from support.servers.programs import free_ports
from support.servers.web.issuer_thread import web_on_a_thread
from support.servers.web.server import http

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing (Debian: openssl)"),
]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> OpensslCa:
    """Return a CA that issued a good and a revoked certificate, and one for its responder."""
    made = OpensslCa(tmp_path_factory.mktemp("ca"), *free_ports(2))
    made.make()
    for name in ("good", "bad"):
        made.issue(name)
    made.issue("responder", "responder")
    made.revoke("bad")
    return made


def config(ca: OpensslCa, sources: str) -> Path:
    """Return a configuration that asks these sources."""
    path = ca.folder / "cert-monitor.yaml"
    path.write_text(
        f"defaults: {{revocation: {sources}, trust: [ca.pem], checks: {{weak_key: off}}}}\n"
        "issuers: {private_addresses: [127.0.0.1]}\n"
    )
    return path


def findings(done: Done) -> list[tuple[str, str]]:
    """Return check and sentence of every finding."""
    element: dict[str, Any]
    (element,) = done.elements
    return [(one["check"], one["sentence"]) for one in element["findings"]]


def checked(ca: OpensslCa, name: str, sources: str) -> list[tuple[str, str]]:
    """Return what ``check`` finds about the file of a certificate."""
    return findings(check(ca.folder / f"{name}.pem", "--config", config(ca, sources)))


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_crl(ca: OpensslCa, form: str) -> None:
    """A list made by openssl distinguishes the good certificate from the revoked one."""
    with web_on_a_thread(ca.crl_port) as web:
        web.replies["/ca.crl"] = http(ca.crl(form))
        assert checked(ca, "good", "crl") == []
        [(word, sentence)] = checked(ca, "bad", "crl")
    assert word == "revoked"
    assert "(key compromise), according to the CRL http://127.0.0.1:" in sentence


@pytest.mark.parametrize("signer", ["ca", "responder"])
def test_ocsp(ca: OpensslCa, signer: str) -> None:
    """The responder of openssl distinguishes them, be it the CA itself or one that it appointed."""
    with ca.responding(signer):
        assert checked(ca, "good", "ocsp") == []
        [(word, sentence)] = checked(ca, "bad", "ocsp")
    assert word == "revoked"
    assert "(key compromise), according to the OCSP responder http://127.0.0.1:" in sentence


def test_a_responder_that_nobody_appointed(ca: OpensslCa) -> None:
    """A server's certificate does not make a responder."""
    with ca.responding("good"):
        [(word, sentence)] = checked(ca, "good", "ocsp")
    assert word == "revocation_unknown"
    assert "signed neither by the CA nor by its responder" in sentence


def test_nobody_answers(ca: OpensslCa) -> None:
    """With list and responder gone, check says at once that it is unknown, and why."""
    done = check(ca.folder / "good.pem", "--config", config(ca, "on"))
    [(word, sentence)] = findings(done)
    assert (done.code, word) == (1, "revocation_unknown")
    assert sentence.count("127.0.0.1 refused the connection") == 2


def test_the_flag(ca: OpensslCa) -> None:
    """Typed addresses are asked with a flag; without a configuration no private address is."""
    [(word, sentence)] = findings(
        check(ca.folder / "bad.pem", "--trust", ca.folder / "ca.pem", "--revocation")
    )
    assert word == "revocation_unknown"
    assert "issuers.private_addresses" in sentence


@pytest.mark.parametrize(("name", "words"), [("good", []), ("bad", ["revoked"])])
def test_staple(ca: OpensslCa, name: str, words: list[str]) -> None:
    """The response that openssl's server sends with its certificate is believed."""
    with ca.serving(name, "-status_file", str(ca.staple(name))) as port:
        done = check(f"127.0.0.1:{port}", "--config", config(ca, "staple"))
    assert [word for word, _ in findings(done)] == words


def test_no_staple(ca: OpensslCa) -> None:
    """A server without a response is reported as one."""
    with ca.serving("good") as port:
        [(word, sentence)] = findings(check(f"127.0.0.1:{port}", "--config", config(ca, "staple")))
    assert word == "revocation_unknown"
    assert sentence.endswith("the server sent no OCSP response with its certificate")
