"""Tests of our own certificate: shown where a server wants it, read anew on change, never in the way."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from OpenSSL import SSL
from pydantic import ValidationError

from monitor.model import FailureReason, Message, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.secrets import ClientCertificate
from monitor.sources.endpoint import identity as reading
from monitor.sources.endpoint.identity import ClientIdentities
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.sources.endpoint.texts import FILE_MISSING, NOT_REGULAR_FILE
from monitor.tls import TlsSetting
from monitor.tls import texts as tls_texts
from support import pki
from support.servers.tls.peers import Handler, TlsPeer, listening, server_context
from support.written import written

ROOT = pki.authority()
LEAF = pki.leaf("recorder.example", ROOT)
OURS = pki.leaf("cert-monitor", ROOT)
RENEWED = pki.leaf("cert-monitor", ROOT)
SECRET = "correct horse"
LOCKED = OURS.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(SECRET.encode()))
VERSIONS = {"TLS 1.2": SSL.TLS1_2_VERSION, "TLS 1.3": SSL.TLS1_3_VERSION}


def demanding(version: int, shown: list[str]) -> Handler:
    """Return a handler that insists on a client certificate and notes the names of those it got."""
    context = server_context(LEAF, version=version, demand=True)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = TlsPeer(context)
        while data := await reader.read(65536):
            writer.write(peer.feed(data))
        certificate = peer._connection.get_peer_certificate(as_cryptography=True)
        shown.append("" if certificate is None else certificate.serial_number)

    return handle


def probed(folder: Path, version: int = SSL.TLS1_3_VERSION, **keys: str) -> tuple[ProbeResult, list[str]]:
    """Return what a probe gives and what the server was shown."""
    shown: list[str] = []

    async def main() -> ProbeResult:
        async with listening(demanding(version, shown)) as port:
            settings = EndpointSettings.model_validate(
                {"address": f"127.0.0.1:{port}", **keys}, context={"folder": folder}
            )
            seen = await EndpointSource(Resolver()).probe(settings.target(Policy()).request)
            while not shown:
                await asyncio.sleep(0.01)
            return seen

    return asyncio.run(main()), shown


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Lay out certificates, keys and passphrases."""
    files = {
        "cert.pem": OURS.pem + ROOT.pem,
        "key.pem": OURS.key_pem,
        "both.pem": ROOT.pem + OURS.key_pem + OURS.pem,
        "locked.pem": LOCKED,
        "other.pem": RENEWED.key_pem,
        "empty.pem": b"",
        "passphrase": SECRET.encode() + b"\n",
        "wrong": b"incorrect horse\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


SHAPES = {
    "two files": {"client_cert": "cert.pem", "client_key": "key.pem"},
    "one file in any order": {"client_cert": "both.pem"},
    "encrypted": {
        "client_cert": "cert.pem",
        "client_key": "locked.pem",
        "client_key_passphrase_file": "passphrase",
    },
    "passphrase that is not needed": {"client_cert": "both.pem", "client_key_passphrase_file": "wrong"},
}


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize("keys", SHAPES.values(), ids=SHAPES)
def test_shown(folder: Path, version: int, keys: dict[str, str]) -> None:
    """The server is shown our certificate, and the probe is a good one."""
    seen, shown = probed(folder, version, **keys)
    assert (shown, seen.failures) == ([OURS.certificate.serial_number], ())


def test_passphrase_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase may come from the environment."""
    monkeypatch.setenv("KEY_WORD", SECRET)
    keys = {"client_key": "locked.pem", "client_key_passphrase_env": "KEY_WORD"}
    assert probed(folder, client_cert="cert.pem", **keys)[1] == [OURS.certificate.serial_number]


UNFIT = {
    "missing": ({"client_cert": "gone.pem"}, FailureReason.NOT_FOUND, FILE_MISSING),
    "folder": ({"client_cert": "."}, FailureReason.UNREADABLE, NOT_REGULAR_FILE),
    "no certificate": (
        {"client_cert": "empty.pem", "client_key": "key.pem"},
        FailureReason.UNREADABLE,
        tls_texts.NO_PEM_CERTIFICATE,
    ),
    "no key": ({"client_cert": "cert.pem"}, FailureReason.UNREADABLE, tls_texts.NO_PEM_KEY),
    "other key": (
        {"client_cert": "cert.pem", "client_key": "other.pem"},
        FailureReason.UNREADABLE,
        tls_texts.KEY_MISMATCH,
    ),
    "no passphrase": (
        {"client_cert": "cert.pem", "client_key": "locked.pem"},
        FailureReason.UNREADABLE,
        tls_texts.KEY_ENCRYPTED,
    ),
    "wrong passphrase": (
        {"client_cert": "cert.pem", "client_key": "locked.pem", "client_key_passphrase_file": "wrong"},
        FailureReason.UNREADABLE,
        tls_texts.WRONG_KEY_PASSPHRASE,
    ),
    "lost passphrase": (
        {"client_cert": "cert.pem", "client_key": "locked.pem", "client_key_passphrase_file": "gone"},
        FailureReason.UNREADABLE,
        None,
    ),
}


@pytest.mark.parametrize(("keys", "reason", "said"), UNFIT.values(), ids=UNFIT)
def test_unfit(folder: Path, keys: dict[str, str], reason: FailureReason, said: Message | None) -> None:
    """What is wrong with our own certificate is a failure of its own; the server's is fetched without it."""
    seen, shown = probed(folder, **keys)
    (failure,) = seen.failures
    problem = dict(failure.message.parameters)["problem"]
    assert (shown, failure.reason, failure.message.code) == ([""], reason, "client_certificate_unusable")
    assert problem == said or "No such file or directory" in written(failure)
    assert [one.certificate.sha256 for one in seen.sightings] == [LEAF.sha256]
    assert failure in seen.unreachable_failures


def test_secrets_stay_secret(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither settings, target, failure nor log tell the passphrase or the key."""
    with caplog.at_level(logging.DEBUG):
        keys = {"client_cert": "cert.pem", "client_key": "locked.pem", "client_key_passphrase_file": "wrong"}
        seen, _ = probed(folder, **keys)
    settings = EndpointSettings.model_validate({"address": "x", **keys}, context={"folder": folder})
    texts_shown = f"{settings!r}{settings.target(Policy())!r}{seen!r}{caplog.text}"
    assert [word for word in ("incorrect horse", SECRET, "PRIVATE KEY") if word in texts_shown] == []


def contexts(folder: Path, change: Callable[[], object]) -> tuple[object, object]:
    """Return the contexts of one identity before and after a change."""

    async def main() -> tuple[object, object]:
        identities = ClientIdentities()
        identity = ClientCertificate(str(folder / "cert.pem"), str(folder / "key.pem"))
        before = await identities.context(TlsSetting(), identity)
        change()
        return before, await identities.context(TlsSetting(), identity)

    return asyncio.run(main())


def test_read_once(folder: Path) -> None:
    """Files that stay as they are, are not read again."""
    before, after = contexts(folder, lambda: None)
    assert before is after


def test_read_anew(folder: Path) -> None:
    """A renewed certificate is used from the next probe on."""

    def renew() -> None:
        for name, content in (("cert.pem", RENEWED.pem), ("key.pem", RENEWED.key_pem)):
            (folder / "new").write_bytes(content)
            (folder / "new").replace(folder / name)

    before, after = contexts(folder, renew)
    assert isinstance(after, SSL.Context)
    assert before is not after


def test_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many identities are kept."""
    monkeypatch.setattr(reading, "MOST_CONTEXTS", 2)

    async def main() -> int:
        identities = ClientIdentities()
        for max_version in ("", "1.2", "x", "y"):
            identity = ClientCertificate(str(folder / "cert.pem"), str(folder / "key.pem"))
            await identities.context(TlsSetting(max_version=max_version), identity)
        return len(identities._known)

    assert asyncio.run(main()) == 2


WRONG = {
    "key alone": ({"client_key": "key.pem"}, "client_key needs client_cert"),
    "two passphrases": (
        {"client_cert": "a", "client_key_passphrase_file": "a", "client_key_passphrase_env": "A"},
        "only one of client_key_passphrase_file and client_key_passphrase_env",
    ),
}


@pytest.mark.parametrize(("keys", "said"), WRONG.values(), ids=WRONG)
def test_wrong(keys: dict[str, str], said: str) -> None:
    """A mistake is refused with what is wrong."""
    with pytest.raises(ValidationError, match=said):
        EndpointSettings.model_validate({"address": "recorder.example", **keys})
