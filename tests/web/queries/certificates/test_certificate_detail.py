"""One certificate is found by any form of its thumbprint, with its path, locations and dependents."""

from dataclasses import replace

import pytest

from monitor.alerts import alerts_of_target
from monitor.model import Assessment, Certificate, Path, Sighting, Snapshot, TargetState
from monitor.web.queries.certificates.detail import certificate_detail, find_certificate, thumbprint
from support.factories.web.fakes import NOW, certificate, endpoint, snapshot

CA = replace(certificate(80, "VMS CA"), is_ca=True, subject="CN=VMS CA")


def below_ca(state: TargetState) -> TargetState:
    """Return a state whose leaf has a path to the CA."""
    leaf = state.sightings[0].certificate
    path = Path(state.target.location, (leaf, CA), trusted=True)
    return replace(state, assessment=replace(state.assessment, paths=(path,)))


FIRST, SECOND = below_ca(endpoint("one", 5, sentence="it expires")), below_ca(endpoint("two", 30))
SHOWN = replace(snapshot(FIRST, SECOND), alerts=tuple(alerts_of_target(FIRST, NOW)))
LEAF = FIRST.sightings[0].certificate


def colons(written: str) -> str:
    """Return a thumbprint as many tools write it."""
    return ":".join(written[i : i + 2] for i in range(0, len(written), 2)).upper()


@pytest.mark.parametrize(
    "written", [LEAF.sha256, LEAF.sha256.upper(), colons(LEAF.sha256), LEAF.sha1, colons(LEAF.sha1).lower()]
)
def test_any_form_of_a_thumbprint_finds_it(written: str) -> None:
    """SHA-1 or SHA-256, with separators or without, in either case."""
    assert find_certificate(SHOWN, written) == LEAF


def test_the_invisible_mark_of_windows_does_no_harm() -> None:
    """Windows' dialog copies a left-to-right mark before the thumbprint."""
    assert thumbprint(f"\u200e{LEAF.sha1}") == LEAF.sha1.lower()


@pytest.mark.parametrize("written", ["", "zz" * 32, LEAF.sha256[:-1], "<script>"])
def test_what_is_no_thumbprint_finds_nothing(written: str) -> None:
    """A part of a thumbprint does not count."""
    assert find_certificate(SHOWN, written) is None


def test_a_ca_that_no_target_serves_is_found_by_its_paths() -> None:
    """With the part of the path above it, and what depends on it, earliest expiry first."""
    assert find_certificate(SHOWN, CA.sha256) == CA
    found = certificate_detail(SHOWN, CA)
    assert found.path is not None
    assert found.path.certificates == (CA,)
    assert [(one.certificate.title, one.locations) for one in found.dependents] == [("one", 1), ("two", 1)]
    assert found.uses == ()


def test_a_leaf_has_its_path_locations_and_alerts() -> None:
    """The alert is the one about this certificate."""
    found = certificate_detail(SHOWN, LEAF)
    assert found.path is not None
    assert [one.title for one in found.path.certificates] == ["one", "VMS CA"]
    assert [(one.target_id, one.location, one.position) for one in found.uses] == [
        ("endpoint:one:443", "one:443", 0)
    ]
    assert [one.id for one in found.alerts] == [SHOWN.alerts[0].id]


def test_of_several_paths_the_trusted_one_counts() -> None:
    """A path without a trusted CA is shown only where there is no other."""
    bad = replace(FIRST, assessment=Assessment(paths=(Path("one:443", (LEAF,), trusted=False),)))
    other = replace(
        FIRST,
        target=replace(FIRST.target, id="endpoint:copy:443"),
        sightings=(Sighting("copy:443", 0, LEAF),),
    )
    both = Snapshot({"a": bad, "b": other})
    found = certificate_detail(both, LEAF)
    assert found.path is not None
    assert found.path.trusted
    alone = certificate_detail(Snapshot({"a": bad}), LEAF)
    assert alone.path is not None
    assert not alone.path.trusted


def test_an_unknown_certificate_has_nothing() -> None:
    """A certificate that nothing shows any more has no path and no location."""
    gone: Certificate = certificate(3, "gone")
    found = certificate_detail(SHOWN, gone)
    assert (found.path, found.uses, found.dependents, found.alerts) == (None, (), (), ())
