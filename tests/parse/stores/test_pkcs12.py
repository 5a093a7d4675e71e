"""PKCS#12 gives its certificates in every form that tools write."""

import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.parse import texts
from support.pki.key_stores import LEAF, RECORDED, ROOT, WORD, held, pkcs12, subjects, truststore, with_pbmac1

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")
WEB = {"web": ["web.example", "Store CA"]}
UNOPENED = (("", texts.NO_PASSPHRASE),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate, its CA and its key as PEM."""
    folder = tmp_path_factory.mktemp("openssl")
    (folder / "web.pem").write_bytes(LEAF.pem + LEAF.key_pem)
    (folder / "ca.pem").write_bytes(ROOT.pem)
    return folder


def exported(folder: Path, *options: str, word: str = WORD) -> bytes:
    """Return what ``openssl pkcs12 -export`` writes with some options."""
    file = folder / "made.p12"
    command = ["openssl", "pkcs12", "-export", "-in", "web.pem", "-certfile", "ca.pem", "-name", "web"]
    done = subprocess.run(
        [*command, "-passout", f"pass:{word}", "-out", str(file), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return file.read_bytes()


LEGACY = ("-provider", "legacy", "-provider", "default")


@pytest.mark.system
@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="as OpenSSL 3 writes it: AES-256, SHA-256"),
        pytest.param(("-legacy",), id="as OpenSSL 1 wrote it: RC2-40, 3DES, SHA-1"),
        pytest.param(("-legacy", "-descert"), id="all 3DES"),
        pytest.param(("-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"), id="AES-128"),
        pytest.param(("-keypbe", "AES-192-CBC", "-certpbe", "AES-192-CBC"), id="AES-192"),
        pytest.param(("-certpbe", "DES-EDE3-CBC"), id="3DES in PBES2"),
        pytest.param(("-certpbe", "PBE-SHA1-3DES"), id="3DES with three keys"),
        pytest.param(("-certpbe", "PBE-SHA1-2DES"), id="3DES with two keys"),
        pytest.param((*LEGACY, "-certpbe", "PBE-SHA1-RC2-128"), id="RC2-128"),
        pytest.param((*LEGACY, "-certpbe", "PBE-SHA1-RC2-40"), id="RC2-40"),
        pytest.param((*LEGACY, "-certpbe", "PBE-SHA1-RC4-128"), id="RC4-128"),
        pytest.param((*LEGACY, "-certpbe", "PBE-SHA1-RC4-40"), id="RC4-40"),
        pytest.param(("-macalg", "md5"), id="checksum MD5"),
        pytest.param(("-macalg", "sha1"), id="checksum SHA-1"),
        pytest.param(("-macalg", "sha224"), id="checksum SHA-224"),
        pytest.param(("-macalg", "sha384"), id="checksum SHA-384"),
        pytest.param(("-macalg", "sha512"), id="checksum SHA-512"),
        pytest.param(("-macalg", "sha512-256"), id="checksum SHA-512/256"),
        pytest.param(("-macalg", "sha3-384"), id="checksum SHA-3"),
        pytest.param(("-macalg", "ripemd160"), id="a checksum that is not known"),
        pytest.param(("-iter", "1"), id="one round"),
        pytest.param(("-keypbe", "NONE"), id="a key in the clear"),
        pytest.param(("-nokeys",), id="no key"),
    ],
)
def test_what_openssl_writes(folder: Path, options: tuple[str, ...]) -> None:
    """Every generation is opened by the passphrase that fits, and by no other."""
    data = exported(folder, *options)
    opened, closed = held(data, "wrong", WORD), held(data, "wrong")
    found = sorted(name for chain in subjects(opened).values() for name in chain)
    assert (found, opened.locked, closed.parts, bool(closed.locked)) == (
        ["Store CA", "web.example"],
        (),
        (),
        True,
    )


@pytest.mark.system
@needs_openssl
@pytest.mark.parametrize(
    "options", [("-nomac", "-certpbe", "AES-256-CBC"), ("-nomac", "-legacy", "-certpbe", "PBE-SHA1-RC2-40")]
)
def test_without_a_checksum(folder: Path, options: tuple[str, ...]) -> None:
    """Where no checksum tells which passphrase fits, what comes out does."""
    data = exported(folder, *options)
    assert (subjects(held(data, "wrong", WORD)), held(data, "wrong").locked) == (
        WEB,
        (("", texts.wrong_passphrase(count=1)),),
    )


@pytest.mark.system
@needs_openssl
@pytest.mark.parametrize("legacy", [(), ("-legacy",)])
def test_empty_passphrase(folder: Path, legacy: tuple[str, ...]) -> None:
    """An empty passphrase is tried without being configured."""
    assert subjects(held(exported(folder, *legacy, word=""))) == WEB


@pytest.mark.system
@needs_openssl
def test_certificates_in_the_clear(folder: Path) -> None:
    """Certificates that are not encrypted need no passphrase; a wrong one is reported all the same."""
    data = exported(folder, "-certpbe", "NONE")
    wrong = held(data, "wrong")
    assert (held(data).locked, subjects(held(data)), subjects(wrong), wrong.locked) == (
        (),
        WEB,
        WEB,
        (("", texts.unverified(problem=texts.wrong_passphrase(count=1))),),
    )


@pytest.mark.system
@needs_openssl
def test_letters_beyond_ascii(folder: Path) -> None:
    """A passphrase with any letters fits as OpenSSL wrote it, old and new."""
    word = "пароль-ü"
    data = [exported(folder, *options, word=word) for options in ((), ("-legacy",))]
    assert [subjects(held(one, word)) for one in data] == [WEB, WEB]


@pytest.mark.parametrize("name", ["keys.p12", "trust.p12", "trust-java8.p12"])
def test_what_java_writes(name: str) -> None:
    """Java's stores of version 17 and 8 are opened, those with secret keys and those without any key too."""
    data = (RECORDED / name).read_bytes()
    found = subjects(held(data, "wrong", WORD))
    assert (found["ca"], held(data).locked) == (["Store CA"], UNOPENED)


def test_a_key_entry_of_java_has_its_chain() -> None:
    """A key's certificate is with its issuers under its name, what is trusted under its own."""
    found = held((RECORDED / "keys.p12").read_bytes(), WORD)
    assert subjects(found) == {"web": ["web.example", "Store CA"], "ca": ["Store CA"]}


def test_a_list_of_cas_without_passphrase() -> None:
    """What Java writes without passphrase and checksum is simply read."""
    found = held((RECORDED / "trust-open.p12").read_bytes())
    assert (subjects(found), found.locked) == ({"ca": ["Store CA"]}, ())


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_the_newest_checksum(hash_name: str) -> None:
    """The checksum of RFC 9579 (PBMAC1) tells which passphrase fits."""
    data = with_pbmac1(pkcs12(), WORD, hash_name)
    assert (subjects(held(data, "wrong", WORD)), held(data, "wrong").parts) == (WEB, ())


def test_without_a_name() -> None:
    """Certificates without a name stand in the file itself."""
    assert subjects(held(pkcs12(name=None), WORD)) == {"": ["web.example", "Store CA"]}


def test_a_certificate_with_its_key_is_told_from_a_trusted_one() -> None:
    """What the file has the key of is its owner's own certificate."""
    own, others = held(pkcs12(), WORD), held(truststore(WORD, ca=ROOT), WORD)
    assert {alias: part.own_key for alias, part in (*own.parts, *others.parts)} == {"web": True, "ca": False}
