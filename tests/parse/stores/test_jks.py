"""Java's own stores give their certificates by alias; private keys are skipped, and damage is reported."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse import texts
from support.pki.key_stores import (
    LEAF,
    OTHER,
    RECORDED,
    ROOT,
    WORD,
    held,
    jks,
    private,
    problems,
    subjects,
    text,
    trusted,
)

JCEKS = b"\xce\xce\xce\xce"
UNFIT = texts.maybe_changed(problem=texts.wrong_passphrase(count=1))


def test_what_keytool_writes() -> None:
    """A private key's chain and a trusted certificate are listed under their aliases, in any letters."""
    found = held((RECORDED / "keys.jks").read_bytes())
    assert (subjects(found), problems(found), found.locked) == (
        {"web": ["web.example", "Store CA"], "zürich ключ 🔑": ["Store CA"]},
        [],
        (),
    )


def test_what_keytool_writes_with_secret_keys() -> None:
    """Entries before the first secret key of a JCEKS store are found; that others follow is said."""
    found = held((RECORDED / "keys.jceks").read_bytes())
    assert (subjects(found), problems(found)) == (
        {"web": ["web.example", "Store CA"], "": []},
        [UNREAD % "des"],
    )


@pytest.mark.parametrize("name", ["keys.jks", "keys.jceks"])
def test_whether_it_is_whole(name: str) -> None:
    """One passphrase that fits says that the store is whole; a wrong one hides no certificate."""
    data = (RECORDED / name).read_bytes()
    right, wrong = held(data, "wrong", WORD), held(data, "wrong")
    assert (right.locked, wrong.locked, subjects(wrong) == subjects(right)) == ((), (("", UNFIT),), True)


def test_a_changed_store_is_reported() -> None:
    """A store whose content was changed after it was made does not fit its passphrase."""
    data = jks(trusted(b"ca", ROOT.der)).replace(b"\x00\x02ca", b"\x00\x02cb")
    assert held(data, WORD).locked == (("", UNFIT),)


def test_the_first_version() -> None:
    """Stores of version 1 say nothing of the kind of a certificate."""
    data = jks(trusted(b"ca", ROOT.der, version=1), version=1)
    assert subjects(held(data)) == {"ca": ["Store CA"]}


@pytest.mark.parametrize(
    ("alias", "shown"),
    [
        (b"zero\xc0\x80inside", "zero\ufffdinside"),
        (b"\xed\xa0\xbd\xed\xb4\x91", "🔑".encode("utf-16-be").decode("utf-16-be")),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"\xed\xa0\xbd", "\ufffd"),
        (b"a#b", "a%23b"),
        (b"\x1b[2J\r\n", "\ufffd[2J"),
        (b"x" * 500, "x" * 127 + "…"),
        (b"", ""),
    ],
)
def test_hostile_aliases(alias: bytes, shown: str) -> None:
    """An alias is cleaned and bounded whatever it is made of; without one it is in the file itself."""
    assert list(subjects(held(jks(trusted(alias, ROOT.der))))) == [shown]


def test_equal_aliases() -> None:
    """Entries of one alias stand together under it."""
    data = jks(trusted(b"a", ROOT.der), trusted(b"b", LEAF.der), trusted(b"a", OTHER.der))
    assert subjects(held(data)) == {"a": ["Store CA", "other.example"], "b": ["web.example"]}


def test_one_bad_certificate_costs_only_itself() -> None:
    """What is no certificate, or of an unknown kind, is reported by its alias; the others are found."""
    data = jks(
        trusted(b"a", b"rubbish"), trusted(b"b", ROOT.der, kind=b"PGP"), private(b"c", LEAF.der, ROOT.der)
    )
    found = held(data)
    assert (subjects(found)["c"], problems(found)) == (
        ["web.example", "Store CA"],
        [
            "a: an element is longer than the data",
            "b: its certificate is of an unknown type",
        ],
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (jks(count=2**31), "it is cut off"),
        (jks(trusted(b"ca", ROOT.der), count=2**31), "it is cut off"),
        (jks(private(b"a")[:-4] + struct.pack(">I", 2**31)), "it is cut off"),
        (jks(struct.pack(">I", 9) + text(b"odd") + bytes(8)), "the entry odd is of an unknown type"),
        (jks(struct.pack(">I", 3) + text(b"key") + bytes(8)), "the entry key is of an unknown type"),
        (jks(version=7), "its version is 7"),
        (jks(trusted(b"ca", ROOT.der), count=0), "more data follows after its last entry"),
        (b"\xfe\xed\xfe\xed", "it is cut off"),
    ],
)
def test_damaged(data: bytes, said: str) -> None:
    """A store that claims what it does not hold is damaged; it costs no more than its size."""
    start = time.process_time()
    assert (problems(held(data)), time.process_time() - start < 2) == (
        [f"the JKS store is damaged: {said}"],
        True,
    )


def test_what_came_before_the_damage_is_kept() -> None:
    """Entries before the location where a store breaks are still found."""
    data = jks(trusted(b"ca", ROOT.der), trusted(b"web", LEAF.der))
    assert subjects(held(data[:-100])) == {"ca": ["Store CA"], "": []}


def test_no_key_is_kept() -> None:
    """Nothing of a private key's entry but its chain is in what is found."""
    found = held(jks(private(b"web", LEAF.der, key=b"THE PRIVATE KEY")))
    assert b"THE PRIVATE KEY" not in b"".join(der for _, part in found.parts for der in part.ders)


def test_a_long_store_takes_a_moment() -> None:
    """Half a million empty entries are given up after a thousand sentences, of which few are kept."""
    data = jks(*[trusted(b"", b"")] * 500_000)
    start = time.process_time()
    found = problems(held(data))
    assert (len(found), found[-1], time.process_time() - start < 20) == (21, "and 982 more", True)


@given(st.data())
def test_cut_or_changed_anywhere(data: st.DataObject) -> None:
    """Whatever happens to a store, reading it ends with certificates or sentences."""
    whole = bytearray((RECORDED / "keys.jceks").read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(4, len(whole)))])
    assert len(problems(held(cut))) <= 21


@pytest.mark.parametrize("name", ["keys.jks", "keys.jceks"])
def test_every_cut_is_reported(name: str) -> None:
    """However much of a store is missing, a sentence says that it is damaged."""
    data = (RECORDED / name).read_bytes()
    assert all(problems(held(data[:end])) for end in range(4, len(data)))


SECRET = struct.pack(">I", 3) + text(b"key") + bytes(8) + b"\xac\xed\x00\x05" + b"a serialized object"
UNREAD = "what follows the secret key %s is not read: a JCEKS store does not say where the key ends"


def test_what_follows_a_secret_key_is_not_read() -> None:
    """The length of a secret key is not known: entries before it are found, and what follows is said."""
    data = jks(trusted(b"a", ROOT.der), SECRET, trusted(b"b", LEAF.der), magic=JCEKS)
    found = held(data, WORD)
    assert (subjects(found), problems(found), found.locked) == (
        {"a": ["Store CA"], "": []},
        [UNREAD % "key"],
        (),
    )


def test_nothing_follows_the_last_secret_key() -> None:
    """A store whose last entry is a secret key was read to its end."""
    data = jks(trusted(b"a", ROOT.der), SECRET, magic=JCEKS)
    assert (subjects(held(data)), problems(held(data))) == ({"a": ["Store CA"]}, [])


def test_an_entry_with_its_key_is_told_from_a_trusted_one() -> None:
    """What the store has the key of is its owner's own certificate."""
    found = held(jks(private(b"own", LEAF.der, ROOT.der), trusted(b"ca", ROOT.der)))
    assert {alias: part.own_key for alias, part in found.parts} == {"own": True, "ca": False}
