"""A probe beside one of the real blackbox_exporter: rules written for it read the same in both."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.pki import CLIENT_AUTH, Issued, authority, days, leaf
from support.servers.blackbox_exporter import blackbox_exporter
from support.servers.daemon.process import daemon
from support.servers.tls.peers import Handler, listening, saying, server_context, speaking_tls

pytestmark = pytest.mark.system

SERIES = ("probe_success", "probe_ssl_earliest_cert_expiry")
NAME, NOW = "rec.example", datetime.now(UTC)  # both programs read the real clock
CA, OTHER = authority("Test CA", at=NOW), authority("Other CA", at=NOW)
LONG, SHORT = authority("Issuing CA", CA, at=NOW), authority("Issuing CA", CA, end=days(2, NOW), at=NOW)
GONE = authority("Expired CA", CA, end=days(-1, NOW), at=NOW)

SERVED: dict[str, tuple[Issued, ...]] = {
    "valid": (leaf(NAME, CA, at=NOW),),
    "valid, with its issuer": (leaf(NAME, LONG, at=NOW), LONG),
    "critical, not yet expired": (leaf(NAME, CA, end=days(3, NOW), at=NOW),),
    "its issuer expires sooner": (leaf(NAME, SHORT, at=NOW), SHORT),
    "expired": (leaf(NAME, CA, start=days(-60, NOW), end=days(-1, NOW), at=NOW),),
    "its issuer has expired": (leaf(NAME, GONE, at=NOW), GONE),
    "an expired one beside the path": (leaf(NAME, CA, at=NOW), GONE),
    "not yet valid": (leaf(NAME, CA, start=days(2, NOW), at=NOW),),
    "of another CA": (leaf(NAME, OTHER, at=NOW),),
    "self-signed": (leaf(NAME, at=NOW),),
    "for another name": (leaf("other.example", CA, at=NOW),),
    "for clients only": (leaf(NAME, CA, usages=(CLIENT_AUTH,), at=NOW),),
    "named in the subject only": (leaf(NAME, CA, names=(), at=NOW),),
}


def value(text: str, name: str) -> float | None:
    """Return the value of a series without labels, ``None`` without such a series."""
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and not sample.labels
    ]
    return found[0] if found else None


async def asked(client: httpx.AsyncClient, url: str, port: int, module: str) -> str:
    """Return the answer to one probe."""
    answer = await client.get(f"{url}/probe", params={"target": f"127.0.0.1:{port}", "module": module})
    assert answer.status_code == 200, answer.text
    return answer.text


Answers = dict[str, float | None]


async def both(folder: Path) -> dict[str, tuple[Answers, Answers]]:
    """Return what blackbox_exporter and what we say of each server, by what it serves.

    It tells the earliest expiry of a certificate that it does not trust only where it does not verify.
    """
    ca, config = folder / "ca.pem", folder / "cert-monitor.yaml"
    ca.write_bytes(CA.pem)
    config.write_text(
        'web: {listen: "127.0.0.1:0"}\nstore: {url: "sqlite:///s.db"}\nprobe:\n'
        f"  allow: ['127.0.0.1:*']\n  modules: {{ours: {{trust: [ca.pem], server_name: {NAME}}}}}\n",
        "utf-8",
    )
    found: dict[str, tuple[Answers, Answers]] = {}
    async with daemon(config) as running, blackbox_exporter(folder, ca, NAME) as exporter:
        for what, handler in handlers():
            async with listening(handler) as port:
                ours = await asked(running.client, running.url, port, "ours")
                texts = [await asked(exporter, "", port, module) for module in ("strict", "lax")]
            found[what] = (
                {name: value(text, name) for name, text in zip(SERIES, texts, strict=True)},
                {name: value(ours, name) for name in SERIES},
            )
    return found


def handlers() -> Iterator[tuple[str, Handler]]:
    """Yield every kind of server, with what it serves."""
    for what, (own, *chain) in SERVED.items():
        yield what, speaking_tls(server_context(own, chain), [])
    yield "no TLS", saying(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Answers, Answers]]:
    """Return what both programs say; each is started once."""
    return asyncio.run(both(tmp_path_factory.mktemp("blackbox")))


@pytest.mark.parametrize("served", SERVED)
def test_same_as_blackbox(answers: dict[str, tuple[Answers, Answers]], served: str) -> None:
    """Success and the earliest expiry are the same, whatever is wrong with the certificate."""
    theirs, ours = answers[served]
    assert ours == theirs


def test_same_without_tls(answers: dict[str, tuple[Answers, Answers]]) -> None:
    """A port without TLS is no success, and no certificate has an expiry."""
    theirs, ours = answers["no TLS"]
    assert ours["probe_success"] == theirs["probe_success"] == 0
    assert ours["probe_ssl_earliest_cert_expiry"] is None
