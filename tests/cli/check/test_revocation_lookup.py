"""``check`` with queries of issuers: by a flag, by a configuration, and their answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.issuers.renewal_id import renewal_id
from support import pki
from support.pki.crls import crl, entry, points
from support.servers.daemon.command import Done, check, run
from support.servers.issuers.acme_world import window
from support.servers.web.issuer_thread import web_on_a_thread
from support.servers.web.server import Web, http

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
CA = pki.authority("ACME CA", at=NOW)


@pytest.fixture
def server() -> Iterator[Web]:
    """Run a web server."""
    with web_on_a_thread() as web:
        yield web


def written(folder: Path, issued: pki.Issued, text: str = "") -> tuple[Path, Path]:
    """Write a certificate, its CA and a configuration; return the paths of the first and the last."""
    (folder / "ca.cer").write_bytes(CA.der)
    (folder / "own.pem").write_bytes(issued.pem)
    (folder / "config.yaml").write_text(text)
    return folder / "own.pem", folder / "config.yaml"


def said(done: Done) -> list[str]:
    """Return the checks of all findings."""
    return [name for names in done.column("findings", "check") for name in names]


def own(server: Web) -> pki.Issued:
    """Return a certificate that names a CRL on our server."""
    return pki.issue("own", CA, at=NOW, names=("own",), extensions=[points(server.url("/ca.crl"))])


ASKING = "defaults: {trust: [ca.cer], revocation: crl}\nissuers: {private_addresses: [127.0.0.1]}\n"


@pytest.mark.parametrize(("revoked", "code", "words"), [(False, 0, []), (True, 2, ["revoked"])])
def test_configured(server: Web, tmp_path: Path, *, revoked: bool, code: int, words: list[str]) -> None:
    """What a CRL says is among the findings and in the exit code."""
    issued = own(server)
    entries = [entry(issued)] if revoked else []
    server.replies["/ca.crl"] = http(crl(CA, *entries, begin=NOW - DAY, end=NOW + DAY))
    path, config = written(tmp_path, issued, ASKING)
    done = check(path, "--config", config)
    assert (done.code, said(done)) == (code, words)


def test_everything_configured(server: Web, tmp_path: Path) -> None:
    """Without typed targets the configuration's own are asked about, each list once."""
    first, second = own(server), own(server)
    server.replies["/ca.crl"] = http(crl(CA, entry(second), begin=NOW - DAY, end=NOW + DAY))
    _, config = written(tmp_path, first, ASKING + "targets: [{kind: files, name: all, paths: ['*.pem']}]\n")
    (tmp_path / "second.pem").write_bytes(second.pem)
    done = check("--config", config)
    assert (done.code, said(done), server.asked) == (2, ["revoked"], ["/ca.crl"])


def test_table(server: Web, tmp_path: Path) -> None:
    """A person reads which certificate was revoked, and who says so."""
    issued = own(server)
    server.replies["/ca.crl"] = http(crl(CA, entry(issued), begin=NOW - DAY, end=NOW + DAY))
    path, config = written(tmp_path, issued, ASKING)
    shown = " ".join(run("check", path, "--config", config).out.split())
    assert (
        'the certificate "own" was revoked on 22 Nov 2026 12:00 UTC (key compromise), according to the CRL'
        in shown
    )


def test_nobody_is_asked_without_the_flag(server: Web, tmp_path: Path) -> None:
    """Plain ``check`` asks nobody."""
    path, _ = written(tmp_path, own(server))
    assert (check(path, "--trust", tmp_path / "ca.cer").code, server.asked) == (0, [])


def test_the_flag_asks_all_locations(server: Web, tmp_path: Path) -> None:
    """With the flag a configuration's private addresses still count."""
    issued = own(server)
    server.replies["/ca.crl"] = http(crl(CA, entry(issued), begin=NOW - DAY, end=NOW + DAY))
    path, config = written(
        tmp_path, issued, "defaults: {trust: [ca.cer]}\nissuers: {private_addresses: [127.0.0.1]}\n"
    )
    assert said(check(path, "--config", config, "--revocation")) == ["revoked"]


def test_the_flag_needs_a_target(tmp_path: Path) -> None:
    """Without typed targets the configuration alone says what is asked."""
    _, config = written(tmp_path, CA, ASKING)
    done = run("check", "--config", config, "--revocation")
    assert done.code == 3
    assert "--revocation and the passphrases need a target" in done.err


def test_an_issuer_that_is_not_known(tmp_path: Path) -> None:
    """A file whose CA is nowhere cannot be asked about, and that is said once."""
    path, _ = written(tmp_path, pki.issue("own", CA, at=NOW))
    done = check(path, "--revocation")
    assert (done.code, said(done)) == (1, ["revocation_unknown"])


def test_renewal_information(server: Web, tmp_path: Path) -> None:
    """A window of the CA that has passed is among the findings as well."""
    issued = pki.leaf("own", CA, start=NOW - 85 * DAY, end=NOW + 40 * DAY)
    path, config = written(
        tmp_path,
        issued,
        "defaults: {trust: [ca.cer], renewal_information: true, warn_before: 1d, critical_before: 1h}\n"
        f"issuers: {{acme: {{ACME CA: '{server.url('/directory')}'}}}}\n",
    )
    base = server.url("/ari")
    server.replies["/directory"] = http(
        f'{{"renewalInfo": "{base}"}}'.encode(), "200 OK", "Content-Type: application/json"
    )
    server.replies[f"/ari/{renewal_id(issued.der)}"] = window(NOW - 9 * DAY, NOW - 3 * DAY)
    assert said(check(path, "--config", config)) == ["renewal_window"]
