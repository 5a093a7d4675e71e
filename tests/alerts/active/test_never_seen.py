"""A standby server that was never reached is an alert of its own."""

from dataclasses import replace

import pytest

from monitor.model import Check, Finding, Severity, TargetInfo, TargetState, TargetTraits, text
from support.factories.alerts.recorders import LEAF, recorder
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    STARTED,
    MonitorState,
    apply,
    certificate,
    decide,
    failing,
    mail_about,
    mails,
    news,
    parsed,
    picture,
    seen,
    steps,
    text_of,
    unreachable,
)
from support.factories.assess.machines import in_zone


class TestNeverSeen:
    """A standby server cannot be judged from the network, which is reported."""

    SPARE = TargetState(
        recorder("spare:7563", traits=TargetTraits(standby=True)),
        watched_since=STARTED,
        probed_at=NOW,
        unreachable=Finding(Check.NEVER_SEEN, Severity.WARNING, text("scan its store or test a failover")),
    )

    def silent(self, where: str = "spare:7563") -> TargetState:
        """Return a standby that never answered."""
        on = replace(self.SPARE.target, id=f"endpoint:{where}", location=where, info=TargetInfo())
        return failing(replace(self.SPARE, target=on), probes=50)

    def test_hosts_of_one_name_in_two_zones_are_two(self) -> None:
        """Each is an item of its own, and the ports of one host still are one."""
        several = [self.silent(), self.silent("spare:9001")]
        shown = picture(*several, *(in_zone(one, "dmz") for one in several))
        assert len(decide(shown, {}, NOW, monitor_state=AFTER_INVENTORY).items) == 2

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_a_section_of_its_own(self, kind: str) -> None:
        """Neither unreachable nor needing action, and listed by host with all its ports."""
        mail = mail_about(
            self.silent(),
            self.silent("spare:9001"),
            seen("a:443", certificate(5)),
            monitor_state=MonitorState(NOW),
        )
        body = text_of(mail, kind)
        assert mail.subject == "Certificates: 3 watched, 0 need action, 0 unreachable"
        heading = "On standby, not checked yet"
        assert (heading if kind == "html" else heading.upper()) in body
        assert "spare (spare:7563, spare:9001)" in body
        assert body.count("answers only after a takeover; check its certificate store") == 1
        assert ("Unreachable" in body, "UNREACHABLE" in body, "Needs action" in body) == (False,) * 3

    def test_a_broken_template_reports_it_too(self) -> None:
        """The plain form of the inventory has the section's lines."""
        from jinja2 import DictLoader  # noqa: PLC0415 - only this test breaks a template

        decision = decide(picture(self.silent()), {}, NOW, monitor_state=MonitorState(NOW))
        (mail,) = mails(decision, templates=DictLoader({}))
        assert "spare:7563: answers only after a takeover" in parsed(mail).get_content()

    def test_what_the_inventory_said_is_not_reported_again(self) -> None:
        """The notice after it is empty."""
        snapshot = picture(self.silent())
        first = decide(snapshot, {}, NOW, monitor_state=MonitorState(NOW))
        again = decide(snapshot, apply({}, first), NOW, monitor_state=AFTER_INVENTORY)
        assert (first.inventory is not None, again.nothing_to_send) == (True, True)

    def test_a_new_one_is_reported_once_by_host(self) -> None:
        """Both ports of a spare recorder are one item."""
        snapshot = picture(self.silent(), self.silent("spare:9001"))
        decisions = list(steps((snapshot, NOW), (snapshot, NOW)))
        assert [news(decision) for decision in decisions] == [[("first", "warning", "spare:7563")], []]

    def test_it_does_not_count_as_a_fallen_network(self) -> None:
        """Ten standby servers that were never reached are not a network failure."""
        snapshot = picture(*(self.silent(f"spare{n}:7563") for n in range(10)))
        items = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY).items
        assert {item.checks for item in items} == {(Check.NEVER_SEEN,)}

    @pytest.mark.parametrize("probes", [0, 1])
    def test_seen_once_is_resolved(self, probes: int) -> None:
        """Also when it has stopped answering again before the next decision."""
        answered = replace(seen("spare:7563", LEAF, on=self.silent().target), failed_probes=probes)
        decisions = list(steps((picture(self.silent()), NOW), (picture(answered), NOW)))
        assert news(decisions[1]) == [("resolved", "", "spare:7563")]

    def test_who_becomes_a_spare_is_not_called_unresponsive_any_more(self) -> None:
        """Its record is removed without a notification."""
        before = unreachable(seen("spare:7563", LEAF))
        after = failing(seen("spare:7563", LEAF, on=self.silent().target))
        decisions = list(steps((picture(before), NOW), (picture(after), NOW)))
        assert [len(decision.items) for decision in decisions] == [1, 0]
        assert [change.record for change in decisions[1].changes] == [None]

    def test_a_spare_that_was_seen_is_not_unreachable(self) -> None:
        """No answer is then normal."""
        answered = failing(seen("spare:7563", LEAF, on=self.silent().target))
        assert mail_about(answered, monitor_state=MonitorState(NOW)).subject.endswith("0 unreachable")
