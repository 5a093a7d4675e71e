"""Paths are found as real clients find them, especially while CAs are renewed."""

import itertools
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL._util import lib

from monitor.assess import CertificateWithDer, PathFinder, texts
from monitor.model import Anchor, Anchors, Message, Path
from monitor.parse import find_certificates, parse_certificate
from support.pki import NOW, Issued, authority, days, issue, leaf, name, new_key, raw, rsa_key

KEY = new_key()
OLD = (days(-1000), days(-5))
CURRENT = (days(-100), days(1000))
ROOT = authority("Root")
OTHER_ROOT = authority("Other Root")
INTERMEDIATE = authority("Intermediate", ROOT)
LEAF = leaf("nvr.example", INTERMEDIATE)


def held(one: Issued | bytes) -> CertificateWithDer:
    """Return a certificate in the form the finder takes."""
    der = one if isinstance(one, bytes) else one.der
    return parse_certificate(der), der


def anchors(*trusted: Issued | bytes) -> Anchors:
    """Return a set of anchors."""
    return Anchors.of(Anchor(*held(one), "test") for one in trusted)


def find(served: Sequence[Issued | bytes], trusted: Sequence[Issued | bytes], now: datetime = NOW) -> Path:
    """Return what a fresh finder finds."""
    return PathFinder().find("host:443", [held(one) for one in served], anchors(*trusted), now)


def expected(*path: Issued | bytes) -> tuple[bool, list[str], Message | None]:
    """Return what a trusted path over these certificates looks like."""
    return True, [held(one)[0].sha256 for one in path], None


def shape(path: Path) -> tuple[bool, list[str], Message | None]:
    """Return what matters of a path."""
    return path.trusted, [one.sha256 for one in path.certificates], path.problem


class TestOrdinary:
    """Chains as servers send them on a good day, and nearly so."""

    @pytest.mark.parametrize(
        "served",
        [
            [LEAF, INTERMEDIATE],
            [LEAF, INTERMEDIATE, ROOT],
            [LEAF, ROOT, INTERMEDIATE],
            [LEAF, INTERMEDIATE, INTERMEDIATE, LEAF],
            [LEAF, OTHER_ROOT, INTERMEDIATE],
        ],
    )
    def test_order_repetition_and_strangers_do_not_matter(self, served: list[Issued]) -> None:
        """The path is the same however the server mixes its list."""
        assert shape(find(served, [ROOT])) == expected(LEAF, INTERMEDIATE, ROOT)

    def test_an_anchor_that_was_not_served_is_on_the_path(self) -> None:
        """Servers do not send their root; its dates matter all the same."""
        assert find([LEAF, INTERMEDIATE], [ROOT]).certificates[-1] is held(ROOT)[0]

    def test_an_intermediate_among_the_anchors_completes_a_chain(self) -> None:
        """Windows has intermediates in its stores; a path ends at the first anchor that it reaches."""
        assert shape(find([LEAF], [INTERMEDIATE, ROOT])) == expected(LEAF, INTERMEDIATE)

    def test_a_pinned_intermediate_suffices(self) -> None:
        """An intermediate is an anchor in its own right."""
        assert shape(find([LEAF, INTERMEDIATE], [INTERMEDIATE])) == expected(LEAF, INTERMEDIATE)

    def test_a_pinned_leaf_suffices(self) -> None:
        """A leaf is an anchor in its own right."""
        assert shape(find([LEAF], [LEAF])) == expected(LEAF)

    def test_a_pinned_self_signed_leaf_suffices(self) -> None:
        """An appliance's own certificate can be pinned."""
        own = issue("camera")
        assert shape(find([own], [own])) == expected(own)

    def test_the_location_is_that_of_the_question(self) -> None:
        """One remembered verdict serves many locations."""
        finder, chain = PathFinder(), [held(LEAF), held(INTERMEDIATE)]
        first = finder.find("a:1", chain, anchors(ROOT), NOW)
        second = finder.find("b:2", chain, anchors(ROOT), NOW)
        assert (first.location, second.location, shape(first)) == ("a:1", "b:2", shape(second))


class TestTime:
    """Time never makes a path untrusted, and never the wrong path."""

    @pytest.mark.parametrize("now", [days(-5000), days(-31), days(301), days(5000), days(3651)])
    def test_a_path_is_trusted_at_any_time(self, now: datetime) -> None:
        """Before its beginning, after its end and long after the end of its CA."""
        assert shape(find([LEAF, INTERMEDIATE], [ROOT], now)) == expected(LEAF, INTERMEDIATE, ROOT)

    def test_an_expired_anchor_alone_is_trusted(self) -> None:
        """That the anchor has expired is said by its dates."""
        root = authority("R", start=OLD[0], end=OLD[1])
        own = leaf("nvr", root)
        assert shape(find([own], [root])) == expected(own, root)

    def test_an_end_before_the_beginning_is_survived(self) -> None:
        """A certificate that was never valid is still on a path."""
        own = raw(
            issuer=ROOT.certificate.subject.public_bytes(),
            signer=ROOT.key,
            validity=bytes.fromhex("170d") + b"360101000000Z" + bytes.fromhex("170d") + b"260101000000Z",
        )
        assert shape(find([own], [ROOT])) == expected(own, ROOT)

    def test_holds_between_the_nearest_dates(self) -> None:
        """A verdict holds from the last to the next date of any certificate that took part."""
        path = find([LEAF, INTERMEDIATE], [ROOT])
        assert (path.valid_from, path.valid_until) == (days(-30), days(300))

    def test_same_named_anchors_bound_a_verdict(self) -> None:
        """A new CA that becomes valid tomorrow can change the path tomorrow."""
        soon = authority("Root", start=days(1), key=ROOT.key)
        assert find([LEAF, INTERMEDIATE], [ROOT, soon]).valid_until == days(1)

    def test_a_verdict_is_not_used_past_a_date(self) -> None:
        """The renewed CA takes over at the very instant the old one ends."""
        old = authority("R", key=KEY, start=days(-100), end=days(10))
        new = authority("R", key=KEY, start=days(5), end=days(1000))
        own, finder = leaf("nvr", old), PathFinder()
        found = [
            finder.find("p", [held(own)], anchors(old, new), at).certificates[-1]
            for at in (NOW, days(10) - timedelta(seconds=1), days(10), NOW)
        ]
        assert [found[0], found[2], found[3]] == [held(old)[0], held(new)[0], held(old)[0]]

    def test_a_verdict_is_remembered(self) -> None:
        """Within the dates the same question gives the same object."""
        finder, chain, trusted = PathFinder(), [held(LEAF), held(INTERMEDIATE)], anchors(ROOT)
        assert finder.find("p", chain, trusted, NOW) is finder.find("p", chain, trusted, days(1))

    def test_the_oldest_verdicts_are_forgotten(self) -> None:
        """Memory is bounded: the least recently used verdict goes."""
        finder, trusted = PathFinder(size=1), anchors(ROOT)
        first = finder.find("p", [held(LEAF), held(INTERMEDIATE)], trusted, NOW)
        finder.find("p", [held(INTERMEDIATE)], trusted, NOW)
        again = finder.find("p", [held(LEAF), held(INTERMEDIATE)], trusted, NOW)
        assert (again is first, again == first) == (False, True)

    def test_other_anchors_are_another_question(self) -> None:
        """A verdict is not used for another set of anchors."""
        finder, chain = PathFinder(), [held(LEAF), held(INTERMEDIATE)]
        found = [finder.find("p", chain, trusted, NOW).trusted for trusted in (anchors(ROOT), anchors())]
        assert found == [True, False]


def rollover(
    *, same_key: bool, identifiers: bool, leaf_by: str, ended: bool
) -> tuple[Issued, Issued, Issued]:
    """Return an old and a new CA of one name, and a leaf by one of them."""
    first, second = new_key(), new_key()
    end = days(-5) if ended else days(200)
    old = authority("CA", key=first, start=days(-1000), end=end, identifiers=identifiers)
    new = authority(
        "CA", key=first if same_key else second, start=days(-50), end=days(2000), identifiers=identifiers
    )
    by = old if leaf_by == "old" else new
    return old, new, leaf("nvr.example", by, identifiers=identifiers)


class TestRollover:
    """An old and a new CA share a name, as the vendor's scripts name every CA alike."""

    @pytest.mark.parametrize("identifiers", [True, False])
    @pytest.mark.parametrize("ended", [True, False])
    @pytest.mark.parametrize("leaf_by", ["old", "new"])
    @pytest.mark.parametrize("backwards", [True, False])
    @pytest.mark.parametrize("where", ["anchors", "served", "half"])
    def test_with_a_new_key_the_signature_decides(
        self, *, identifiers: bool, ended: bool, leaf_by: str, backwards: bool, where: str
    ) -> None:
        """The leaf's own CA is on the path in any order, with or without key identifiers, expired or not."""
        old, new, own = rollover(same_key=False, identifiers=identifiers, leaf_by=leaf_by, ended=ended)
        both = [new, old] if backwards else [old, new]
        right = old if leaf_by == "old" else new
        served, trusted = {
            "anchors": ([own], both),
            "served": ([own, *both], both),
            "half": ([own, *both], [right]),
        }[where]
        assert shape(find(served, trusted)) == expected(own, right)

    @pytest.mark.parametrize("leaf_by", ["old", "new"])
    @pytest.mark.parametrize("backwards", [True, False])
    @pytest.mark.parametrize("served", [True, False])
    @pytest.mark.parametrize("now", [NOW, days(305)])
    def test_with_the_same_key_the_valid_one_is_taken(
        self, *, leaf_by: str, backwards: bool, served: bool, now: datetime
    ) -> None:
        """An expired CA never hides its renewed twin, not even when the leaf has expired too."""
        old, new, own = rollover(same_key=True, identifiers=True, leaf_by=leaf_by, ended=True)
        both = [new, old] if backwards else [old, new]
        assert shape(find([own, *both] if served else [own], both, now)) == expected(own, new)

    def test_a_new_ca_not_yet_trusted_is_said(self) -> None:
        """The server was renewed first: the anchors know only the old CA of that name."""
        old, new, own = rollover(same_key=False, identifiers=True, leaf_by="new", ended=False)
        path = find([own, new], [old])
        assert shape(path) == (
            False,
            [own.sha256, new.sha256],
            texts.root_not_trusted_other_key(title="CA"),
        )

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    @pytest.mark.parametrize("identifiers", [True, False])
    def test_three_generations_in_any_order(self, order: tuple[int, ...], *, identifiers: bool) -> None:
        """Among three CAs of one name and different keys the signer is found."""
        cas = [authority("CA", identifiers=identifiers, start=days(-100 * n)) for n in (3, 2, 1)]
        own = leaf("nvr", cas[1], identifiers=identifiers)
        assert shape(find([own], [cas[n] for n in order])) == expected(own, cas[1])

    @pytest.mark.parametrize("backwards", [True, False])
    @pytest.mark.parametrize("now", [NOW, days(500)])
    def test_an_expired_intermediate_beside_a_valid_one(self, *, backwards: bool, now: datetime) -> None:
        """The valid one of two served twins is on the path."""
        expired = authority("I", ROOT, key=KEY, start=OLD[0], end=OLD[1])
        valid = authority("I", ROOT, key=KEY, start=CURRENT[0], end=CURRENT[1])
        own = leaf("nvr", valid)
        twins = [valid, expired] if backwards else [expired, valid]
        assert shape(find([own, *twins], [ROOT], now)) == expected(own, valid, ROOT)

    @pytest.mark.parametrize("backwards", [True, False])
    def test_an_expired_anchor_beside_a_valid_served_twin(self, *, backwards: bool) -> None:
        """An expired anchor does not stand in the way of a cross-signed twin that leads to a valid root."""
        expired = authority("Cross", key=KEY, start=OLD[0], end=OLD[1])
        crossed = authority("Cross", ROOT, key=KEY, start=CURRENT[0], end=CURRENT[1])
        own = leaf("nvr", crossed)
        trusted = [ROOT, expired] if backwards else [expired, ROOT]
        assert shape(find([own, crossed], trusted)) == expected(own, crossed, ROOT)

    @pytest.mark.parametrize("backwards", [True, False])
    @pytest.mark.parametrize("now", [NOW, days(400), days(-40)])
    def test_an_expired_anchor_beside_a_valid_anchor(self, *, backwards: bool, now: datetime) -> None:
        """Of two anchors with one name and key the valid one is taken, whatever the leaf's dates."""
        expired = authority("R", key=KEY, start=OLD[0], end=days(-50))
        valid = authority("R", key=KEY, start=CURRENT[0], end=CURRENT[1])
        own = leaf("nvr", valid)
        trusted = [valid, expired] if backwards else [expired, valid]
        assert shape(find([own], trusted, now)) == expected(own, valid)

    def test_a_served_expired_root_does_not_matter(self) -> None:
        """What a server sends beside the path cannot spoil it."""
        expired = authority("Root", key=ROOT.key, start=OLD[0], end=OLD[1])
        assert shape(find([LEAF, INTERMEDIATE, expired], [ROOT])) == expected(LEAF, INTERMEDIATE, ROOT)

    def test_a_leaf_that_outlives_its_ca_is_trusted_after_it(self) -> None:
        """When only the CA has expired the path stays the same."""
        root = authority("Short", end=days(100))
        own = leaf("nvr", root, end=days(300))
        assert shape(find([own], [root], days(200))) == expected(own, root)

    @given(st.permutations(range(4)), st.booleans(), st.integers(-400, 4000))
    def test_order_never_changes_the_path(self, order: list[int], identifiers: bool, day: int) -> None:  # noqa: FBT001 - hypothesis draws it
        """At any time the path is the same whatever the order of anchors."""
        key = KEYS[0]
        cas = [
            authority("CA", key=key, start=days(-900), end=days(100), identifiers=identifiers),
            authority("CA", key=key, start=days(-90), end=days(900), identifiers=identifiers),
            authority("CA", key=KEYS[1], start=days(-95), end=days(950), identifiers=identifiers),
            authority("CA", key=KEYS[2], start=days(10), end=days(3000), identifiers=identifiers),
        ]
        own = leaf("nvr", cas[1], identifiers=identifiers)
        one = find([own], cas, days(day))
        other = find([own], [cas[n] for n in order], days(day))
        assert (one.trusted, shape(one)) == (True, shape(other))


KEYS = [new_key() for _ in range(3)]


class TestOldShapes:
    """Private CAs made by scripts lack extensions; Windows accepts them."""

    def test_a_root_without_basic_constraints_is_an_anchor(self) -> None:
        """The vendor's older script CAs have no basicConstraints."""
        root = issue("VMS Certificate Authority")
        own = leaf("nvr", root, usages_critical=True, names=["DNS:10.0.0.5", "nvr"])
        assert shape(find([own], [root])) == expected(own, root)

    def test_it_is_an_anchor_above_an_intermediate(self) -> None:
        """The old root may stand higher on the path."""
        root = issue("Old Root")
        middle = authority("Middle", root)
        own = leaf("nvr", middle)
        assert shape(find([own, middle], [root])) == expected(own, middle, root)

    def test_it_is_an_anchor_when_served_too(self) -> None:
        """Serving the old root changes nothing."""
        root = issue("Old Root")
        own = leaf("nvr", root)
        assert shape(find([own, root], [root])) == expected(own, root)

    @pytest.mark.parametrize("now", [days(301), days(-31), days(9000)])
    def test_time_does_not_matter_there_either(self, now: datetime) -> None:
        """An expired old root is trusted; its dates say the rest."""
        root = issue("Old Root", start=days(-20), end=days(200))
        own = leaf("nvr", root)
        assert shape(find([own], [root], now)) == expected(own, root)

    @pytest.mark.parametrize("backwards", [True, False])
    def test_its_renewal_is_found(self, *, backwards: bool) -> None:
        """Two old roots of one name and different keys: the signature decides."""
        first, second = issue("Old Root"), issue("Old Root")
        own = leaf("nvr", first, identifiers=False)
        trusted = [second, first] if backwards else [first, second]
        assert shape(find([own], trusted)) == expected(own, first)

    def test_a_version_1_root_is_an_anchor(self) -> None:
        """Certificates of version 1 have no extensions at all."""
        der = raw(version=b"", key=KEY, subject=name("V1 Root").public_bytes())
        root = Issued(x509.load_der_x509_certificate(der), KEY)
        own = leaf("nvr", root)
        assert shape(find([own], [root])) == expected(own, root)

    def test_a_leaf_of_an_odd_version_has_a_path(self) -> None:
        """A version number of 5 keeps nobody from verifying."""
        own = raw(
            version=bytes.fromhex("a003020104"),
            issuer=ROOT.certificate.subject.public_bytes(),
            signer=ROOT.key,
        )
        assert shape(find([own], [ROOT])) == expected(own, ROOT)

    def test_a_marked_leaf_is_no_ca(self) -> None:
        """What says that it is no CA cannot issue, not even as an anchor."""
        no_ca = issue("not a CA", ca=False)
        path = find([leaf("nvr", no_ca)], [no_ca])
        assert (path.trusted, path.problem) == (
            False,
            texts.path_refused(ca="not a CA", reason="invalid CA certificate", title="not a CA"),
        )

    def test_an_old_style_intermediate_that_was_served_is_no_ca(self) -> None:
        """The leniency is for anchors, which people chose, not for what strangers serve."""
        middle = issue("Middle", ROOT)
        path = find([leaf("nvr", middle), middle], [ROOT])
        assert path.trusted is False

    @pytest.mark.system
    @pytest.mark.skipif(not which("openssl"), reason="needs Debian's openssl")
    @pytest.mark.parametrize("digest", ["sha1", "md5"])
    def test_a_weak_signature_is_not_about_trust(self, tmp_path: FilePath, digest: str) -> None:
        """RSA 1024 and SHA-1 or MD5 are verified; their weakness is a finding of its own."""
        config = tmp_path / "openssl.cnf"
        config.write_text(
            "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=CA:true\n"
        )
        root = _openssl(tmp_path, config, digest, "/CN=Weak Root", "root")
        own = _openssl(tmp_path, config, digest, "/CN=weak", "leaf", "-CA", "root.pem", "-CAkey", "root.key")
        assert shape(find([own], [root], days(0.5, parse_certificate(own).not_before))) == expected(own, root)


def _openssl(folder: FilePath, config: FilePath, digest: str, subject: str, stem: str, *more: str) -> bytes:
    """Make a certificate that the cryptography library refuses to sign, and return its DER."""
    command = ["openssl", "req", "-x509", "-config", config, "-newkey", "rsa:1024", "-nodes", f"-{digest}"]
    files = ["-subj", subject, "-keyout", f"{stem}.key", "-out", f"{stem}.pem", *more]
    subprocess.run([*command, *files], cwd=folder, check=True, capture_output=True)
    return find_certificates((folder / f"{stem}.pem").read_bytes()).ders[0]


class TestProblems:
    """A path that is not trusted goes as far as it can and says why it ends."""

    def test_an_incomplete_chain_names_the_missing_issuer(self) -> None:
        """The server forgot its intermediate."""
        assert shape(find([LEAF], [ROOT])) == (
            False,
            [LEAF.sha256],
            texts.incomplete_chain(issuer="Intermediate", title="nvr.example"),
        )

    def test_an_unknown_ca_is_named(self) -> None:
        """The chain ends below a root that nobody here trusts."""
        assert shape(find([LEAF, INTERMEDIATE], [OTHER_ROOT])) == (
            False,
            [LEAF.sha256, INTERMEDIATE.sha256],
            texts.incomplete_chain(issuer="Root", title="Intermediate"),
        )

    def test_an_unknown_root_that_was_served_is_named(self) -> None:
        """A served root is no trusted root."""
        assert shape(find([LEAF, INTERMEDIATE, ROOT], [OTHER_ROOT])) == (
            False,
            [LEAF.sha256, INTERMEDIATE.sha256, ROOT.sha256],
            texts.root_not_trusted(title="Root"),
        )

    def test_a_self_signed_leaf_is_called_so(self) -> None:
        """The most common case of all."""
        own = issue("camera", names=["camera"])
        assert shape(find([own], [ROOT])) == (
            False,
            [own.sha256],
            texts.self_signed(title="camera"),
        )

    def test_without_anchors_it_says_so(self) -> None:
        """No anchors are no mistake of the server."""
        assert find([LEAF], []).problem == texts.incomplete_chain_no_trusted_ca(
            issuer="Intermediate", title="nvr.example"
        )

    def test_a_forged_leaf_has_a_bad_signature(self) -> None:
        """The name of a trusted CA is not its signature."""
        forged = leaf("nvr", authority("Root"), identifiers=False)
        assert shape(find([forged], [ROOT])) == (
            False,
            [forged.sha256],
            texts.bad_signature(title="nvr", issuer="Root"),
        )

    def test_a_false_root_has_a_bad_signature(self) -> None:
        """A certificate that names itself as issuer must have signed itself."""
        false = raw(signer=new_key())
        assert find([false], [ROOT]).problem == texts.bad_self_signature(title="raw")

    def test_a_signature_of_an_unknown_kind_is_said(self) -> None:
        """What cannot be checked is not called bad."""
        unknown = bytes.fromhex("300606042a030405")
        own = raw(issuer=ROOT.certificate.subject.public_bytes(), signer=ROOT.key, algorithm=unknown)
        assert find([own], [ROOT]).problem == texts.unsupported_signature(title="raw", issuer="Root")

    def test_what_openssl_cannot_read_has_no_path(self) -> None:
        """A leaf that only we can read is untrusted, not an error."""
        own = raw(serial=b"", issuer=ROOT.certificate.subject.public_bytes(), signer=ROOT.key)
        assert find([own], [ROOT]).trusted is False

    def test_a_key_that_is_no_point_on_its_curve_is_survived(self) -> None:
        """OpenSSL refuses it without naming a certificate, and pyOpenSSL hands out a null pointer."""
        public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        own = raw(
            public_key=public[:-1] + bytes([public[-1] ^ 1]),
            issuer=ROOT.certificate.subject.public_bytes(),
            signer=ROOT.key,
        )
        assert shape(find([own], [ROOT])) == (
            False,
            [held(own)[0].sha256, ROOT.sha256],
            texts.path_refused(ca="Root", reason="unspecified certificate verification error", title="raw"),
        )

    def test_cross_signed_cas_do_not_loop(self) -> None:
        """Two CAs that signed each other are followed once."""
        one, two = new_key(), new_key()
        a, b = authority("A", key=one), authority("B", key=two)
        a_by_b, b_by_a = authority("A", b, key=one), authority("B", a, key=two)
        own = leaf("nvr", a)
        path = find([own, a_by_b, b_by_a], [ROOT])
        assert (path.trusted, len(path.certificates)) == (False, 3)

    def test_a_flood_of_namesakes_is_bounded(self) -> None:
        """Hundreds of certificates of one name cost a bounded number of checks."""
        crowd = [authority("CA", identifiers=False) for _ in range(100)]
        own = leaf("nvr", authority("CA"), identifiers=False)
        assert find([own, *crowd], crowd).trusted is False

    def test_the_issuer_may_come_after_any_number_of_strangers(self) -> None:
        """A server that sends every anchor that it has is no reason to call its chain incomplete."""
        strangers = [authority(f"Stranger {number}", key=KEY) for number in range(300)]
        served = [LEAF, *strangers, INTERMEDIATE]
        assert shape(find(served, [ROOT])) == expected(LEAF, INTERMEDIATE, ROOT)

    def test_the_issuer_may_come_after_many_namesakes(self) -> None:
        """A CA that was renewed again and again, each time with another key."""
        crowd = [authority("Intermediate", ROOT, identifiers=False) for _ in range(100)]
        own = leaf("nvr.example", INTERMEDIATE, identifiers=False)
        assert shape(find([own, *crowd, INTERMEDIATE], [ROOT])) == expected(own, INTERMEDIATE, ROOT)

    def test_what_is_found_behind_strangers_is_said_as_ever(self) -> None:
        """A search that tried all that names lead to was not cut short."""
        strangers = [authority(f"Stranger {number}", key=KEY) for number in range(300)]
        assert find([LEAF, *strangers], [ROOT]).problem == texts.incomplete_chain(
            issuer="Intermediate", title="nvr.example"
        )

    @pytest.mark.parametrize("count", [200, 400])
    def test_a_search_that_was_cut_short_says_so(self, count: int) -> None:
        """Either because of the signatures to check, or already because of the names."""
        crowd = [authority("CA", identifiers=False) for _ in range(count)]
        own = leaf("nvr", authority("CA"), identifiers=False)
        assert find([own, *crowd], [ROOT]).problem == texts.search_ended(
            problem=texts.bad_signature(title="nvr", issuer="CA"), sent=count + 1
        )

    def test_a_refused_chain_leaves_openssl_clean(self) -> None:
        """A refusal leaves no error on the thread that another call could take for its own."""
        false, true = (authority("RSA Root", key=rsa_key(number=n), identifiers=False) for n in range(2))
        forged = leaf("nvr", true, identifiers=False)
        # The second time the signature's verdict is remembered, and nothing but OpenSSL's refusal is left.
        found = [find([forged], [false]).trusted for _ in range(2)]
        assert (found, lib.ERR_peek_error()) == ([False, False], 0)


class TestAsServed:
    """OpenSSL tries one of several CAs of a name; a chain that others find a path through may fail there."""

    def test_a_namesake_of_the_issuer_first(self) -> None:
        """Without key identifiers OpenSSL takes the first CA of the name, whose key is another."""
        namesake = authority("Intermediate", ROOT, identifiers=False)
        own = leaf("nvr.example", INTERMEDIATE, identifiers=False)
        path = find([own, namesake, INTERMEDIATE], [ROOT])
        assert (path.trusted, path.openssl) == (True, "certificate signature failure")

    def test_the_issuer_first(self) -> None:
        """In this order OpenSSL finds it too."""
        namesake = authority("Intermediate", ROOT, identifiers=False)
        own = leaf("nvr.example", INTERMEDIATE, identifiers=False)
        assert find([own, INTERMEDIATE, namesake], [ROOT]).openssl == ""

    def test_a_new_root_beside_its_cross_signed_form(self) -> None:
        """OpenSSL ends at the self-signed one, which is not trusted, and tries no other way."""
        itself = authority("New Root", key=KEY)
        crossed = authority("New Root", OTHER_ROOT, key=KEY)
        own = leaf("nvr.example", itself)
        found = [find([own, *two], [OTHER_ROOT]) for two in ((itself, crossed), (crossed, itself))]
        said = "self-signed certificate in certificate chain"
        assert [(path.trusted, path.openssl) for path in found] == [(True, said), (True, "")]

    def test_renewed_cas_are_no_obstacle(self) -> None:
        """OpenSSL prefers what is valid, and what it trusts."""
        old, new = (authority("R", key=KEY, start=one[0], end=one[1]) for one in (OLD, CURRENT))
        own = leaf("nvr", new)
        assert [find([own, *served], [old, new]).openssl for served in ((), (old,), (new,))] == ["", "", ""]

    def test_what_is_expired_is_a_matter_of_dates(self) -> None:
        """OpenSSL refuses it, and the dates say so."""
        namesake = authority("Intermediate", ROOT, identifiers=False)
        own = leaf("nvr.example", INTERMEDIATE, identifiers=False)
        assert find([own, namesake, INTERMEDIATE], [ROOT], days(301)).openssl == ""


class TestAnchors:
    """A set of anchors has an identity that does not depend on order."""

    def test_equal_sets_have_equal_keys(self) -> None:
        """Order and repetition do not change the key."""
        assert anchors(ROOT, OTHER_ROOT, ROOT).key == anchors(OTHER_ROOT, ROOT).key

    def test_different_sets_have_different_keys(self) -> None:
        """Another anchor is another set."""
        assert anchors(ROOT).key != anchors(ROOT, OTHER_ROOT).key

    def test_the_newest_comes_first(self) -> None:
        """Members are sorted by their end."""
        short = authority("Short", end=days(10))
        members = anchors(short, ROOT).members
        assert [member.certificate.subject_cn for member in members] == ["Root", "Short"]
