"""Findings across the servers of a site."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.correlate import texts
from monitor.model import AlertKey, Check, Finding, Policy, Scope, TargetState, TargetTraits
from monitor.model.label_names import group_name
from monitor.model.texts import names
from monitor.parse import parse_certificate
from support.factories.assess.correlating import NEW, OLD, REC, WARNING, found, made, port
from support.factories.assess.machines import in_zone
from support.pki import Issued, days
from support.written import written

SAME_DAY = made(-339, 26)
CAPPED = made(-2, 25)
OTHER_NAME = made(-2, 25, "other.vms.example")


class TestRecorderPair:
    """A recorder carries two certificates, and the second is easily forgotten."""

    def test_only_one_was_renewed(self) -> None:
        """Both ports say so in the same words; the older certificate is the one at fault."""
        findings = found(port(7563, NEW), port(9001, OLD))
        new, old = parse_certificate(NEW.der), parse_certificate(OLD.der)
        sentence = texts.recorder_pair(
            host=REC,
            newer=texts.recorder_certificate(
                group=group_name("streaming_media"), port="7563", sha1=new.sha1, not_after=new.not_after
            ),
            older=texts.recorder_certificate(
                group=group_name("server"), port="9001", sha1=old.sha1, not_after=old.not_after
            ),
        )
        shared = AlertKey(Check.RECORDER_PAIR, Scope.MACHINE, REC)
        assert findings == {
            f"{REC}:9001": [
                Finding(
                    Check.RECORDER_PAIR,
                    WARNING,
                    sentence,
                    parse_certificate(OLD.der).sha256,
                    f"{REC}:9001",
                    shared,
                )
            ],
            f"{REC}:7563": [
                Finding(Check.RECORDER_PAIR, WARNING, sentence, location=f"{REC}:7563", shared_alert=shared)
            ],
        }

    @pytest.mark.parametrize(
        ("streaming", "server", "expected"),
        [
            pytest.param(OLD, OLD, False, id="one certificate for both"),
            pytest.param(OLD, SAME_DAY, False, id="made a day apart"),
            pytest.param(OLD, made(-340, 31.9), False, id="less than a week apart"),
            pytest.param(OLD, made(-340, 32.1), True, id="more than a week apart"),
            pytest.param(OLD, NEW, True, id="streaming forgotten"),
            pytest.param(OLD, CAPPED, True, id="both end with their CA, one is new"),
            pytest.param(OLD, OTHER_NAME, False, id="both end with their CA, for other names"),
            pytest.param(made(-5, 1), made(-1, 5), True, id="six days long, one renewed"),
            pytest.param(made(-5, 1), made(-4.6, 1.4), False, id="six days long, made together"),
            pytest.param(made(-40, 7), made(-34, 13), True, id="47 days long, six days apart"),
            pytest.param(made(-40, 7), made(-20, 7), True, id="short, both end with their CA, one is new"),
            pytest.param(made(-40, 7), made(-38, 7), False, id="short, both end with their CA"),
        ],
    )
    def test_what_is_out_of_step(self, streaming: Issued, server: Issued, *, expected: bool) -> None:
        """Ends a week apart, or beginnings a month apart for the same names; less for short lifetimes."""
        assert bool(found(port(7563, streaming), port(9001, server))) is expected

    def test_the_one_that_began_first_is_at_fault_where_both_end_with_their_ca(self) -> None:
        """The later end of a few hours does not make it the newer one."""
        older = made(-340, 25.1)
        findings = found(port(7563, older), port(9001, CAPPED))
        assert [one.sha256 for one in findings[f"{REC}:7563"]] == [parse_certificate(older.der).sha256]

    @pytest.mark.parametrize(
        "states",
        [
            pytest.param([port(7563, NEW), port(9001, OLD, host="rec2.vms.example")], id="two hosts"),
            pytest.param([port(7563, NEW), port(9001, OLD, component="event_server")], id="no recorder"),
            pytest.param([port(7563, NEW), port(9001, OLD, failed=1)], id="one is silent"),
            pytest.param([port(7563, NEW), port(9001, None)], id="one is plain"),
            pytest.param([port(9001, NEW), port(9002, OLD)], id="twice the same group"),
            pytest.param([port(7563, NEW)], id="one port"),
        ],
    )
    def test_what_is_no_pair(self, states: list[TargetState]) -> None:
        """Only both groups of one recorder, as they are served now."""
        assert found(*states) == {}

    def test_a_unresponsive_standby_is_judged_by_what_is_last_known(self) -> None:
        """A failover recorder does not answer most of the time."""
        part = TargetTraits(standby=True)
        states = (
            port(number, shown, component="failover_recorder", part=part, failed=9)
            for number, shown in ((7563, NEW), (9001, OLD))
        )
        assert len(found(*states)) == 2

    def test_a_recorder_of_the_same_name_in_another_zone_is_another(self) -> None:
        """Its ports are no pair with ours, and theirs are named with their zone."""
        ours, theirs = (
            found(port(7563, NEW), in_zone(port(9001, OLD), "dmz")),
            found(in_zone(port(7563, NEW), "dmz"), in_zone(port(9001, OLD), "dmz")),
        )
        shared = {one.shared_alert for several in theirs.values() for one in several}
        assert (ours, shared) == ({}, {AlertKey(Check.RECORDER_PAIR, Scope.MACHINE, f"dmz/{REC}")})

    def test_it_can_be_switched_off(self) -> None:
        """As every check, at each target."""
        policy = Policy(checks=((Check.RECORDER_PAIR, None),))
        assert list(found(port(7563, NEW, policy=policy), port(9001, OLD))) == [f"{REC}:9001"]


class TestFailoverOlder:
    """A failover server that was forgotten shows only at a takeover."""

    def spare(self, shown: Issued | None, *hosts: str, failed: int = 0) -> TargetState:
        """Return the streaming port of a failover recorder."""
        part = TargetTraits(standby=True, stands_in_for=hosts)
        return port(7563, shown, host="spare", component="failover_recorder", part=part, failed=failed)

    def test_it_is_the_last_one(self) -> None:
        """The finding is at the failover server and names those it stands in for."""
        findings = found(self.spare(OLD, REC, failed=50), port(7563, NEW))
        sentence = texts.failover_older_in_group(
            group=group_name("streaming_media"),
            port="7563",
            not_after=days(25),
            others=texts.host_expires(host=REC, not_after=days(363)),
        )
        sha256 = parse_certificate(OLD.der).sha256
        shared = AlertKey(Check.FAILOVER_OLDER, Scope.MACHINE, "spare")
        assert findings == {
            "spare:7563": [
                Finding(Check.FAILOVER_OLDER, WARNING, sentence, sha256, "spare:7563", shared_alert=shared)
            ]
        }

    @pytest.mark.parametrize(
        ("spare", "others", "expected"),
        [
            pytest.param(OLD, [NEW, NEW], True, id="all others were renewed"),
            pytest.param(OLD, [NEW, OLD], False, id="another one waits too"),
            pytest.param(OLD, [SAME_DAY], False, id="made a day apart"),
            pytest.param(NEW, [OLD], False, id="renewed first"),
            pytest.param(None, [NEW], False, id="never seen"),
            pytest.param(OLD, [None], False, id="nothing to compare with"),
            pytest.param(OLD, [None, NEW], True, id="one of them is not known"),
            pytest.param(made(-5, 1), [made(-1, 5)], True, id="six days long, all others were renewed"),
            pytest.param(made(-5, 1), [made(-4.6, 1.4)], False, id="six days long, made together"),
        ],
    )
    def test_what_is_older(
        self, spare: Issued | None, others: list[Issued | None], *, expected: bool
    ) -> None:
        """It ends a week before all that are known, or a tenth of a short lifetime."""
        hosts = [f"rec{number}" for number in range(len(others))]
        states = [port(7563, shown, host=host) for host, shown in zip(hosts, others, strict=True)]
        assert bool(found(self.spare(spare, *hosts), *states)) is expected

    def test_groups_are_not_mixed(self) -> None:
        """A streaming certificate is not compared with a server certificate."""
        assert found(self.spare(OLD, REC), port(9001, NEW)) == {}

    def test_it_stands_in_for_hosts_of_its_own_zone(self) -> None:
        """A host of the same name in another zone is another machine."""
        spare, other = self.spare(OLD, REC), port(7563, NEW)
        (finding,) = found(in_zone(spare, "dmz"), in_zone(other, "dmz"))[f"dmz/{spare.target.id}"]
        assert finding.shared_alert == AlertKey(
            Check.FAILOVER_OLDER, Scope.MACHINE, f"dmz/{spare.target.host}"
        )
        assert found(in_zone(spare, "dmz"), other) == {}

    def test_hosts_are_known_by_their_aliases(self) -> None:
        """A short name, a full one and another case are one host."""
        state = port(7563, NEW)
        state = replace(state, target=replace(state.target, aliases=("REC1.",)))
        assert list(found(self.spare(OLD, "rec1"), state)) == ["spare:7563"]


class TestMixedEncryption:
    """Some recorders encrypted and some not is reported once, mildly."""

    ANY = Policy(encryption="any")

    def recorder(
        self, name: str, *, encrypted: bool | None, policy: Policy = ANY, site: str = "HQ"
    ) -> TargetState:
        """Return the streaming port of a recorder."""
        return port(7563, None, host=name, encrypted=encrypted, policy=policy, site=site)

    def test_one_plain_recorder_is_one(self) -> None:
        """The sentence is English with one of each too."""
        (finding,) = found(self.recorder("r1", encrypted=False), self.recorder("r2", encrypted=True))[
            "r1:7563"
        ]
        assert written(finding) == (
            "of the 2 recorders of HQ (streaming media), encryption is on for 1 and off for 1: r1:7563"
        )

    def test_the_plain_ones_share_a_warning(self) -> None:
        """One sentence and one alert for the site."""
        states = [self.recorder(f"r{n}", encrypted=n > 2) for n in range(1, 6)]
        sentence = texts.mixed_encryption_in_group(
            total=5,
            site="HQ",
            group=group_name("streaming_media"),
            encrypted=3,
            plain=2,
            locations=names(["r1:7563", "r2:7563"]),
        )
        assert found(*states) == {
            f"r{n}:7563": [
                Finding(
                    Check.ENCRYPTION,
                    WARNING,
                    sentence,
                    location=f"r{n}:7563",
                    shared_alert=AlertKey(Check.ENCRYPTION, Scope.SITE, "HQ"),
                )
            ]
            for n in (1, 2)
        }

    @pytest.mark.parametrize(
        "change",
        [
            {"encrypted": True},
            {"encrypted": None},
            {"encrypted": False, "site": "Branch"},
            {"encrypted": False, "site": ""},
            {"encrypted": False, "policy": Policy(encryption="off")},
            {"encrypted": False, "policy": Policy(encryption="required")},
        ],
    )
    def test_what_is_not_mixed(self, change: dict[str, object]) -> None:
        """Only recorders of one site, where either is allowed and something is known."""
        other = self.recorder("r2", **change)  # type: ignore[arg-type]
        assert found(self.recorder("r1", encrypted=True), other) == {}

    def test_the_two_ports_of_a_recorder_may_differ(self) -> None:
        """Server and streaming encryption are switched on apart from each other."""
        server = port(9001, None, host="r1", encrypted=False, policy=self.ANY)
        assert found(self.recorder("r1", encrypted=True), server) == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([7563, 9001]),
            st.sampled_from(["r1", "r2", "spare", ""]),
            st.sampled_from([None, OLD, NEW, CAPPED, OTHER_NAME]),
            st.sampled_from(["recording_server", "failover_recorder", ""]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_every_finding_across_targets_is_shared_and_placed(
    rows: list[tuple[int, str, Issued | None, str, bool, bool]],
) -> None:
    """Whatever a site looks like: each finding has an alert of its check, and a location."""
    states = [
        port(
            number,
            shown,
            host=host,
            component=component,
            policy=Policy(encryption="any"),
            encrypted=encrypted,
            part=TargetTraits(standby=standby, stands_in_for=("r1",) if standby else ()),
        )
        for number, host, shown, component, standby, encrypted in rows
    ]
    findings = [one for several in found(*states).values() for one in several]
    assert all(one.shared_alert and one.shared_alert.check is one.check and one.location for one in findings)
