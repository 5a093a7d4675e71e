"""Mails have the title, the impact and the steps of a certificate, filled with its values."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.steps.brief_texts import CA_FIRST, DO
from monitor.alerts.steps.fill import in_brief
from monitor.alerts.texts import PROBLEM
from monitor.model import (
    Certificate,
    Check,
    TargetInfo,
    TargetState,
    TargetTraits,
)
from monitor.model.message import completed, own
from support.factories.alerts.recorders import (
    CA,
    LEAF,
    SHORT_CA,
    TARGET_INFO,
    TITLE,
    WHERE,
    ending_under,
    notification_items,
    recorder,
    with_runbook,
)
from support.factories.alerts.world import (
    DAYS,
    NOW,
    ending,
    finding,
    mail_about,
    parsed,
    seen,
    text_of,
)
from support.written import own_words, runbook, written


def steps_of(*states: TargetState) -> list[str]:
    """Return the steps of the one item about a picture."""
    (item,) = notification_items(*states)
    return [written(step, NOW) for advice in item.renewal_steps for step in advice.steps]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_title_then_effect_then_steps(kind: str) -> None:
    """The problem comes first, then the impact, the locations, the steps and the certificate."""
    body = text_of(mail_about(ending_under(CA)), kind)
    order = [
        f"{TITLE}, HQ: the certificate expires on Sunday, 13 December 2026.",
        "If nothing is done:",
        "Live and playback stop.",
        "Where:",
        "Steps" if kind == "html" else "STEPS",
        "Ask VMS CA, which ends on 9 Feb 2035, for rec1, 10.0.0.5.",
        "https://vms.example/guide",
        "Thumbprint (SHA-1)",
    ]
    locations = [body.find(text) for text in order]
    assert locations == sorted(locations)
    assert -1 not in locations


def test_several_effects_are_a_list() -> None:
    """The impact on several kinds of server has one heading."""
    other = replace(
        TARGET_INFO,
        title="Event Server",
        component="event_server",
        runbook=replace(TARGET_INFO.runbook, impact=own_words("Alarms stop.")[0]),
    )
    body = text_of(mail_about(ending_under(CA), ending_under(CA, on=recorder("ev:22331", info=other))))
    lines = body.splitlines()
    first = lines.index("If nothing is done:")
    assert lines[first + 1 : first + 3] == ["  - Live and playback stop.", "  - Alarms stop."]


def test_old_thumbprint_is_never_near_a_command() -> None:
    """Only a line with the placeholder for the served certificate gets it."""
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
    (step,) = steps_of(ending_under(CA, on=recorder(info=with_runbook(TARGET_INFO, steps=(text,)))))
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
def test_ca_first_when_it_expires_within_the_new_life(
    ca: Certificate, shown: Certificate, *, first: bool
) -> None:
    """A new certificate of the same lifetime must expire before its CA, else there is no step for it."""
    expected = [f"Renew VMS CA first: it expires on {ca.not_after.day} {ca.not_after:%b %Y}."]
    found = steps_of(ending_under(ca, shown=shown))
    assert (found == expected, len(found)) == (first, 1 if first else 3)


def test_without_a_text_for_the_ca_the_steps_stay() -> None:
    """A user's own steps are kept."""
    own = recorder(info=with_runbook(TARGET_INFO, ca_first=()))
    assert len(steps_of(ending_under(SHORT_CA, on=own))) == 3


def test_an_unknown_ca_is_said_so() -> None:
    """If the issuer was not served and is no trusted CA, its expiry is unknown."""
    assert steps_of(ending(WHERE, LEAF, on=recorder()))[0] == (
        "Ask VMS Certificate Authority, which ends on (not known), for rec1, 10.0.0.5."
    )


def test_steps_once_for_locations_of_one_preset() -> None:
    """Steps of one kind that differ only in their host are printed once, and say whose they are."""
    states = []
    for number in range(1, 4):
        where = f"rec{number}:7563"
        info = replace(
            with_runbook(TARGET_INFO, steps=(f"On rec{number} renew it.",)), title=f"Recorder {number}"
        )
        states.append(ending_under(CA, on=recorder(where, info=info)))
    body = text_of(mail_about(*states))
    heading = "Steps for Recorder 1, and likewise for the others:"
    assert [text in body for text in (heading, "On rec1 renew it.", "On rec2", "Recorder 3: rec3:7563")] == [
        True,
        True,
        False,
        True,
    ]
    assert body.count("If nothing is done:") == 1


def test_kinds_keep_their_own_steps() -> None:
    """One certificate on two kinds of server has the steps of both."""
    other = replace(
        with_runbook(TARGET_INFO, steps=("Other way.",)), title="Event Server", component="event_server"
    )
    body = text_of(mail_about(ending_under(CA), ending_under(CA, on=recorder("ev:22331", info=other))))
    headings = [f"Steps for {title}:" for title in (TITLE, "Event Server")]
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
    """The impact is shown if clients refuse, steps if a new certificate helps, the link always."""
    (item,) = notification_items(
        seen(WHERE, LEAF, finding(check, LEAF, WHERE), on=recorder(name="rec1"), above=(CA,))
    )
    (advice,) = item.renewal_steps
    assert (bool(advice.impact), bool(advice.steps)) == expected
    assert advice.link == TARGET_INFO.runbook.link


def test_names_to_ask_for_hold_those_that_were_missing() -> None:
    """The new certificate is requested with the names that clients use, and the expected name."""
    on = recorder(traits=TargetTraits(public_names=("rec1", "recorder.vms.example")), name="rec1.vms.example")
    found = finding(Check.NAME, LEAF, WHERE)
    (step, *_) = steps_of(seen(WHERE, LEAF, found, on=on, above=(CA,)))
    assert "for rec1, 10.0.0.5, recorder.vms.example, rec1.vms.example." in step


def test_names_that_could_be_commands_are_left_out() -> None:
    """Steps are pasted into a shell; a hostile certificate must not change them."""
    one = replace(LEAF, dns_names=("rec1", "x$(reboot)", 'a" & del *', "*.vms.example", "büro.example"))
    ca = replace(CA, subject_cn='VMS "CA" & `del`')
    assert steps_of(ending_under(ca, shown=one))[0] == (
        "Ask VMS CA  del, which ends on 9 Feb 2035, for rec1, *.vms.example, büro.example, 10.0.0.5."
    )


def test_many_names_are_counted() -> None:
    """A step stays readable."""
    one = replace(LEAF, dns_names=tuple(f"n{n}" for n in range(100)))
    assert "n24 and 76 more." in steps_of(ending_under(CA, shown=one))[0]


@given(st.text(max_size=80))
def test_unknown_braces_stay(text: str) -> None:
    """Filling any text raises nothing, and only placeholders are replaced."""
    values = dict.fromkeys(("names", "thumbprint", "issuer", "ca_expires"), "V")
    expected = text
    for name, value in values.items():
        expected = expected.replace("{" + name + "}", value)
    said = completed(own(text, values), **values)
    assert written(said) == expected


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), max_size=4), st.text(max_size=30))
def test_any_meaning_makes_a_sound_mail(texts: list[str], name: str) -> None:
    """Texts of a configuration and hostile names never break a mail."""
    steps = runbook(name, (*texts, "{names} {"), ca_first=tuple(texts), link=name)
    info = TargetInfo(name, name, runbook=steps)
    one = replace(LEAF, dns_names=(name,), issuer_cn=name)
    message = parsed(mail_about(ending_under(SHORT_CA, on=recorder(info=info), shown=one)))
    parts = [part.get_content_type() for part in message.walk()]
    assert (message.defects, parts) == ([], ["multipart/alternative", "text/plain", "text/html"])


def test_what_to_do_in_one_line() -> None:
    """A preset says it for a renewal; what is wrong otherwise, or has to come first, has words of its own."""
    brief = own_words("renew it, and plan a window.")[0]
    info = replace(TARGET_INFO, runbook=replace(TARGET_INFO.runbook, in_brief=brief))
    on = recorder(info=info)
    renewal, first = (
        notification_items(ending_under(CA, on=on)),
        notification_items(ending_under(SHORT_CA, on=on)),
    )
    wrong = notification_items(seen(WHERE, LEAF, finding(Check.NAME, LEAF, WHERE), on=on, above=(CA,)))
    plain = notification_items(ending_under(CA, on=recorder()))
    said = [in_brief(items[0]) for items in (renewal, first, wrong, plain)]
    assert said == [brief, CA_FIRST, DO[Check.NAME], DO[Check.EXPIRY]]


def test_every_check_says_what_to_do() -> None:
    """No alert is without a line that says it."""
    assert set(DO) == set(Check)


def test_labels_are_shown() -> None:
    """Component, certificate group and site, each value once; other labels are not shown."""
    body = text_of(mail_about(ending_under(CA), ending_under(CA, on=recorder("rec2:7563"))))
    lines = [line.strip() for line in body.splitlines()]
    wanted = ["Component: Recording Server", "Certificate group: streaming media", "Site: HQ"]
    assert ([lines.count(line) for line in wanted], "secret" in body) == ([1, 1, 1], False)


def test_every_check_has_its_words() -> None:
    """No finding can be reported without a phrase for it."""
    assert set(PROBLEM) == set(Check)
