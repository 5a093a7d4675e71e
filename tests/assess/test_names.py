"""Names are matched as clients match them, and a mismatch says what is there instead."""

import pytest
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import NameProblem, mismatch
from monitor.assess.names.texts import INCLUDES_NOTHING, name_in_subject_only, name_mismatch
from monitor.model import Certificate, Check
from monitor.parse import parse_certificate
from support.pki import extension, issue, raw, tlv
from support.written import written

AS_DNS = "it has a DNS entry with it, which many clients do not accept for an address"
IGNORED = "its subject does, but clients ignore that where there are alternative names"


def carrying(*names: str, subject: str = "subject.example") -> Certificate:
    """Return a certificate with these alternative names."""
    return parse_certificate(issue(subject, names=names).der)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["nvr.example"], "nvr.example"),
        (["nvr.example"], "NVR.Example"),
        (["NVR.Example"], "nvr.example"),
        (["nvr.example"], "nvr.example."),
        (["*.example.org"], "nvr.example.org"),
        (["*.Example.org"], "xn--mller-kva.example.org"),
        (["*.example.org"], "müller.example.org"),
        (["DNS:10.0.0.5", "nvr.example"], "nvr.example"),
        (["DNS:", "nvr.example"], "nvr.example"),
        (["DNS:*", "*.example.org"], "nvr.example.org"),
        (["xn--mller-kva.example"], "müller.example"),
        (["xn--mller-kva.example"], "xn--mller-kva.example"),
        (["my_nvr"], "my_nvr"),
        (["10.0.0.5"], "10.0.0.5"),
        (["fd00::5"], "fd00:0:0::5"),
        (["fd00::5"], "[fd00::5]"),
        (["fe80::5"], "fe80::5%eth0"),
    ],
)
def test_fits(names: list[str], wanted: str) -> None:
    """The certificate is for the name."""
    assert mismatch(carrying(*names), wanted) is None


@pytest.mark.parametrize(
    ("names", "wanted", "sentence"),
    [
        (
            ["other.example", "10.0.0.5"],
            "nvr.example",
            'the certificate is not for "nvr.example": it includes other.example, 10.0.0.5',
        ),
        (
            ["*.example.org"],
            "a.nvr.example.org",
            'the certificate is not for "a.nvr.example.org": it includes *.example.org',
        ),
        (
            ["DNS:10.0.0.5", "other.example"],
            "nvr.example",
            'the certificate is not for "nvr.example": it includes "10.0.0.5" (unusable), other.example',
        ),
        (
            ["DNS:10.0.0.5"],
            "10.0.0.5",
            f"the certificate has no IP entry for 10.0.0.5: {AS_DNS}",
        ),
        (
            ["nvr.example"],
            "10.0.0.5",
            "the certificate is not for 10.0.0.5: it includes nvr.example",
        ),
        (
            ["other.example"],
            "subject.example",
            f'no alternative name matches "subject.example" ({IGNORED}): it includes other.example',
        ),
        (
            [f"h{n}.example" for n in range(12)],
            "nvr.example",
            'the certificate is not for "nvr.example": it includes '
            + ", ".join(f"h{n}.example" for n in range(8))
            + ", and 4 more",
        ),
        (
            [],
            "nvr.example",
            'the certificate is not for "nvr.example": it includes only the subject "subject.example"',
        ),
        (
            ["nvr.example"],
            "nvr example",
            'the certificate is not for "nvr example": it includes nvr.example',
        ),
    ],
)
def test_says_what_is_there_instead(names: list[str], wanted: str, sentence: str) -> None:
    """The sentence lists what the certificate carries, bounded, unusable entries quoted."""
    problem = mismatch(carrying(*names), wanted)
    assert problem is not None
    assert (problem.check, written(problem.message)) == (Check.NAME, sentence)


@pytest.mark.parametrize("name", ["nvr.example", "10.0.0.5"])
def test_a_name_only_in_the_subject_is_milder(name: str) -> None:
    """Without alternative names the subject's common name counts as a lesser problem."""
    assert mismatch(carrying(subject=name), name) == NameProblem(
        Check.NAME_IN_SUBJECT_ONLY,
        name_in_subject_only(name=name),
    )


def test_a_certificate_without_any_name_says_so() -> None:
    """Neither subject nor alternative names."""
    assert mismatch(carrying(subject=""), "nvr.example") == NameProblem(
        Check.NAME, name_mismatch(name="nvr.example", carried=INCLUDES_NOTHING)
    )


@pytest.mark.parametrize("entry", ["nvr.example{}", "{}nvr.example", "*.example{}"])
@pytest.mark.parametrize("odd", [" ", "\t", "\n", "\r\n", "\u00a0"], ids=ascii)
def test_white_space_in_an_entry_is_no_match(entry: str, odd: str) -> None:
    """No client strips what a tool left at an end of a name: OpenSSL, Go and Java refuse it."""
    content = entry.format(odd).encode()
    names = tlv(0x30, tlv(0x82, content))
    own = raw(extensions=[extension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names)])
    problem = mismatch(parse_certificate(own), "nvr.example")
    assert problem is not None
    assert (problem.check, "(unusable)" in written(problem.message)) == (Check.NAME, True)


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("nvr.example.", "nvr.example"),
        ("nvr.example.", "nvr.example."),
        ("*.example.org.", "nvr.example.org"),
        ("nvr.example", "nvr.example.."),
    ],
)
def test_a_dot_is_dropped_of_the_target_alone_and_once(entry: str, wanted: str) -> None:
    """Clients drop one dot at the end of what was asked for, and none in the certificate."""
    assert mismatch(carrying(entry), wanted) is not None


@pytest.mark.parametrize("odd", [" ", ".", "\t"])
def test_a_subject_is_taken_as_it_is_written(odd: str) -> None:
    """The milder problem is for clients that look at the subject, and they do not strip it either."""
    problem = mismatch(carrying(subject=f"nvr.example{odd}"), "nvr.example")
    assert problem is not None
    assert problem.check is Check.NAME


NVR = carrying("nvr.example", "*.example.org", "10.0.0.5")


@given(st.text(st.characters(codec=None)))
def test_any_wanted_text_is_answered(wanted: str) -> None:
    """Whatever someone configured, the answer is a problem or none."""
    problem = mismatch(NVR, wanted)
    assert problem is None or problem.check is Check.NAME
