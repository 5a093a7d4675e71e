"""What several targets share, and what cannot be judged at all, is told once."""

from dataclasses import replace

import pytest
from alerts_recorders import (
    CA,
    LABELS,
    LEAF,
    MEANING,
    SHORT_CA,
    TITLE,
    WHERE,
    recorder,
    told,
)
from alerts_world import (
    AFTER_INVENTORY,
    NOW,
    STARTED,
    apply,
    blind,
    certificate,
    failing,
    finding,
    mail_about,
    mails,
    news,
    parsed,
    picture,
    seen,
    steps,
    text_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import FIRST_PASS_AT_MOST, Situation, decide
from monitor.assess import blindness, correlate
from monitor.model import (
    Certificate,
    Check,
    DiscoveryState,
    Finding,
    Meaning,
    Part,
    Policy,
    Severity,
    Snapshot,
    TargetState,
    Told,
)


class TestAuthority:
    """A CA fails with all that hangs on it."""

    def falling(self, number: int, *checks: Check) -> TargetState:
        """Return a recorder below the short CA."""
        where, shown = f"rec{number}:7563", certificate(number, 300, name=f"rec{number}")
        on = recorder(where, meaning=replace(MEANING, title=f"Recorder {number}"))
        findings = [
            Finding(Check.CA_EXPIRY, Severity.WARNING, "its CA ends", SHORT_CA.sha256, where)
            if check is Check.CA_EXPIRY
            else Finding(
                check,
                Severity.WARNING,
                f"{number} outlives it",
                shown.sha256,
                where,
                matter=f"outlives_ca {SHORT_CA.sha256}",
            )
            for check in checks
        ]
        return seen(where, shown, *findings, on=on, above=(SHORT_CA,))

    def test_leaves_that_outlive_it_are_one_entry(self) -> None:
        """Named by the CA, with every server that falls with it, and its renewal first."""
        states = [self.falling(number, Check.OUTLIVES_CA) for number in range(1, 6)]
        (entry,) = told(*states)
        body = text_of(mail_about(*states))
        assert (entry.title, entry.certificate, len(entry.spots)) == ("VMS CA", SHORT_CA, 5)
        assert "[WARNING] VMS CA: a certificate outlives its CA, ends in 170 days" in body
        assert body.count("What to do") == body.count("What to do, the CA first:") == 1
        lines = [line.strip() for line in body.splitlines()]
        begin = lines.index("Falls with it:") + 1
        assert lines[begin : begin + 5] == [f"Recorder {n}: rec{n}:7563" for n in range(1, 6)]

    def test_hundreds_of_leaves_are_counted(self) -> None:
        """The mail stays readable."""
        body = text_of(mail_about(*(self.falling(n, Check.OUTLIVES_CA) for n in range(1, 101))))
        assert ("20 outlives it" in body, "21 outlives it" in body, "and 80 more like these" in body) == (
            True,
            False,
            True,
        )

    def test_its_end_and_its_leaves_are_one_entry(self) -> None:
        """The CA's own end and what outlives it stand together."""
        states = [self.falling(n, Check.CA_EXPIRY, Check.OUTLIVES_CA) for n in (1, 2)]
        (entry,) = told(*states)
        assert (entry.title, entry.checks) == ("VMS CA", (Check.CA_EXPIRY, Check.OUTLIVES_CA))
        assert [advice.ca_first for advice in entry.advice] == [True]

    def test_another_leaf_below_it_is_not_told_again(self) -> None:
        """Once the CA is known to be too short, the next certificate below it is no news."""
        first, second = (self.falling(n, Check.OUTLIVES_CA) for n in (1, 2))
        decisions = list(steps((picture(first), NOW), (picture(first, second), NOW)))
        assert [len(decision.entries) for decision in decisions] == [1, 0]
        assert [place for change in decisions[1].changes if change.told for place in change.told.places] == [
            "rec1:7563",
            "rec2:7563",
        ]

    def test_solved_when_no_leaf_outlives_it(self) -> None:
        """Good news once, in the name of the CA."""
        before, after = self.falling(1, Check.OUTLIVES_CA), self.falling(1)
        decisions = [news(one) for one in steps((picture(before), NOW), (picture(after), NOW))]
        assert decisions[1] == [("solved", "", "VMS CA")]


def shared(check: Check, *states: TargetState, matter: str) -> Snapshot:
    """Return a picture in which these targets share a finding; the first one's certificate is at fault."""
    at_fault = states[0].sightings[0].certificate.sha256
    return picture(
        *states,
        correlated={
            state.target.id: (
                Finding(
                    check,
                    Severity.WARNING,
                    "they differ",
                    at_fault if state is states[0] else "",
                    state.target.where,
                    matter,
                ),
            )
            for state in reversed(states)
        },
    )


class TestSharedMatters:
    """What several targets share is told once, by its matter."""

    SERVER = replace(MEANING, title="Recording Server Recorder 01, server certificate, port 9001")

    @pytest.mark.parametrize(
        ("check", "matter", "title"),
        [
            (Check.RECORDER_PAIR, "recorder_pair rec1", SERVER.title),
            (Check.FAILOVER_OLDER, "failover_older rec1", SERVER.title),
            (Check.ENCRYPTION, "encryption recorders of HQ", "recorders of HQ"),
            (Check.INCONSISTENT, "inconsistent nvr:443", "nvr:443"),
        ],
    )
    def test_told_once_and_solved_once(self, check: Check, matter: str, title: str) -> None:
        """One entry and one row; deciding again tells nothing; gone while all answer is solved."""
        states = (
            seen("rec1:9001", LEAF, on=recorder("rec1:9001", meaning=self.SERVER), above=(CA,)),
            seen(WHERE, certificate(2), on=recorder(), above=(CA,)),
        )
        picture_now = shared(check, *states, matter=matter)
        decisions = list(steps((picture_now, NOW), (picture_now, NOW), (picture(*states), NOW)))
        assert [news(decision) for decision in decisions] == [
            [("first", "warning", title)],
            [],
            [("solved", "", title)],
        ]
        assert [change.key for change in decisions[0].changes] == [f"{check} {matter}"]

    def test_only_the_forgotten_one_of_a_pair_gets_steps(self) -> None:
        """The port that was renewed needs none."""
        states = (
            seen("rec1:9001", LEAF, on=recorder("rec1:9001", meaning=self.SERVER), above=(CA,)),
            seen(WHERE, certificate(2), on=recorder(), above=(CA,)),
        )
        snapshot = shared(Check.RECORDER_PAIR, *states, matter="recorder_pair rec1")
        (entry,) = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY).entries
        assert (entry.certificate, len(entry.spots)) == (LEAF, 2)
        assert [advice.whose for advice in entry.advice] == [self.SERVER.title]
        (mail,) = mails(decide(snapshot, {}, NOW, situation=AFTER_INVENTORY))
        assert f"What to do for {self.SERVER.title}:" in text_of(mail)

    def test_a_question_no_longer_asked_is_quiet(self) -> None:
        """Who switches the check off needs no mail about it."""
        state = seen("rec1:9001", LEAF, on=recorder("rec1:9001"))
        off = Policy(checks=((Check.RECORDER_PAIR, None),))
        quiet = replace(state, target=replace(state.target, policy=off))
        snapshots = shared(Check.RECORDER_PAIR, state, matter="recorder_pair rec1"), picture(quiet)
        decisions = list(steps(*((one, NOW) for one in snapshots)))
        assert [len(decision.entries) for decision in decisions] == [1, 0]

    @pytest.mark.parametrize("check", [Check.ENCRYPTION, Check.KEY_TYPE, Check.PUBLIC_NAME])
    def test_findings_of_one_target_are_told_by_target(self, check: Check) -> None:
        """Each target has its own row, is told once, and is solved on its own."""
        bad = seen(WHERE, LEAF, finding(check, LEAF, WHERE), on=recorder())
        good = seen(WHERE, LEAF, on=recorder())
        decisions = list(steps((picture(bad), NOW), (picture(bad), NOW), (picture(good), NOW)))
        assert [news(decision) for decision in decisions] == [
            [("first", "critical", TITLE)],
            [],
            [("solved", "", TITLE)],
        ]
        assert [change.key for change in decisions[0].changes] == [f"{check} endpoint:{WHERE} {LEAF.sha256}"]


class TestNeverSeen:
    """What stands by cannot be judged from the network, and that is said."""

    SPARE = TargetState(
        recorder("spare:7563", part=Part(standby=True)),
        watched_since=STARTED,
        looked_at=NOW,
        blind=Finding(Check.NEVER_SEEN, Severity.WARNING, "scan its store or test a failover"),
    )

    def silent(self, where: str = "spare:7563") -> TargetState:
        """Return a standby that never answered."""
        on = replace(self.SPARE.target, id=f"endpoint:{where}", where=where, meaning=Meaning())
        return failing(replace(self.SPARE, target=on), looks=50)

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_a_section_of_its_own(self, kind: str) -> None:
        """Neither unreachable nor something to do, and by host with all its ports."""
        mail = mail_about(
            self.silent(), self.silent("spare:9001"), seen("a:443", certificate(5)), situation=Situation(NOW)
        )
        body = text_of(mail, kind)
        assert mail.subject == "[INVENTORY] 3 watched, 0 need action, 0 unreachable"
        heading = "Cannot be judged from the network"
        assert (heading if kind == "html" else heading.upper()) in body
        assert "spare (spare:7563, spare:9001)" in body
        assert body.count("scan its store or test a failover") == 1
        assert ("Unreachable" in body, "UNREACHABLE" in body, "Needs action" in body) == (False,) * 3

    def test_a_broken_template_tells_it_too(self) -> None:
        """The plain form of the inventory has the section's lines."""
        from jinja2 import DictLoader  # noqa: PLC0415 - only this test breaks a template

        decision = decide(picture(self.silent()), {}, NOW, situation=Situation(NOW))
        (mail,) = mails(decision, templates=DictLoader({}))
        assert "spare:7563 scan its store or test a failover" in parsed(mail).get_content()

    def test_what_the_inventory_said_is_not_told_again(self) -> None:
        """The notice after it is silent."""
        snapshot = picture(self.silent())
        first = decide(snapshot, {}, NOW, situation=Situation(NOW))
        again = decide(snapshot, apply({}, first), NOW, situation=AFTER_INVENTORY)
        assert (first.inventory is not None, again.silent) == (True, True)

    def test_a_new_one_is_told_once_by_host(self) -> None:
        """Both ports of a spare recorder are one entry."""
        snapshot = picture(self.silent(), self.silent("spare:9001"))
        decisions = list(steps((snapshot, NOW), (snapshot, NOW)))
        assert [news(decision) for decision in decisions] == [[("first", "warning", "spare:7563")], []]

    def test_it_does_not_count_as_a_fallen_network(self) -> None:
        """Ten spares that were never seen are not the monitor's own network."""
        snapshot = picture(*(self.silent(f"spare{n}:7563") for n in range(10)))
        entries = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY).entries
        assert {entry.checks for entry in entries} == {(Check.NEVER_SEEN,)}

    @pytest.mark.parametrize("looks", [0, 1])
    def test_seen_once_is_solved(self, looks: int) -> None:
        """Also when it has fallen silent again before anybody decided."""
        answered = replace(seen("spare:7563", LEAF, on=self.silent().target), failed_looks=looks)
        decisions = list(steps((picture(self.silent()), NOW), (picture(answered), NOW)))
        assert news(decisions[1]) == [("solved", "", "spare:7563")]

    def test_who_becomes_a_spare_is_not_called_silent_any_more(self) -> None:
        """Its told silence is forgotten without a word."""
        before = blind(seen("spare:7563", LEAF))
        after = failing(seen("spare:7563", LEAF, on=self.silent().target))
        decisions = list(steps((picture(before), NOW), (picture(after), NOW)))
        assert [len(decision.entries) for decision in decisions] == [1, 0]
        assert [change.told for change in decisions[1].changes] == [None]

    def test_a_spare_that_was_seen_is_not_unreachable(self) -> None:
        """Its silence is as it should be."""
        answered = failing(seen("spare:7563", LEAF, on=self.silent().target))
        assert mail_about(answered, situation=Situation(NOW)).subject.endswith("0 unreachable")


PORTS = [(host, number) for host in ("rec1", "rec2", "spare") for number in (7563, 9001)]
LEAVES = (LEAF, certificate(2, 300), certificate(3, 300), None)
sites = st.lists(
    st.tuples(st.sampled_from(LEAVES), st.booleans(), st.sampled_from([0, 0, 2, 9])),
    min_size=len(PORTS),
    max_size=len(PORTS),
)


def port_of(host: str, number: int, shown: Certificate | None, failed: int) -> TargetState:
    """Return one port of a recorder or of its spare."""
    spare = (
        Part(standby=True, stands_in_for=("rec1", "rec2")) if host == "spare" else Part(plain_possible=True)
    )
    on = recorder(f"{host}:{number}", part=spare)
    group = ("certificate_group", "streaming_media" if number == 7563 else "server")
    on = replace(on, labels=(group, *LABELS[1:]), policy=Policy(encryption="any"))
    state = TargetState(on, watched_since=STARTED, looked_at=NOW, failed_looks=failed)
    if shown is not None:
        state = replace(seen(on.where, shown, on=on, above=(CA,)), failed_looks=failed, encrypted=True)
    elif host != "spare":
        state = replace(state, succeeded_at=NOW, encrypted=False)
    return replace(state, blind=blindness(state, NOW))


def site_of(rows: list[tuple[Certificate | None, bool, int]]) -> Snapshot:
    """Return a picture of a small site, with what shows across it."""
    states = [
        port_of(host, number, shown, failed)
        for (host, number), (shown, there, failed) in zip(PORTS, rows, strict=True)
        if there
    ]
    stale = DiscoveryState("xprotect:hq", target_id="endpoint:rec1:7563", failed=rows[0][2])
    plain = replace(picture(*states), discoveries={stale.id: stale})
    return replace(plain, correlated=correlate(plain, NOW))


@settings(deadline=None)
@given(st.lists(sites, min_size=1, max_size=4), st.booleans())
def test_whatever_happens_to_a_site_is_told_once(
    history: list[list[tuple[Certificate | None, bool, int]]],
    inventory: bool,  # noqa: FBT001 - drawn
) -> None:
    """After every change of a site one decision tells it, and deciding again tells and stores nothing."""
    rows: dict[str, Told] = {}
    # A picture without any target waits for the end of the first pass, whatever lists are missing.
    situation = AFTER_INVENTORY if inventory else Situation(NOW - FIRST_PASS_AT_MOST)
    for snapshot in map(site_of, history):
        rows = apply(rows, decide(snapshot, rows, NOW, situation=situation))
        again = decide(snapshot, rows, NOW, situation=AFTER_INVENTORY)
        assert (again.silent, again.changes) == (True, ())
        situation = AFTER_INVENTORY
