"""The certificates of a file are split into chains."""

from monitor.assess import CertificateWithDer, split_chains
from monitor.parse import parse_certificate
from support.pki import Issued, authority, leaf, new_key, raw

ROOT = authority("Root")
INTERMEDIATE = authority("Intermediate", ROOT)
LEAF = leaf("nvr", INTERMEDIATE)
SECOND = leaf("second", INTERMEDIATE)
OTHER = authority("Other")


def held(one: Issued | bytes) -> CertificateWithDer:
    """Return a certificate with its DER."""
    der = one if isinstance(one, bytes) else one.der
    return parse_certificate(der), der


def split(*members: Issued | bytes) -> list[list[str]]:
    """Return the chains as subjects."""
    return [[one.subject_cn for one, _ in chain] for chain in split_chains([held(one) for one in members])]


def test_a_chain_has_one_head() -> None:
    """The leaf is the head, its issuers follow."""
    assert split(LEAF, INTERMEDIATE, ROOT) == [["nvr", "Intermediate", "Root"]]


def test_order_does_not_matter() -> None:
    """A file that begins with the root has the same head."""
    assert split(ROOT, INTERMEDIATE, LEAF) == [["nvr", "Intermediate", "Root"]]


def test_two_leaves_share_their_issuers() -> None:
    """Each leaf heads a chain of its own."""
    assert split(LEAF, SECOND, INTERMEDIATE) == [["nvr", "Intermediate"], ["second", "Intermediate"]]


def test_strangers_are_heads() -> None:
    """A bundle of roots is a list of heads, without the others as their issuers."""
    assert split(ROOT, OTHER) == [["Root"], ["Other"]]


def test_a_certificate_that_is_there_twice_counts_once() -> None:
    """Repetition makes no further head."""
    assert split(LEAF, LEAF) == [["nvr"]]


def test_an_empty_file_has_no_head() -> None:
    """No certificates, no chains."""
    assert split() == []


def test_the_signature_decides_among_namesakes() -> None:
    """An unrelated CA with the issuer's name is a head of its own."""
    assert split(LEAF, INTERMEDIATE, authority("Intermediate", ROOT)) == [
        ["nvr", "Intermediate"],
        ["Intermediate"],
    ]


def test_cas_that_signed_each_other_are_not_lost() -> None:
    """Where everyone issued someone the first of the file is taken."""
    one, two = new_key(), new_key()
    first, second = authority("A", key=one), authority("B", key=two)
    crossed = authority("A", second, key=one), authority("B", first, key=two)
    assert split(*crossed) == [["A", "B"]]


def test_what_cannot_be_checked_goes_by_its_name() -> None:
    """A certificate of an odd form still follows its issuer by name."""
    odd = raw(
        version=bytes.fromhex("a003020104"),
        issuer=ROOT.certificate.subject.public_bytes(),
        signer=ROOT.key,
    )
    assert split(odd, ROOT) == [["raw", "Root"]]
