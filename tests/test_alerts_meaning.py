"""Mails say what a certificate is to its people, what stops, and what to do, filled from the certificate."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alerts_world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    STARTED,
    apply,
    blind,
    certificate,
    ending,
    failing,
    finding,
    mail_about,
    mails,
    news,
    parsed,
    picture,
    seen,
    steps,
    target,
    text_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Entry, Situation, decide
from monitor.alerts.advice import filled
from monitor.alerts.wording import TROUBLE
from monitor.model import (
    Certificate,
    Check,
    Finding,
    Meaning,
    Part,
    Policy,
    Severity,
    Snapshot,
    Target,
    TargetState,
)

WHERE = "rec1:7563"
TITLE = "Recording Server Recorder 01, streaming media certificate, port 7563"
STEPS = (
    "Ask {issuer}, which ends on {ca_ends}, for {names}.",
    "Run configurator /thumbprint={thumbprint} {unknown} {} {0!r}",
    "The certificate currently served is {thumbprint}.",
)
MEANING = Meaning(
    title=TITLE,
    component="recording_server",
    what_stops="Live and playback stop.",
    steps=STEPS,
    ca_first=("Renew {issuer} first: it ends on {ca_ends}.",),
    link="https://vms.example/guide",
)
LABELS = (
    ("certificate_group", "streaming_media"),
    ("component", "recording_server"),
    ("secret", "x"),
    ("site", "HQ"),
)
CA = certificate(900, 3000, age=100, name="VMS CA", ca=True)
SHORT_CA = certificate(901, 170, age=195, name="VMS CA", ca=True)
LEAF = replace(certificate(1, 20, age=345, name="rec1"), ip_addresses=("10.0.0.5",))


def recorder(
    where: str = WHERE, *, meaning: Meaning = MEANING, part: Part | None = None, name: str = ""
) -> Target:
    """Return a recorder's port with its meaning and labels."""
    plain = target(where, meaning=meaning)
    return replace(plain, labels=LABELS, part=part or Part(), server_name=name)


def ending_under(ca: Certificate, *, on: Target | None = None, shown: Certificate = LEAF) -> TargetState:
    """Return a recorder whose certificate ends soon, below a CA."""
    on = on or recorder()
    return ending(on.where, shown, on=on, above=(ca,))


def told(*states: TargetState, correlated: dict[str, tuple[Finding, ...]] | None = None) -> tuple[Entry, ...]:
    """Return the entries about a picture, nothing told before."""
    return decide(picture(*states, correlated=correlated), {}, NOW, situation=AFTER_INVENTORY).entries


def steps_of(*states: TargetState) -> list[str]:
    """Return the steps of the one entry about a picture."""
    (entry,) = told(*states)
    return [step for advice in entry.advice for step in advice.steps]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_title_then_effect_then_steps(kind: str) -> None:
    """What it is comes first, then what stops, then what to do, then where and which."""
    body = text_of(mail_about(ending_under(CA)), kind)
    order = [
        f"[WARNING] {TITLE} ends in 20 days",
        "What stops working:",
        "Live and playback stop.",
        "What to do:",
        "Ask VMS CA, which ends on 2035-02-09, for rec1, 10.0.0.5.",
        "https://vms.example/guide",
        "Where:",
        "Thumbprint (SHA-1)",
    ]
    places = [body.find(text) for text in order]
    assert places == sorted(places)
    assert -1 not in places


def test_old_thumbprint_is_never_near_a_command() -> None:
    """Only a line about what is currently served gets it."""
    assert steps_of(ending_under(CA))[1:] == [
        "Run configurator /thumbprint=<thumbprint of the new certificate> {unknown} {} {0!r}",
        f"The certificate currently served is {LEAF.sha1}.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Instead of the currently served one use /thumbprint={thumbprint}",
        "Currently served: Set-XProtectCertificate -Thumbprint {thumbprint}",
        "Choose {thumbprint}.",
    ],
)
def test_a_command_wins_over_what_is_served(text: str) -> None:
    """A step with a command, or one that says nothing, never holds the thumbprint of the old certificate."""
    (step,) = steps_of(ending_under(CA, on=recorder(meaning=replace(MEANING, steps=(text,)))))
    assert (LEAF.sha1 in step, "<thumbprint of the new certificate>" in step) == (False, True)


@pytest.mark.parametrize(
    ("ca", "shown", "first"),
    [
        (CA, LEAF, False),
        (SHORT_CA, LEAF, True),
        (SHORT_CA, replace(LEAF, not_before=NOW - 70 * DAYS), False),
        (replace(CA, not_after=NOW + LEAF.lifetime), LEAF, False),
        (replace(CA, not_after=NOW + LEAF.lifetime - timedelta(seconds=1)), LEAF, True),
        (replace(CA, not_after=NOW - DAYS), LEAF, True),
    ],
    ids=["long CA", "short CA", "shorter leaf", "just enough", "just too short", "ended"],
)
def test_ca_first_when_it_ends_within_the_new_life(
    ca: Certificate, shown: Certificate, *, first: bool
) -> None:
    """A certificate made now, as long as this one, must end before its CA, else no leaf step is printed."""
    expected = [f"Renew VMS CA first: it ends on {ca.not_after:%Y-%m-%d}."]
    found = steps_of(ending_under(ca, shown=shown))
    assert (found == expected, len(found)) == (first, 1 if first else 3)


def test_without_a_text_for_the_ca_the_steps_stay() -> None:
    """Somebody's own steps are not dropped for a text that they never wrote."""
    own = recorder(meaning=replace(MEANING, ca_first=()))
    assert len(steps_of(ending_under(SHORT_CA, on=own))) == 3


def test_an_unknown_ca_is_said_so() -> None:
    """Where the issuer was not served and is no anchor, its end is not known."""
    assert steps_of(ending(WHERE, LEAF, on=recorder()))[0] == (
        "Ask VMS Certificate Authority, which ends on (not known), for rec1, 10.0.0.5."
    )


def test_steps_once_for_places_of_one_preset() -> None:
    """Steps of one kind that differ only in their host are printed once, and say whose they are."""
    states = []
    for number in range(1, 4):
        where = f"rec{number}:7563"
        meaning = replace(MEANING, title=f"Recorder {number}", steps=(f"On rec{number} renew it.",))
        states.append(ending_under(CA, on=recorder(where, meaning=meaning)))
    body = text_of(mail_about(*states))
    heading = "What to do, here for Recorder 1 (its like in the same way):"
    assert [text in body for text in (heading, "On rec1 renew it.", "On rec2", "Recorder 3: rec3:7563")] == [
        True,
        True,
        False,
        True,
    ]
    assert body.count("What stops working") == 1


def test_kinds_keep_their_own_steps() -> None:
    """One certificate on two kinds of server has the steps of both."""
    other = replace(MEANING, title="Event Server", component="event_server", steps=("Other way.",))
    body = text_of(mail_about(ending_under(CA), ending_under(CA, on=recorder("ev:22331", meaning=other))))
    headings = [
        f"What to do, here for {title} (its like in the same way):" for title in (TITLE, "Event Server")
    ]
    assert [heading in body for heading in headings] == [True, True]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (Check.EXPIRY, (True, True)),
        (Check.CA_EXPIRY, (True, True)),
        (Check.OUTLIVES_CA, (True, True)),
        (Check.RECORDER_PAIR, (True, True)),
        (Check.FAILOVER_OLDER, (True, True)),
        (Check.NAME, (True, True)),
        (Check.NAME_IN_SUBJECT_ONLY, (True, True)),
        (Check.PUBLIC_NAME, (True, True)),
        (Check.KEY_TYPE, (True, True)),
        (Check.NOT_YET_VALID, (True, False)),
        (Check.TRUST, (True, False)),
        (Check.USAGE, (True, False)),
        (Check.WEAK_KEY, (False, False)),
        (Check.WEAK_SIGNATURE, (False, False)),
        (Check.INCONSISTENT, (False, False)),
        (Check.ENCRYPTION, (False, False)),
        (Check.DISCOVERY_STALE, (False, False)),
    ],
)
def test_steps_only_for_what_a_renewal_solves(check: Check, expected: tuple[bool, bool]) -> None:
    """What stops is said where clients refuse, steps where a new certificate helps, the link always."""
    (entry,) = told(seen(WHERE, LEAF, finding(check, LEAF, WHERE), on=recorder(name="rec1"), above=(CA,)))
    (advice,) = entry.advice
    assert (bool(advice.what_stops), bool(advice.steps)) == expected
    assert advice.link == MEANING.link


def test_names_to_ask_for_hold_those_that_were_missing() -> None:
    """The new certificate is asked for with the names that clients are given, and the wanted name."""
    on = recorder(part=Part(public_names=("rec1", "recorder.vms.example")), name="rec1.vms.example")
    found = finding(Check.NAME, LEAF, WHERE)
    (step, *_) = steps_of(seen(WHERE, LEAF, found, on=on, above=(CA,)))
    assert "for rec1, 10.0.0.5, recorder.vms.example, rec1.vms.example." in step


def test_names_that_could_be_commands_are_left_out() -> None:
    """People paste steps into a shell; a stranger's certificate must not write them."""
    one = replace(LEAF, dns_names=("rec1", "x$(reboot)", 'a" & del *', "*.vms.example", "büro.example"))
    ca = replace(CA, subject_cn='VMS "CA" & `del`')
    assert steps_of(ending_under(ca, shown=one))[0] == (
        "Ask VMS CA  del, which ends on 2035-02-09, for rec1, *.vms.example, büro.example, 10.0.0.5."
    )


def test_many_names_are_counted() -> None:
    """A step stays readable."""
    one = replace(LEAF, dns_names=tuple(f"n{n}" for n in range(100)))
    assert "n24 and 76 more." in steps_of(ending_under(CA, shown=one))[0]


@given(st.text(max_size=80))
def test_unknown_braces_stay(text: str) -> None:
    """Whatever stands in a text, filling it raises nothing, and what is no placeholder stays."""
    values = dict.fromkeys(("names", "thumbprint", "issuer", "ca_ends"), "V")
    expected = text
    for name, value in values.items():
        expected = expected.replace("{" + name + "}", value)
    assert filled(text, values) == expected


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), max_size=4), st.text(max_size=30))
def test_any_meaning_makes_a_sound_mail(texts: list[str], name: str) -> None:
    """Texts of a configuration and names of a stranger never break a mail."""
    meaning = Meaning(name, name, name, (*texts, "{names} {"), tuple(texts), name)
    one = replace(LEAF, dns_names=(name,), issuer_cn=name)
    message = parsed(mail_about(ending_under(SHORT_CA, on=recorder(meaning=meaning), shown=one)))
    parts = [part.get_content_type() for part in message.walk()]
    assert (message.defects, parts) == ([], ["multipart/alternative", "text/plain", "text/html"])


def test_labels_are_shown() -> None:
    """Component, certificate group and site, each value once; other labels are nobody's business."""
    body = text_of(mail_about(ending_under(CA), ending_under(CA, on=recorder("rec2:7563"))))
    lines = [line.strip() for line in body.splitlines()]
    wanted = ["Component: recording_server", "Certificate group: streaming_media", "Site: HQ"]
    assert ([lines.count(line) for line in wanted], "secret" in body) == ([1, 1, 1], False)


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
            (Check.DISCOVERY_STALE, "discovery_stale xprotect:hq", "xprotect:hq"),
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
        assert [advice.whose for advice in entry.advice if advice.steps] == [self.SERVER.title]

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


def test_every_check_has_its_words() -> None:
    """No finding can be told without a phrase for it."""
    assert set(TROUBLE) == set(Check)
