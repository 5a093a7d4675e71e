"""Key stores as files that are watched: their locations, changes, and what is no store."""

import os
from pathlib import Path

import pytest

from monitor.metrics import Exposition
from monitor.model import Check, Failure, FailureReason, Snapshot, TargetState, is_within
from monitor.parse.texts import java_store_empty
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.files.source import FilesSource
from monitor.sources.files.texts import no_certificate_in_because
from monitor.web.queries.cache.row_index import RowIndex
from monitor.web.queries.certificates.rows import CERTIFICATE_ROWS
from support.factories.sources.file_probes import UNIX, locations, probe, reasons, write
from support.factories.sources.watched_stores import after, target, word
from support.pki import NOW, authority, days, issue, leaf
from support.pki.key_stores import LEAF, OTHER, RECORDED, ROOT, jks, pkcs12, private, trusted


def test_locations(tmp_path: Path) -> None:
    """What has a name in a file is at ``path#name``, its chain below it; the rest at the path."""
    write(tmp_path, a_jks=jks(trusted(b"ca", ROOT.der)), b_pem=LEAF.pem, c_p12=pkcs12())
    seen = probe(target(tmp_path, passphrases=(word(tmp_path),)))
    found = zip(locations(seen, tmp_path), (one.position for one in seen.sightings), strict=True)
    assert (list(found), seen.failures) == (
        [("a.jks#ca", 0), ("b.pem", 0), ("c.p12#web", 0), ("c.p12#web", 1)],
        (),
    )


def test_folder(tmp_path: Path) -> None:
    """A folder means its stores too, by their suffixes; documents only where a pattern names them."""
    store, document = jks(trusted(b"ca", ROOT.der)), b"data:\n  ca: |\n" + _set_in(ROOT.pem)
    for suffix in ("p12", "PFX", "jks", "jceks", "keystore", "truststore", "kubeconfig", "bin"):
        (tmp_path / f"a.{suffix}").write_bytes(store)
    (tmp_path / "b.yaml").write_bytes(document)
    folder, pattern = probe(target(tmp_path)), probe(target(f"{tmp_path}/*.yaml"))
    assert (sorted(locations(folder, tmp_path)), locations(pattern, tmp_path)) == (
        [
            f"a.{suffix}#ca"
            for suffix in ("PFX", "jceks", "jks", "keystore", "kubeconfig", "p12", "truststore")
        ],
        ["b.yaml#data.ca"],
    )


def _set_in(pem: bytes) -> bytes:
    return b"".join(b"    " + line + b"\n" for line in pem.splitlines())


@pytest.mark.parametrize(
    ("name", "collection"),
    [("a.jks", True), ("a.P12", True), ("a.truststore", True), ("a.pem", False), ("a.kubeconfig", False)],
)
def test_a_store_is_a_collection(name: str, collection: bool) -> None:  # noqa: FBT001 - a column
    """In a store an older certificate may lie beside its successor."""
    assert target(name).collection is collection


def test_a_servers_own_certificate_is_no_ca(tmp_path: Path) -> None:
    """What keytool makes for a server is self-signed and unmarked: in a trust store it stands for a CA."""
    own = issue("own.example", start=days(-3000), end=days(100))
    write(tmp_path, own_jks=jks(private(b"web", own.der)), trust_jks=jks(trusted(b"peer", own.der)))
    wanted = target(tmp_path)
    state = after(TargetState(wanted), probe(wanted))
    assert [(f.check, Path(f.location).name) for f in state.findings] == [(Check.CA_EXPIRY, "trust.jks#peer")]
    assert [(Path(s.location).name, s.own_key) for s in state.sightings] == [
        ("own.jks#web", True),
        ("trust.jks#peer", False),
    ]


def test_a_ca_with_its_key_stays_one(tmp_path: Path) -> None:
    """A CA that says what it is has the thresholds of one, wherever it lies."""
    ca = authority("CA", end=days(100))
    write(tmp_path, ca_jks=jks(private(b"ca", ca.der)))
    wanted = target(tmp_path)
    state = after(TargetState(wanted), probe(wanted))
    assert [f.check for f in state.findings] == [Check.CA_EXPIRY]


def test_damage_beside_what_is_seen(tmp_path: Path) -> None:
    """A store with one bad entry was seen; one with nothing else was not."""
    good, bad = trusted(b"ca", ROOT.der), trusted(b"bad", b"\x30\x00")
    write(tmp_path, a_jks=jks(good, bad), b_jks=jks(bad))
    seen = [probe(target(tmp_path / name)) for name in ("a.jks", "b.jks")]
    assert [(reasons(one), len(one.unreachable_failures)) for one in seen] == [
        ([(FailureReason.BAD_CERTIFICATE, "a.jks")], 0),
        ([(FailureReason.BAD_CERTIFICATE, "b.jks")], 1),
    ]


def test_a_store_without_certificates(tmp_path: Path) -> None:
    """A named store without certificates says what it is."""
    write(tmp_path, a_jks=jks())
    (failure,) = probe(target(tmp_path / "a.jks")).failures
    assert failure == Failure(
        FailureReason.NOT_A_CERTIFICATE,
        no_certificate_in_because(path=str(tmp_path / "a.jks"), hint=java_store_empty(kind="JKS")),
        str(tmp_path / "a.jks"),
    )


def test_each_alias_is_judged_alone(tmp_path: Path) -> None:
    """Every alias has a path and an end of its own; the chain under it belongs to it."""
    soon = leaf("soon.example", ROOT, end=days(3))
    data = jks(trusted(b"soon", soon.der), trusted(b"ca", ROOT.der), trusted(b"fine", OTHER.der))
    write(tmp_path, a_jks=data)
    wanted = target(tmp_path / "a.jks")
    state = after(TargetState(wanted), probe(wanted))
    paths = [(Path(path.location).name, path.leaf.subject_cn) for path in state.assessment.paths]
    assert (paths, [(f.check, Path(f.location).name) for f in state.findings]) == (
        [("a.jks#soon", "soon.example"), ("a.jks#ca", "Store CA"), ("a.jks#fine", "other.example")],
        [(Check.EXPIRY, "a.jks#soon")],
    )


def test_a_successor_under_another_alias(tmp_path: Path) -> None:
    """An old certificate whose successor lies beside it in the store alarms no more."""
    old, new = leaf("web.example", ROOT, end=days(3)), leaf("web.example", ROOT, start=days(-1))
    write(tmp_path, a_jks=jks(trusted(b"old", old.der), trusted(b"new", new.der)))
    wanted = target(tmp_path / "a.jks")
    state = after(TargetState(wanted), probe(wanted))
    assert (state.findings, [(one.old, one.new) for one in state.assessment.superseded]) == (
        (),
        [(old.sha256, new.sha256)],
    )


def test_renewed_under_its_alias(tmp_path: Path) -> None:
    """A certificate that gave way to another under its alias is remembered as renewed."""
    old, new = leaf("web.example", ROOT, end=days(3)), leaf("web.example", ROOT, start=days(-1))
    wanted, source = target(tmp_path / "a.jks"), FilesSource()
    write(tmp_path, a_jks=jks(trusted(b"web", old.der), trusted(b"ca", ROOT.der)))
    before = after(TargetState(wanted), probe(wanted, source))
    write(tmp_path, a_jks=jks(trusted(b"web", new.der), trusted(b"ca", ROOT.der), trusted(b"x", OTHER.der)))
    state = after(after(before, probe(wanted, source)), probe(wanted, source))
    assert [(one.old.sha256, one.new and one.new.sha256, one.probes) for one in state.former_leaves] == [
        (old.sha256, new.sha256, 2)
    ]


def test_page_and_metrics(tmp_path: Path) -> None:
    """Places with ``#`` and hostile aliases stand in the page's rows and in the metrics."""
    write(tmp_path, a_jks=jks(trusted(b'"\\\n<a>&', ROOT.der), trusted(b"ok", LEAF.der)))
    wanted = target(tmp_path / "a.jks")
    snapshot = Snapshot({wanted.id: after(TargetState(wanted), probe(wanted))})
    found = RowIndex(CERTIFICATE_ROWS).rows(snapshot, NOW).rows
    rows = [place.location for row in found for place in row.locations]
    text = b"".join(Exposition().pieces(snapshot, NOW)).decode()
    named = f"{tmp_path}/a.jks#"
    assert (sorted(rows), f'location="{named}ok"' in text, f'location="{named}\\"\\\\ <a>&"' in text) == (
        sorted([f'{named}"\\ <a>&', f"{named}ok"]),
        True,
        True,
    )


def test_stores_as_anchors(tmp_path: Path) -> None:
    """A Java store that is named may hold anchors; a folder of anchors takes none from its stores."""
    write(tmp_path, a_jks=jks(trusted(b"ca", ROOT.der)), b_p12=pkcs12(None), c_pem=authority("Other").pem)
    shelf = TrustStoreLoader()
    named, folder = (shelf.anchors((str(path),), 0).members for path in (tmp_path / "a.jks", tmp_path))
    assert (
        [one.certificate.subject_cn for one in named],
        [one.certificate.subject_cn for one in folder],
    ) == (
        ["Store CA"],
        ["Other"],
    )


@UNIX
def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe, a device and a loop of links are reported when named, and hold nothing up."""
    os.mkfifo(tmp_path / "pipe.p12")
    (tmp_path / "loop.p12").symlink_to(tmp_path / "loop.p12")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "again").symlink_to(tmp_path)
    write(tmp_path, below__a_jks=jks(trusted(b"ca", ROOT.der)))
    named = probe(target(tmp_path / "pipe.p12", tmp_path / "loop.p12", "/dev/zero"))
    assert (reasons(named), locations(probe(target(tmp_path)), tmp_path)) == (
        [
            (FailureReason.UNREADABLE, "pipe.p12"),
            (FailureReason.UNREADABLE, "loop.p12"),
            (FailureReason.UNREADABLE, "zero"),
        ],
        ["below/a.jks#ca"],
    )


@pytest.mark.parametrize(
    ("location", "holder", "inside"),
    [
        ("a.jks#web", "a.jks", True),
        ("a.jks", "a.jks", True),
        ("a.jks#b#c", "a.jks#b", True),
        ("a.jks2", "a.jks", False),
        ("a", "a#b", False),
    ],
)
def test_within(location: str, holder: str, inside: bool) -> None:  # noqa: FBT001 - a column
    """A name in a file lies in the file."""
    assert is_within(location, holder) is inside


def test_recorded_stores_are_watched() -> None:
    """All recorded stores are read by one target."""
    seen = probe(target(RECORDED))
    assert (sorted(set(locations(seen, RECORDED))), sorted(reasons(seen))) == (
        [
            "keys.jceks#web",
            "keys.jks#web",
            "keys.jks#zürich ключ 🔑",
            "trust-open.p12#ca",
        ],
        [
            (FailureReason.BAD_CERTIFICATE, "keys.jceks"),
            *((FailureReason.PASSPHRASE, name) for name in ("keys.p12", "trust-java8.p12", "trust.p12")),
        ],
    )
