"""Certificates in files and stores are judged by their dates, unless they have a successor."""

from datetime import datetime

import pytest

from monitor.assess import PathFinder, judge, split_chains
from monitor.model import Assessment, Check, Path, Policy, Sighting, Superseded, Target
from support.factories.assess.judging import (
    COLLECTION,
    CRITICAL,
    FILES,
    LEAF,
    ROOT,
    WARNING,
    held,
    sentences,
    trusting,
    verdicts,
    with_policy,
)
from support.pki import CLIENT_AUTH, NOW, Issued, authority, days, leaf


def kept(
    *files: tuple[Issued, ...],
    trusted: tuple[Issued, ...] = (),
    target: Target = FILES,
    now: datetime = NOW,
) -> Assessment:
    """Judge files, named by their index, that hold certificates."""
    sightings: list[Sighting] = []
    paths: list[Path] = []
    for index, members in enumerate(files):
        shown = [held(one) for one in members]
        sightings += [Sighting(f"{index}.pem", position, one) for position, (one, _) in enumerate(shown)]
        finder = PathFinder()
        paths += [finder.find(f"{index}.pem", one, trusting(*trusted), now) for one in split_chains(shown)]
    return judge(target, tuple(sightings), tuple(paths), now)


class TestFiles:
    """Several paths, no name, no usage, no trust unless asked for."""

    def test_a_leaf_file_is_judged_by_its_dates(self) -> None:
        """Neither trust nor name nor usage is asked of a file."""
        own = leaf("any", ROOT, end=days(1), usages=[CLIENT_AUTH])
        assert verdicts(kept((own,))) == [(Check.EXPIRY, CRITICAL)]

    def test_trust_can_be_asked_for(self) -> None:
        """A policy that names trust gets it."""
        target = with_policy(FILES, Policy(checks=((Check.TRUST, WARNING),)))
        assert verdicts(kept((LEAF,), target=target)) == [(Check.TRUST, WARNING)]

    def test_an_anchor_file_has_the_thresholds_of_a_ca(self) -> None:
        """A root in a file is due half a year before its end."""
        root = authority("VMS Root", end=days(100))
        found = kept((root,))
        assert (verdicts(found), sentences(found)) == (
            [(Check.CA_EXPIRY, WARNING)],
            ['the CA certificate "VMS Root" expires in 100 days (3 Mar 2027 12:00 UTC)'],
        )

    def test_the_chain_in_a_file_is_judged(self) -> None:
        """The CA beside a leaf in one file is on its path."""
        middle = authority("Middle", ROOT, end=days(100))
        found = kept((leaf("nvr", middle, end=days(90)), middle))
        assert sentences(found) == ['the CA "Middle" expires in 100 days (3 Mar 2027 12:00 UTC)']

    def test_one_finding_for_one_certificate_at_one_location(self) -> None:
        """Two leaves of one file share their CA's finding."""
        middle = authority("Middle", ROOT, end=days(100))
        leaves = [leaf(name, middle, end=days(90)) for name in ("a", "b")]
        assert verdicts(kept((*leaves, middle))) == [(Check.CA_EXPIRY, WARNING)]

    def test_a_finding_for_each_location(self) -> None:
        """The same certificate in two files is said twice, with its locations."""
        own = leaf("a", ROOT, end=days(1))
        assert [one.location for one in kept((own,), (own,)).findings] == ["0.pem", "1.pem"]

    def test_the_earliest_end_counts(self) -> None:
        """The dates of a target are the minima of its paths."""
        first, second = leaf("a", ROOT, end=days(100)), leaf("b", ROOT, end=days(200))
        found = kept((second,), (first,))
        assert (found.not_after, found.warning_due_at) == (days(100), days(70))


class TestSuperseded:
    """In a collection an old certificate may lie beside its successor."""

    OLD = leaf("nvr", ROOT, start=days(-300), end=days(1))
    NEW = leaf("nvr", ROOT, start=days(-10), end=days(300))

    def test_the_old_one_no_longer_alarms(self) -> None:
        """Its findings are gone, its dates do not count, and who replaced it is known."""
        found = kept((self.OLD,), (self.NEW,), target=COLLECTION)
        assert (found.findings, found.not_after, found.superseded) == (
            (),
            days(300),
            (Superseded(self.OLD.sha256, self.NEW.sha256),),
        )

    def test_only_in_a_collection(self) -> None:
        """A named file stays what people use."""
        assert verdicts(kept((self.OLD,), (self.NEW,))) == [(Check.EXPIRY, CRITICAL)]

    def test_not_before_the_new_one_is_valid(self) -> None:
        """A successor from the future helps nobody today; the change is announced."""
        new = leaf("nvr", ROOT, start=days(0.5), end=days(300))
        found = kept((self.OLD,), (new,), target=COLLECTION)
        assert ((Check.EXPIRY, CRITICAL) in verdicts(found), found.superseded, found.next_change_at) == (
            True,
            (),
            days(0.5),
        )

    @pytest.mark.parametrize(
        "other",
        [
            leaf("other", ROOT, end=days(300)),
            leaf("nvr", ROOT, usages=[CLIENT_AUTH], end=days(300)),
            authority("nvr", ROOT, end=days(3000)),
        ],
    )
    def test_another_purpose_is_no_successor(self, other: Issued) -> None:
        """Names, usages and being a CA must agree."""
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (other,), target=COLLECTION))

    def test_without_names_the_subject_counts(self) -> None:
        """A renewed root of the same subject supersedes the old one."""
        old, new = authority("CA", end=days(10)), authority("CA", end=days(3000))
        assert kept((old, new), target=COLLECTION).superseded == (Superseded(old.sha256, new.sha256),)

    def test_an_old_ca_that_is_still_needed_alarms(self) -> None:
        """On the path of a current certificate it is no leaf."""
        old, new = authority("CA", end=days(100)), authority("CA", end=days(3000))
        own = leaf("nvr", old, end=days(90))
        assert (Check.CA_EXPIRY, WARNING) in verdicts(kept((own, old), (new,), target=COLLECTION))

    def test_what_began_earlier_is_no_successor(self) -> None:
        """One that was made long ago for many years did not replace what came after it."""
        long_lived = leaf("nvr", ROOT, start=days(-1000), end=days(3000))
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (long_lived,), target=COLLECTION))

    def test_a_self_signed_one_is_no_successor_of_one_from_a_ca(self) -> None:
        """Windows and products sign certificates with the host's name for themselves, valid for years."""
        own = leaf("nvr", start=days(-10), end=days(3000))
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (own,), target=COLLECTION))

    def test_one_from_a_ca_succeeds_a_self_signed_one(self) -> None:
        """A proper certificate replaces the server's first one."""
        own = leaf("nvr", start=days(-300), end=days(1))
        assert kept((own,), (self.NEW,), target=COLLECTION).superseded == (
            Superseded(own.sha256, self.NEW.sha256),
        )

    def test_a_copy_is_no_successor(self) -> None:
        """The same certificate in two files stands for itself."""
        assert len(kept((self.OLD,), (self.OLD,), target=COLLECTION).findings) == 2
