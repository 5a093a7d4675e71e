"""Odd paths: what is served, missing, forged, out of order or not allowed to issue."""

from collections.abc import Iterator

from cryptography import x509

from support.pki.certificates import TODAY, Issued, authority, issue, key_usage, leaf
from support.pki.keys import new_key
from support.pki.odd.case import HOST, MIDDLE, ROOT, Case, case, server

_STRANGER = authority("Stranger", at=TODAY)


def path_cases() -> Iterator[Case]:
    """Yield them."""
    own = server(MIDDLE)
    yield case("chain: leaf and intermediate", own, MIDDLE)
    yield case("chain: with the root", own, MIDDLE, ROOT)
    yield case("chain: the root before the intermediate", own, ROOT, MIDDLE)
    yield case("chain: everything twice", own, MIDDLE, own, MIDDLE)
    yield case("chain: with a stranger", own, _STRANGER, MIDDLE)
    yield case("chain: without the intermediate", own)
    yield case("chain: leaf alone, the intermediate pinned", own, trusted=[MIDDLE])
    yield case("chain: leaf alone, pinned", own, trusted=[own])
    yield case("chain: an unknown root", own, MIDDLE, ROOT, trusted=[_STRANGER])
    yield case("chain: an unknown root that is not served", own, MIDDLE, trusted=[_STRANGER])
    crowd = [authority(f"Stranger {number}", at=TODAY, key=_STRANGER.key) for number in range(90)]
    yield case("chain: the intermediate behind 90 strangers", own, *crowd, MIDDLE)
    yield case("chain: larger than 100 KiB", own, MIDDLE, *_large())
    yield from _self_signed()
    yield from _forged()
    yield from _constrained()
    yield from _cross_signed()


def _large() -> list[Issued]:
    names = [f"{'y' * 50}{number}.example" for number in range(40)]
    return [issue(f"Large {n}", at=TODAY, key=_STRANGER.key, names=names) for n in range(50)]


def _self_signed() -> Iterator[Case]:
    own = issue(HOST, at=TODAY, names=[HOST])
    yield case("self-signed: unknown", own)
    yield case("self-signed: pinned", own, trusted=[own])
    yield case(
        "self-signed: pinned, marked as a CA",
        *(ca := [issue(HOST, at=TODAY, ca=True, names=[HOST])]),
        trusted=ca,
    )
    marked = issue(HOST, at=TODAY, ca=False, names=[HOST])
    yield case("self-signed: pinned, marked as no CA", marked, trusted=[marked])
    yield case(
        "self-signed: another key of this name pinned", own, trusted=[issue(HOST, at=TODAY, names=[HOST])]
    )


def _forged() -> Iterator[Case]:
    false = authority("Odd Root", at=TODAY)
    yield case("forged: issued by a namesake of the root", leaf(HOST, false, at=TODAY))
    unmarked = leaf(HOST, authority("Odd Root", at=TODAY, identifiers=False), at=TODAY, identifiers=False)
    yield case("forged: the same without key identifiers", unmarked)
    namesake = authority("Odd Intermediate", ROOT, at=TODAY, identifiers=False)
    plain = leaf(HOST, MIDDLE, at=TODAY, identifiers=False)
    yield case("namesake of the intermediate first, no key identifiers", plain, namesake, MIDDLE)
    yield case("namesake of the intermediate alone, no key identifiers", plain, namesake)
    wrong = x509.AuthorityKeyIdentifier(b"wrong" * 4, None, None)
    own = issue(HOST, ROOT, at=TODAY, names=[HOST], extensions=[(wrong, False)])
    yield case("wrong authority key identifier", own)


def _constrained() -> Iterator[Case]:
    basic = {
        "without basicConstraints": [],
        "marked as no CA": [(x509.BasicConstraints(ca=False, path_length=None), True)],
        "without basicConstraints, key usage keyCertSign": [key_usage("key_cert_sign")],
    }
    for what, extensions in basic.items():
        middle = issue("Unmarked", ROOT, at=TODAY, extensions=extensions)
        yield case(f"intermediate {what}", leaf(HOST, middle, at=TODAY), middle)
        root = issue("Unmarked Root", at=TODAY, extensions=extensions)
        yield case(f"root {what}", leaf(HOST, root, at=TODAY), trusted=[root])
    issuer = server()
    yield case("issued by a server's certificate", leaf(HOST, issuer, at=TODAY), issuer)
    for length, fits in ((0, "reached"), (1, "kept")):
        limit = [(x509.BasicConstraints(ca=True, path_length=length), True)]
        top = issue("Limited", ROOT, at=TODAY, extensions=limit)
        below = authority("Below", top, at=TODAY)
        yield case(f"path length of {length} {fits}", leaf(HOST, below, at=TODAY), below, top)
    yield from _names()


def _names() -> Iterator[Case]:
    inside, outside = x509.DNSName("example"), x509.DNSName("example.org")
    for what, permitted, excluded in (
        ("permits the name", [inside], None),
        ("permits another name", [outside], None),
        ("excludes the name", None, [inside]),
        ("excludes another name", None, [outside]),
    ):
        limits = (x509.NameConstraints(permitted, excluded), True)
        middle = issue("Limited by name", ROOT, at=TODAY, ca=True, extensions=[limits])
        yield case(f"name constraint of the intermediate {what}", leaf(HOST, middle, at=TODAY), middle)
    middle = issue(
        "Limited by name", ROOT, at=TODAY, ca=True, extensions=[(x509.NameConstraints([outside], None), True)]
    )
    yield case(
        "name constraint permits another name, the name in the subject", issue(HOST, middle, at=TODAY), middle
    )
    policies = (x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None), True)
    middle = issue("With a policy", ROOT, at=TODAY, ca=True, extensions=[policies])
    yield case("policy required and none given", leaf(HOST, middle, at=TODAY), middle)


def _cross_signed() -> Iterator[Case]:
    key = new_key()
    other = authority("Other Root", at=TODAY)
    itself, crossed = authority("Crossed", at=TODAY, key=key), authority("Crossed", other, at=TODAY, key=key)
    own = leaf(HOST, itself, at=TODAY)
    yield case("cross-signed: the old root trusted", own, crossed, trusted=[other])
    yield case("cross-signed: the new root trusted", own, crossed, trusted=[itself])
    yield case("cross-signed: the old root trusted, both served", own, itself, crossed, trusted=[other])
    above: Issued | None = ROOT
    ladder: list[Issued] = []
    for number in range(10):
        above = authority(f"Rung {number}", above, at=TODAY)
        ladder.insert(0, above)
    yield case("ten intermediates", leaf(HOST, ladder[0], at=TODAY), *ladder)
    yield case("ten intermediates in the wrong order", leaf(HOST, ladder[0], at=TODAY), *reversed(ladder))
