"""A hostile PKCS#12 file costs little, and shows no key."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse import aliased_certificates
from monitor.parse.stores import encrypted
from monitor.parse.stores.open_attempt import MAX_ROUNDS, Key, OpenAttempt
from monitor.secrets import Secret
from support.pki import Issued, authority, days, new_key, object_identifier, tlv
from support.pki.key_stores import LEAF, OTHER, ROOT, WORD, held, number, pkcs12, problems, subjects

MANY = 0x7FFFFFFF
KEY = new_key()


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    return object_identifier(ObjectIdentifier(dotted))


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
    start = time.process_time()
    ((_, first), _) = held(plain_store(keys, cas * 100)).parts
    assert (len(set(first.ders)), time.process_time() - start < 20) == (20, True)


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
        ["the PKCS#12 data cannot be read: its parts are nested too deeply"],
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
    """Return a store whose certificates are encrypted with this algorithm, or so it says."""
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
    start = time.process_time()
    found = held(data, WORD)
    said = (
        "the PKCS#12 data cannot be read: opening it takes more than 5,000,000 rounds of key derivation "
        "(2,147,483,647 at a time): create it again with fewer"
    )
    assert (problems(found), time.process_time() - start < 5) == ([said], True)


@pytest.mark.parametrize(
    ("algorithm", "said"),
    [
        (
            tlv(0x30, oid("1.2.840.113549.1.5.3"), tlv(0x30, tlv(4, b"salt"), number(1))),
            "it is encrypted in an unsupported way (1.2.840.113549.1.5.3)",
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
            "keys are derived in an unsupported way (1.2.3)",
        ),
    ],
)
def test_strange_encryption(algorithm: bytes, said: str) -> None:
    """What cannot be opened whatever the passphrase is reported as that."""
    assert problems(held(sealed(algorithm), WORD)) == [f"the PKCS#12 data cannot be read: {said}"]


def test_rounds_are_counted_over_everything_tried() -> None:
    """Many passphrases on a file with many rounds come to an end too."""
    opening = OpenAttempt(lambda: [Secret("a")])
    opening.spend(MAX_ROUNDS)
    with pytest.raises(ValueError, match=r"more than 5000000 rounds .* \(1 at a time\)"):
        opening.spend(1)


def test_no_passphrase_is_asked_for_without_need() -> None:
    """Where nothing is closed nobody reads a passphrase."""
    asked: list[int] = []
    aliased_certificates(LEAF.pem, lambda: asked.append(1) or ())
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


def test_every_cut_is_reported() -> None:
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
