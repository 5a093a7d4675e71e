"""PKCS#12 gives its certificates in every form that tools write, and a hostile file costs little."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st
from keystores import (
    LEAF,
    OTHER,
    RECORDED,
    ROOT,
    WORD,
    held,
    number,
    pkcs12,
    problems,
    subjects,
    with_pbmac1,
)
from pki import Issued, authority, days, new_key, object_identifier, tlv

from monitor.parse import holding
from monitor.parse.stores import encrypted, rc2
from monitor.parse.stores.opening import MOST_ROUNDS, Key, Opening
from monitor.secrets import Secret

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")
WEB = {"web": ["web.example", "Store CA"]}
UNOPENED = (("", "it needs a passphrase, and there is none to try"),)


MANY = 0x7FFFFFFF
KEY = new_key()


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    return object_identifier(ObjectIdentifier(dotted))


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
        (("", "the one passphrase that was tried does not fit"),),
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
    """Certificates that are not encrypted need no passphrase; one that does not fit is told all the same."""
    data = exported(folder, "-certpbe", "NONE")
    wrong = held(data, "wrong")
    assert (held(data).locked, subjects(held(data)), subjects(wrong), wrong.locked) == (
        (),
        WEB,
        WEB,
        (("", "the one passphrase that was tried does not fit, so nobody can say whether it was changed"),),
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
    """A key's certificate stands with its issuers under its name, what is trusted under its own."""
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


def plain_store(*bags: bytes, mac: bytes = b"") -> bytes:
    """Return a store of these bags without encryption."""
    safe = tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, tlv(0x30, *bags))))
    info = tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, tlv(0x30, safe))))
    return tlv(0x30, number(3), info, mac)


def bag(issued: Issued, name: str, *, key_id: bytes = b"") -> bytes:
    """Return the bag of a certificate with a friendly name and the identifier of a key."""
    friendly = _attribute("1.2.840.113549.1.9.20", tlv(0x1E, name.encode("utf-16-be")))
    local = _attribute("1.2.840.113549.1.9.21", tlv(4, key_id)) if key_id else b""
    inner = tlv(0x30, oid("1.2.840.113549.1.9.22.1"), tlv(0xA0, tlv(4, issued.der)))
    return tlv(0x30, oid("1.2.840.113549.1.12.10.1.3"), tlv(0xA0, inner), tlv(0x31, friendly, local))


def _attribute(name: str, value: bytes) -> bytes:
    return tlv(0x30, oid(name), tlv(0x31, value))


def test_names_may_repeat_and_be_hostile() -> None:
    """Entries of one name stand together; a name cannot break a line or pretend to lie deeper."""
    data = plain_store(bag(LEAF, "a\r\n#b\u202e"), bag(OTHER, "a\r\n#b\u202e"))
    assert subjects(held(data)) == {"a  %23b\ufffd": ["web.example", "other.example"]}


def test_two_keys_with_one_chain() -> None:
    """Every certificate with a key begins a chain of its own; the CA stands in it and nowhere else."""
    data = plain_store(bag(LEAF, "web", key_id=b"1"), bag(OTHER, "other", key_id=b"2"), bag(ROOT, "its CA"))
    assert subjects(held(data)) == {"web": ["web.example", "Store CA"], "other": ["other.example"]}


def test_chains_are_bounded() -> None:
    """Many keys beside many CAs of one name take a moment, and chains have an end."""
    keys = bag(LEAF, "web", key_id=b"1") * 5000
    cas = b"".join(bag(authority("Store CA", key=KEY, start=days(-number)), "ca") for number in range(40))
    start = time.monotonic()
    ((_, first), _) = held(plain_store(keys, cas * 100)).parts
    assert (len(set(first.ders)), time.monotonic() - start < 20) == (20, True)


def test_bags_in_bags() -> None:
    """Bags may lie in each other, but not without end."""
    nested = bag(LEAF, "web")
    for _ in range(3):
        nested = tlv(0x30, oid("1.2.840.113549.1.12.10.1.6"), tlv(0xA0, tlv(0x30, nested)))
    deep = nested
    for _ in range(20):
        deep = tlv(0x30, oid("1.2.840.113549.1.12.10.1.6"), tlv(0xA0, tlv(0x30, deep)))
    assert (subjects(held(plain_store(nested))), problems(held(plain_store(deep)))) == (
        {"web": ["web.example"]},
        ["the PKCS#12 data cannot be read: its parts lie too deep in each other"],
    )


def test_lengths_without_end() -> None:
    """Files with indefinite lengths and octets in pieces (BER) are read, as other tools write them."""
    bags = tlv(0x30, bag(LEAF, "web"))
    safe = b"\x30\x80" + oid("1.2.840.113549.1.7.1") + b"\xa0\x80\x24\x80"
    safe += tlv(4, bags[:50]) + tlv(4, bags[50:]) + bytes(6)
    content = b"\x30\x80" + safe + bytes(2)
    whole = b"\x30\x80" + number(3) + b"\x30\x80" + oid("1.2.840.113549.1.7.1") + b"\xa0\x80\x24\x80"
    whole += tlv(4, content[:99]) + tlv(4, content[99:]) + bytes(8)
    assert subjects(held(whole)) == {"web": ["web.example"]}


def test_no_private_key_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is decrypted holds certificates only: nothing that a private key begins with ever comes out."""
    opened: list[bytes] = []
    real = encrypted._unpadded
    monkeypatch.setattr(encrypted, "_unpadded", lambda plain: opened.append(plain) or real(plain))
    held(pkcs12(), WORD)
    assert isinstance(LEAF.key, ec.EllipticCurvePrivateKey)
    secret = LEAF.key.private_numbers().private_value.to_bytes(32, "big")
    assert [(LEAF.der in plain, secret in plain) for plain in opened] == [(True, False)]


SHROUDED = tlv(
    0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.5.12"), number(MANY)))
)


def test_a_closed_key_stays_closed() -> None:
    """A private key is not even tried: neither its passphrase nor the rounds it asks for matter."""
    key = tlv(0x30, oid("1.2.840.113549.1.12.10.1.2"), tlv(0xA0, tlv(0x30, SHROUDED, tlv(4, b"sealed"))))
    assert subjects(held(plain_store(key, bag(LEAF, "web")), WORD)) == {"web": ["web.example"]}


def checksum(rounds: int) -> bytes:
    """Return a checksum that says it takes so many rounds."""
    digest = tlv(0x30, tlv(0x30, oid("1.3.14.3.2.26"), b"\x05\x00"), tlv(4, bytes(20)))
    return tlv(0x30, digest, tlv(4, b"saltsalt"), number(rounds))


def sealed(algorithm: bytes) -> bytes:
    """Return a store whose certificates are encrypted with this algorithm, by its looks."""
    inner = tlv(0x30, oid("1.2.840.113549.1.7.1"), algorithm, tlv(0x80, bytes(64)))
    safe = tlv(0x30, oid("1.2.840.113549.1.7.6"), tlv(0xA0, tlv(0x30, number(0), inner)))
    return tlv(0x30, number(3), tlv(0x30, oid("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, tlv(0x30, safe)))))


OLD_CIPHER = tlv(0x30, oid("1.2.840.113549.1.12.1.6"), tlv(0x30, tlv(4, b"salt"), number(MANY)))
PBKDF2 = tlv(0x30, oid("1.2.840.113549.1.5.12"), tlv(0x30, tlv(4, b"salt"), number(MANY)))
AES = tlv(0x30, oid("2.16.840.1.101.3.4.1.42"), tlv(4, bytes(16)))
NEW_CIPHER = tlv(0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30, PBKDF2, AES))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(plain_store(bag(LEAF, "web"), mac=checksum(MANY)), id="checksum"),
        pytest.param(sealed(OLD_CIPHER), id="old cipher"),
        pytest.param(sealed(NEW_CIPHER), id="new cipher"),
    ],
)
def test_too_many_rounds(data: bytes) -> None:
    """A count of two thousand million rounds is read, not done, and said."""
    start = time.monotonic()
    found = held(data, WORD)
    said = (
        "the PKCS#12 data cannot be read: opening it takes more than 5,000,000 rounds of key derivation "
        "(it asks for 2,147,483,647 at a time); make it anew with fewer"
    )
    assert (problems(found), time.monotonic() - start < 5) == ([said], True)


@pytest.mark.parametrize(
    ("algorithm", "said"),
    [
        (
            tlv(0x30, oid("1.2.840.113549.1.5.3"), tlv(0x30, tlv(4, b"salt"), number(1))),
            "it is encrypted in a way that is not known here (1.2.840.113549.1.5.3)",
        ),
        (
            tlv(0x30, oid("1.2.840.113549.1.12.1.6"), tlv(0x30, tlv(4, b"salt"), number(0))),
            "its count of rounds is not positive",
        ),
        (
            tlv(0x30, oid("1.2.840.113549.1.12.1.6"), tlv(0x30, tlv(4, bytes(5000)), number(1))),
            "a salt is too long",
        ),
        (tlv(0x30, oid("1.2.840.113549.1.12.1.6")), "the parameters of its encryption are missing"),
        (
            tlv(0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30, tlv(0x30, oid("1.2.3"), number(1)), AES)),
            "keys are derived in a way that is not known here (1.2.3)",
        ),
    ],
)
def test_strange_encryption(algorithm: bytes, said: str) -> None:
    """What cannot be opened whatever the passphrase is told as that."""
    assert problems(held(sealed(algorithm), WORD)) == [f"the PKCS#12 data cannot be read: {said}"]


def test_rounds_are_counted_over_everything_tried() -> None:
    """Many passphrases on a file with many rounds come to an end too."""
    opening = Opening(lambda: [Secret("a")])
    opening.spend(MOST_ROUNDS)
    with pytest.raises(ValueError, match=r"more than 5,000,000 rounds .* \(it asks for 1 at a time\)"):
        opening.spend(1)


def test_no_passphrase_is_asked_for_without_need() -> None:
    """Where nothing is closed nobody reads a passphrase."""
    asked: list[int] = []
    holding(LEAF.pem, lambda: asked.append(1) or ())
    assert asked == []


def test_a_key_shows_nothing() -> None:
    """A passphrase that is tried prints as ***."""
    assert repr(Key("hunter2")) == "***"


@given(st.integers(0, 10_000))
def test_cut_anywhere(where: int) -> None:
    """A file that ends too early gives at most what was whole, and says that it is damaged."""
    data = plain_store(bag(LEAF, "web"), bag(OTHER, "other"))
    cut = held(data[: where % len(data)], WORD)
    assert (len(cut.parts) <= 1, all(not part.ders for _, part in cut.parts)) == (True, True)


def test_every_cut_is_told() -> None:
    """However much is missing after the beginning, a sentence says so."""
    data = plain_store(bag(LEAF, "web"))
    assert all(problems(held(data[:end])) for end in range(9, len(data)))


@given(st.data())
def test_changed_anywhere(data: st.DataObject) -> None:
    """Whatever is changed in a file, reading it ends with certificates or sentences."""
    whole = bytearray(pkcs12(rounds=1))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = held(bytes(whole), WORD)
    assert len(subjects(found)) <= 3


@pytest.mark.parametrize(
    ("key", "plain", "closed"),
    [
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_turns_back(key: str, plain: str, closed: str) -> None:
    """The examples of RFC 2268 section 5 whose keys are as long as they count come out as they were."""
    opened = rc2.cbc_decrypted(bytes.fromhex(key), bytes(8), bytes.fromhex(closed))
    assert opened.hex() == plain


@pytest.mark.parametrize(("data", "vector"), [(b"1234567", bytes(8)), (bytes(8), bytes(7))])
def test_rc2_wants_whole_blocks(data: bytes, vector: bytes) -> None:
    """What is not made of whole blocks is damaged."""
    with pytest.raises(ValueError, match="fits no cipher block"):
        rc2.cbc_decrypted(b"12345", vector, data)


def test_rc2_is_bounded() -> None:
    """More than a megabyte under this slow cipher is refused before any work."""
    with pytest.raises(ValueError, match="more than 1 MiB"):
        rc2.cbc_decrypted(b"12345", bytes(8), bytes(rc2.LARGEST + 8))
