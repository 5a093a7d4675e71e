"""A changed file, certificate or key is used without a restart; a broken one leaves the former in force."""

import asyncio
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.web_config import WatchedWebConfig, hashed
from support import pki

TLS = "tls_server_config:\n  cert_file: web.crt\n  key_file: web.key\n"


def write(folder: Path, name: str) -> pki.Issued:
    """Write a certificate of this name and its key; return it."""
    made = pki.leaf(name)
    (folder / "web.crt").write_bytes(made.pem)
    (folder / "web.key").write_bytes(made.key_pem)
    return made


def watching(folder: Path, text: str = TLS) -> WatchedWebConfig:
    """Return the watched file of a folder."""
    (folder / "web.yml").write_text(text, "utf-8")
    return WatchedWebConfig(folder / "web.yml")


async def _shown(context: ssl.SSLContext, between: Callable[[], None]) -> list[bytes]:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    found = []
    async with server:
        for act in (lambda: None, between):
            act()
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
            found.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
            writer.close()
    return found


def test_new_certificate(tmp_path: Path) -> None:
    """The next connection shows the new certificate, whatever its key type and without a server name too."""
    first = write(tmp_path, "one.vms.example")
    watched = watching(tmp_path)
    made: list[pki.Issued] = []

    def renew() -> None:
        made.append(pki.leaf("two.vms.example", key=pki.rsa_key()))
        (tmp_path / "web.crt").write_bytes(made[0].pem)
        (tmp_path / "web.key").write_bytes(made[0].key_pem)
        watched.refresh()

    context = watched.tls()
    assert context
    shown = asyncio.run(_shown(context, renew))
    assert shown == [first.der, made[0].der]


def test_half_a_renewal(tmp_path: Path) -> None:
    """A certificate whose key is not there yet changes nothing; it is reported when that lasts, then used."""
    write(tmp_path, "one.vms.example")
    watched = watching(tmp_path)
    before, new = watched.context, pki.leaf("two.vms.example")
    (tmp_path / "web.crt").write_bytes(new.pem)
    said = []
    for _ in range(2):
        watched.refresh()
        said.append(watched.problem)
    assert said[0] == ""
    assert "web.key is not the key of the certificate in" in said[1]
    assert watched.context is before
    (tmp_path / "web.key").write_bytes(new.key_pem)
    watched.refresh()
    assert (watched.problem, watched.context is before) == ("", False)


def test_users(tmp_path: Path) -> None:
    """A user who was added can log in, one who was removed cannot."""
    watched = watching(tmp_path, f"basic_auth_users:\n  alice: {hashed('a', 4)}\n")
    (tmp_path / "web.yml").write_text(f"basic_auth_users:\n  bob: {hashed('b', 4)}\n", "utf-8")
    watched.refresh()
    asked = [("alice", "a"), ("bob", "b")]
    assert [watched.passwords.is_right(*one) for one in asked] == [False, True]


@pytest.mark.parametrize("text", ["basic_auth_users: 5\n", ":", None])
def test_broken_file(tmp_path: Path, text: str | None) -> None:
    """A file that is broken or gone leaves the users as they were."""
    watched = watching(tmp_path, f"basic_auth_users:\n  alice: {hashed('a', 4)}\n")
    file = tmp_path / "web.yml"
    file.unlink() if text is None else file.write_text(text, "utf-8")
    watched.refresh()
    watched.refresh()
    assert watched.passwords.is_right("alice", "a")
    assert "web.yml" in watched.problem


def test_tls_stays(tmp_path: Path) -> None:
    """TLS is not turned off while we listen."""
    write(tmp_path, "one.vms.example")
    watched = watching(tmp_path)
    (tmp_path / "web.yml").write_text("basic_auth_users: {}\n", "utf-8")
    watched.refresh()
    watched.refresh()
    assert "to turn TLS on or off needs a restart" in watched.problem
    assert watched.tls()


def test_unchanged(tmp_path: Path) -> None:
    """What did not change is not read again."""
    watched = watching(tmp_path, "http_server_config: {}\n")
    before = watched.config
    watched.refresh()
    assert watched.config is before


BROKEN = [
    (b"", b"no key", "web.key are no certificate and key in PEM form"),
    (None, None, "web.crt cannot be read: No such file or directory"),
]


@pytest.mark.parametrize(("certificate", "key", "said"), BROKEN)
def test_start(tmp_path: Path, certificate: bytes | None, key: bytes | None, said: str) -> None:
    """What cannot be used at the start stops it, with file and key."""
    for name, content in (("web.crt", certificate), ("web.key", key)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        watching(tmp_path)
    assert said in str(raised.value)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_encrypted_key(tmp_path: Path) -> None:
    """A key with a passphrase would be asked for on a terminal: it is refused."""
    write(tmp_path, "one.vms.example")
    key = pki.leaf("x").key
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
    )

    (tmp_path / "web.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    )
    with pytest.raises(ConfigError, match="is encrypted; a key without a passphrase is needed"):
        watching(tmp_path)
