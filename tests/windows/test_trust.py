"""The trusted CAs of a Windows machine, from its stores."""

from monitor.assess import PathFinder
from monitor.model import Anchors
from monitor.parse import parse_certificate
from monitor.windows.certificate import StoredCertificate
from monitor.windows.trust import trusted_anchors
from support.pki import NOW, Issued, authority, leaf

ROOT = authority("VMS Root")
MIDDLE = authority("VMS Issuing CA", ROOT)
LOWER = authority("VMS Site CA", MIDDLE)
STRANGE = authority("Strange CA", authority("Strange Root"))


def stored(*issued: Issued) -> list[StoredCertificate]:
    """Return certificates as a store holds them."""
    return [StoredCertificate(one.der) for one in issued]


def anchors(*stores: list[StoredCertificate]) -> tuple[set[str], set[str]]:
    """Return the fingerprints of the anchors, and of what may stand between, of Root, CA and Disallowed."""
    found = Anchors.of(trusted_anchors(*stores))
    return {one.certificate.sha256 for one in found.members}, {
        one.certificate.sha256 for one in found.intermediates
    }


def path(own: Issued, *stores: list[StoredCertificate]) -> tuple[bool, list[str]]:
    """Return whether a certificate that came alone is trusted, and the titles on its path."""
    held = (parse_certificate(own.der), own.der)
    found = PathFinder().find("a:443", [held], Anchors.of(trusted_anchors(*stores)), NOW)
    return found.trusted, [one.title for one in found.certificates]


def test_every_root_is_an_anchor() -> None:
    """What lies in Root is trusted, what lies in CA may stand between."""
    found = anchors(stored(ROOT, STRANGE), stored(MIDDLE), [])
    assert found == ({ROOT.sha256, STRANGE.sha256}, {MIDDLE.sha256})


def test_what_is_in_both_is_an_anchor() -> None:
    """People put CAs into both stores."""
    assert anchors(stored(ROOT), stored(ROOT), []) == ({ROOT.sha256}, set())


def test_a_path_leads_over_the_machines_intermediates_to_the_root() -> None:
    """At any depth, though the server sent only its own; and it ends at the root, whose end counts."""
    found = path(leaf("own", LOWER), stored(ROOT), stored(MIDDLE, LOWER, STRANGE), [])
    assert found == (True, ["own", "VMS Site CA", "VMS Issuing CA", "VMS Root"])


def test_without_a_root_above_an_intermediate_is_trusted_by_nobody() -> None:
    """Windows collects intermediates from anybody who shows them."""
    found = path(leaf("own", STRANGE), stored(ROOT), stored(STRANGE), [])
    assert found == (False, ["own", "Strange CA"])


def test_what_is_disallowed_is_no_anchor_and_leads_to_none() -> None:
    """Below a CA that was taken out of trust nothing is trusted either."""
    trusted_and_path = path(leaf("own", LOWER), stored(ROOT), stored(MIDDLE, LOWER), stored(MIDDLE))
    assert trusted_and_path == (False, ["own", "VMS Site CA"])


def test_what_is_archived_or_damaged_is_passed_over() -> None:
    """Neither makes the others unreadable."""
    roots = [StoredCertificate(b"junk"), StoredCertificate(STRANGE.der, archived=True), *stored(ROOT)]
    assert anchors(roots, [], []) == ({ROOT.sha256}, set())


def test_a_circle_of_intermediates_ends() -> None:
    """Two CAs that signed each other are followed once."""
    crossed = authority("VMS Root", MIDDLE, key=ROOT.key)
    assert path(leaf("own", LOWER), stored(STRANGE), stored(crossed, MIDDLE, LOWER), [])[0] is False
