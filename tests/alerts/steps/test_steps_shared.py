"""Alerts of several targets, and of what cannot be judged, are notified once."""

from dataclasses import replace

import pytest

from monitor.model import AlertKey, Check, Finding, Policy, Scope, Severity, Snapshot, TargetState, text
from support.factories.alerts.recorders import (
    CA,
    LEAF,
    SHORT_CA,
    TARGET_INFO,
    TITLE,
    WHERE,
    notification_items,
    recorder,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    certificate,
    decide,
    finding,
    mail_about,
    mails,
    news,
    picture,
    seen,
    steps,
    text_of,
)


class TestAuthority:
    """A CA fails with all that depends on it."""

    def falling(self, number: int, *checks: Check) -> TargetState:
        """Return a recorder below the short CA."""
        where, shown = f"rec{number}:7563", certificate(number, 300, name=f"rec{number}")
        on = recorder(where, info=replace(TARGET_INFO, title=f"Recorder {number}"))
        findings = [
            Finding(Check.CA_EXPIRY, Severity.WARNING, text("its CA ends"), SHORT_CA.sha256, where)
            if check is Check.CA_EXPIRY
            else Finding(
                check,
                Severity.WARNING,
                text(f"{number} outlives it"),
                shown.sha256,
                where,
                shared_alert=AlertKey(Check.OUTLIVES_CA, Scope.CERTIFICATE, SHORT_CA.sha256),
            )
            for check in checks
        ]
        return seen(where, shown, *findings, on=on, above=(SHORT_CA,))

    def test_leaves_that_outlive_it_are_one_entry(self) -> None:
        """Named by the CA, with every server that depends on it, and its renewal first."""
        states = [self.falling(number, Check.OUTLIVES_CA) for number in range(1, 6)]
        (item,) = notification_items(*states)
        body = text_of(mail_about(*states))
        assert (item.title, item.certificate, len(item.locations)) == ("VMS CA", SHORT_CA, 5)
        assert "VMS CA: certificate outlives its CA, the CA expires in 170 days (warning)" in body
        assert body.upper().count("STEPS") == body.count("STEPS: RENEW THE CA FIRST") == 1
        lines = [line.strip() for line in body.splitlines()]
        begin = lines.index("Depends on it:") + 1
        assert lines[begin : begin + 5] == [f"Recorder {n}: rec{n}:7563" for n in range(1, 6)]

    def test_hundreds_of_leaves_are_counted(self) -> None:
        """The mail stays readable."""
        body = text_of(mail_about(*(self.falling(n, Check.OUTLIVES_CA) for n in range(1, 101))))
        assert ("20 outlives it" in body, "21 outlives it" in body, "And 80 more like these" in body) == (
            True,
            False,
            True,
        )

    def test_its_end_and_its_leaves_are_one_entry(self) -> None:
        """The CA's own expiry and certificates that outlive it are one item."""
        states = [self.falling(n, Check.CA_EXPIRY, Check.OUTLIVES_CA) for n in (1, 2)]
        (item,) = notification_items(*states)
        assert (item.title, item.checks) == ("VMS CA", (Check.CA_EXPIRY, Check.OUTLIVES_CA))
        assert [advice.ca_first for advice in item.renewal_steps] == [True]

    def test_another_leaf_below_it_is_not_reported_again(self) -> None:
        """Once the CA was reported, the next certificate below it is not."""
        first, second = (self.falling(n, Check.OUTLIVES_CA) for n in (1, 2))
        decisions = list(steps((picture(first), NOW), (picture(first, second), NOW)))
        assert [len(decision.items) for decision in decisions] == [1, 0]
        assert [
            location for record in decisions[1].decision.alert_changes for location in record.locations
        ] == [
            "rec1:7563",
            "rec2:7563",
        ]

    def test_resolved_when_no_leaf_outlives_it(self) -> None:
        """The resolution is reported once, for the CA."""
        before, after = self.falling(1, Check.OUTLIVES_CA), self.falling(1)
        decisions = [news(one) for one in steps((picture(before), NOW), (picture(after), NOW))]
        assert decisions[1] == [("resolved", "", "VMS CA")]


class TestUnfitAuthority:
    """A CA that must not issue for servers is one alert, named by the CA."""

    def below(self, number: int, *, unfit: bool = True) -> TargetState:
        """Return a recorder below a CA whose usage is wrong, or not any more."""
        where, shown = f"rec{number}:7563", certificate(number, 300, name=f"rec{number}")
        key = AlertKey(Check.USAGE, Scope.CERTIFICATE, SHORT_CA.sha256)
        wrong = Finding(Check.USAGE, Severity.CRITICAL, text("for clients only"), SHORT_CA.sha256, where, key)
        return seen(where, shown, *([wrong] if unfit else []), on=recorder(where), above=(SHORT_CA,))

    def test_all_below_it_are_one_entry(self) -> None:
        """With every server that depends on it."""
        (item,) = notification_items(*(self.below(number) for number in range(1, 4)))
        assert (item.title, item.certificate, item.checks, len(item.locations)) == (
            "VMS CA",
            SHORT_CA,
            (Check.USAGE,),
            3,
        )

    def test_it_is_resolved_in_its_name(self) -> None:
        """Once, when no server depends on it any more."""
        before, after = self.below(1), self.below(1, unfit=False)
        decisions = [news(one) for one in steps((picture(before), NOW), (picture(after), NOW))]
        assert decisions[1] == [("resolved", "", "VMS CA")]


PAIR = AlertKey(Check.RECORDER_PAIR, Scope.MACHINE, "rec1")


def shared(*states: TargetState, alert: AlertKey) -> Snapshot:
    """Return a picture in which these targets share a finding; the first one's certificate is at fault."""
    at_fault = states[0].sightings[0].certificate.sha256
    return picture(
        *states,
        correlated={
            state.target.id: (
                Finding(
                    alert.check,
                    Severity.WARNING,
                    text("they differ"),
                    at_fault if state is states[0] else "",
                    state.target.location,
                    alert,
                ),
            )
            for state in reversed(states)
        },
    )


class TestSharedAlerts:
    """What several targets share is notified once."""

    SERVER = replace(TARGET_INFO, title="Recording Server Recorder 01, server certificate, port 9001")

    @pytest.mark.parametrize(
        ("key", "title"),
        [
            (PAIR, SERVER.title),
            (AlertKey(Check.FAILOVER_OLDER, Scope.MACHINE, "rec1"), SERVER.title),
            (AlertKey(Check.ENCRYPTION, Scope.SITE, "HQ"), "HQ"),
            (AlertKey(Check.INCONSISTENT, Scope.NAME, "nvr:443"), "nvr:443"),
        ],
    )
    def test_reported_once_and_resolved_once(self, key: AlertKey, title: str) -> None:
        """One item and one row; deciding again reports nothing; gone while all answer is resolved."""
        states = (
            seen("rec1:9001", LEAF, on=recorder("rec1:9001", info=self.SERVER), above=(CA,)),
            seen(WHERE, certificate(2), on=recorder(), above=(CA,)),
        )
        picture_now = shared(*states, alert=key)
        decisions = list(steps((picture_now, NOW), (picture_now, NOW), (picture(*states), NOW)))
        assert [news(decision) for decision in decisions] == [
            [("first", "warning", title)],
            [],
            [("resolved", "", title)],
        ]
        assert [change.key for change in decisions[0].changes] == [key]

    def test_only_the_forgotten_one_of_a_pair_gets_steps(self) -> None:
        """The port that was renewed needs none."""
        states = (
            seen("rec1:9001", LEAF, on=recorder("rec1:9001", info=self.SERVER), above=(CA,)),
            seen(WHERE, certificate(2), on=recorder(), above=(CA,)),
        )
        snapshot = shared(*states, alert=PAIR)
        (item,) = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY).items
        assert (item.certificate, len(item.locations)) == (LEAF, 2)
        assert [advice.target_title for advice in item.renewal_steps] == [self.SERVER.title]
        (mail,) = mails(decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY))
        assert f"Steps for {self.SERVER.title}:" in text_of(mail)

    def test_a_question_no_longer_asked_is_quiet(self) -> None:
        """Turning the check off causes no mail."""
        state = seen("rec1:9001", LEAF, on=recorder("rec1:9001"))
        off = Policy(checks=((Check.RECORDER_PAIR, None),))
        quiet = replace(state, target=replace(state.target, policy=off))
        snapshots = shared(state, alert=PAIR), picture(quiet)
        decisions = list(steps(*((one, NOW) for one in snapshots)))
        assert [len(decision.items) for decision in decisions] == [1, 0]

    @pytest.mark.parametrize("check", [Check.ENCRYPTION, Check.KEY_TYPE, Check.PUBLIC_NAME])
    def test_findings_of_one_target_are_reported_by_target(self, check: Check) -> None:
        """Each target has its own row, is reported once, and is resolved on its own."""
        bad = seen(WHERE, LEAF, finding(check, LEAF, WHERE), on=recorder())
        good = seen(WHERE, LEAF, on=recorder())
        decisions = list(steps((picture(bad), NOW), (picture(bad), NOW), (picture(good), NOW)))
        assert [news(decision) for decision in decisions] == [
            [("first", "critical", TITLE)],
            [],
            [("resolved", "", TITLE)],
        ]
        assert [change.key for change in decisions[0].changes] == [
            AlertKey(check, Scope.TARGET, f"endpoint:{WHERE}", LEAF.sha256)
        ]
