"""Decisions are rendered as mails, which hostile text cannot break."""

from dataclasses import replace

import pytest
from jinja2 import DictLoader

from monitor.delivery.email.layout.render import message_id
from monitor.messages import english
from monitor.model import Check, FormerLeaf, Severity, TargetInfo, TargetState
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    SENDER,
    MonitorState,
    apply,
    certificate,
    decide,
    ending,
    failing,
    finding,
    mail_about,
    mails,
    parsed,
    picture,
    seen,
    target,
    text_of,
    unreachable,
)
from support.written import runbook, unfilled

TARGET_INFO = TargetInfo(
    title="Recorder 1",
    component="Recording Server",
    runbook=runbook(
        impact="Live video and playback stop.",
        steps=("Issue a new certificate.", "Choose it in the Server Configurator."),
        link="https://vms.example/guide",
    ),
)

CALM = picture(seen("a:443", certificate(1)))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            ending("rec:7563", certificate(1, 3.5), Severity.CRITICAL),
            "rec:7563: certificate expires in 3 days (critical)",
        ),
        (ending("rec:7563", certificate(1, 20)), "rec:7563: certificate expires in 20 days (warning)"),
        (
            ending("rec:7563", certificate(1, -2), Severity.CRITICAL),
            "rec:7563: certificate expired 2 days ago",
        ),
        (
            ending("rec:7563", certificate(1, 3), Severity.CRITICAL, on=target("rec:7563", info=TARGET_INFO)),
            "Recorder 1: certificate expires in 3 days (critical)",
        ),
        (
            seen("rec:7563", certificate(1, 90), finding(Check.NAME, certificate(1, 90), "rec:7563")),
            "rec:7563: wrong name (critical)",
        ),
        (unreachable(seen("rec:7563", certificate(1))), "rec:7563: unreachable (warning)"),
    ],
)
def test_subject_names_the_worst_and_the_days(state: TargetState, expected: str) -> None:
    """The subject says how bad, what, and how many days."""
    assert parsed(mail_about(state))["Subject"] == expected


def test_subject_counts_the_rest() -> None:
    """One notice sums up, and its subject says how many alerts of each level there are."""
    states = [ending(f"h{n}:443", certificate(n, 3 + n), Severity.CRITICAL) for n in range(5)]
    states += [ending(f"w{n}:443", certificate(10 + n, 3 + n)) for n in range(2)]
    states += [ending("e:443", certificate(20, -1), Severity.CRITICAL)]
    assert mail_about(*states).subject == "Certificates: 1 expired, 5 critical, 2 warnings"


def test_owner_and_note() -> None:
    """Owner and note are shown with the problem; several owners are listed."""
    whose = [
        target(f"h{n}:443", info=replace(TARGET_INFO, owner=owner, note=note))
        for n, (owner, note) in enumerate([("Video team", "rack 7"), ("IT", ""), ("IT", "")])
    ]
    shown = certificate(1, 3)
    mail = mail_about(*(ending(one.location, shown, Severity.CRITICAL, on=one) for one in whose))
    assert [line.strip() for line in text_of(mail).splitlines() if "Owner" in line or "Note" in line] == [
        "Owner: Video team, IT",
        "Note: rack 7",
    ]


def test_without_owner_and_note() -> None:
    """A target without them has no such lines."""
    mail = mail_about(ending("rec:7563", certificate(1, 3), Severity.CRITICAL))
    assert "Owner" not in text_of(mail)
    assert "Note" not in text_of(mail)


def test_renewed_names_both_thumbprints() -> None:
    """Good news names the old and the new certificate and the new end."""
    old, new = certificate(1, 20, age=300), certificate(2, 364)
    log = apply({}, decide(picture(ending("rec:7563", old)), {}, NOW, monitor_state=AFTER_INVENTORY))
    state = seen("rec:7563", new, former_leaves=(FormerLeaf("rec:7563", old, new, 2),))
    (mail,) = mails(decide(picture(state), log, NOW, monitor_state=AFTER_INVENTORY))
    wanted = [old.sha1, old.sha256, new.sha1, new.sha256, "22 Nov 2027"]
    assert (mail.subject, [text for text in wanted if text not in text_of(mail)]) == (
        "rec:7563: certificate renewed, valid until 22 November 2027",
        [],
    )


def test_inventory_subject() -> None:
    """The inventory names its three counts."""
    states = [seen(f"h{n}:443", certificate(n)) for n in range(38)]
    bad = [ending(f"b{n}:443", certificate(100 + n, 20)) for n in range(3)]
    mail = mail_about(
        *states, *bad, failing(seen("x:443", certificate(200))), monitor_state=MonitorState(NOW)
    )
    assert mail.subject == "Certificates: 42 watched, 3 need action, 1 unreachable"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_certificate_is_described_in_full(kind: str) -> None:
    """Both bodies hold every fact an administrator needs to find the certificate, and what to do."""
    one = replace(certificate(0xABC, 3.5), dns_names=("rec.vms.example", "rec"), ip_addresses=("10.0.0.5",))
    state = ending("10.0.0.5:7563", one, Severity.CRITICAL, on=target("10.0.0.5:7563", info=TARGET_INFO))
    wanted = [
        one.subject,
        "rec.vms.example, rec, 10.0.0.5",
        one.issuer,
        one.serial,
        one.sha1,
        one.sha256,
        "19 Sep 2026 12:00 UTC",
        "27 Nov 2026 00:00 UTC (expires in 3 days)",
        "Recorder 1: the certificate expires on Friday, 27 November 2026.",
        "10.0.0.5:7563",
        *unfilled((TARGET_INFO.runbook.impact, *TARGET_INFO.runbook.steps)),
        TARGET_INFO.runbook.link,
    ]
    body = text_of(mail_about(state), kind)
    assert [text for text in wanted if text not in body] == []


def test_inventory_lists_expiries_and_unreachable_hosts() -> None:
    """The inventory says what expires next and which host does not answer and why."""
    states = seen("a:443", certificate(1, 90)), failing(seen("x:443", certificate(2, 200)))
    body = text_of(mail_about(*states, monitor_state=MonitorState(NOW)))
    wanted = ["a:443 expires in 90 days (21 Feb 2027)", "nobody listens there"]
    assert [text for text in wanted if text not in body] == []


def test_headers() -> None:
    """Nobody's auto-reply answers, and the Message-ID is the one that the outbox remembers."""
    mail = mail_about(ending("a:443", certificate(1, 3)))
    names = ["From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"]
    assert [parsed(mail)[name] for name in names] == [
        SENDER,
        "admins@vms.example, duty@vms.example",
        "Mon, 23 Nov 2026 12:00:00 +0000",
        mail.message_id,
        "auto-generated",
        "All",
        None,
    ]


def test_rendering_is_deterministic() -> None:
    """The same decision gives the same bytes."""
    states = [ending("a:443", certificate(1, 3))]
    assert mail_about(*states) == mail_about(*states)


def test_at_most_200_entries_and_a_count() -> None:
    """A flood is cut after 200 items, and the rest is counted."""
    shown = [replace(certificate(n + 1, 3), issuer=f"CN=CA {n}") for n in range(230)]
    states = [ending(f"h{n}:443", one) for n, one in enumerate(shown)]
    body = text_of(mail_about(*states))
    assert (body.count("Thumbprint"), "30 more are not listed here" in body) == (200, True)


def test_non_ascii_survives_an_old_relay() -> None:
    """Names in any script arrive whole although every byte on the wire is ASCII in short lines."""
    one = replace(certificate(1, 3), subject="CN=Büro-日本語-Kamera")
    mail = mail_about(ending("büro:443", one))
    assert (mail.message.isascii(), max(map(len, mail.message.split(b"\r\n"))) < 998) == (True, True)
    assert "büro:443" in parsed(mail)["Subject"]
    assert "CN=Büro-日本語-Kamera" in text_of(mail)
    assert "CN=Büro-日本語-Kamera" in text_of(mail, "html")


def test_international_domain_is_written_in_ascii() -> None:
    """A domain in letters is written as mail servers know it; such a local part stays off the header."""
    decision = decide(picture(ending("a:443", certificate(1, 3))), {}, NOW, monitor_state=AFTER_INVENTORY)
    (mail,) = mails(decision, recipients=("a@münchen.example", "jürgen@vms.example"))
    assert parsed(mail)["To"] == "a@xn--mnchen-3ya.example"


def test_many_locations_and_names_are_counted() -> None:
    """A certificate at 1,000 locations with 1,000 names lists 200 and 50 and counts the rest."""
    one = replace(certificate(1, 3), dns_names=tuple(f"n{n}" for n in range(1000)))
    body = text_of(mail_about(*(ending(f"h{n}:443", one) for n in range(1000))))
    assert ("and 800 more locations" in body, "and 950 more" in body) == (True, True)


@pytest.mark.parametrize(
    "layouts",
    [
        {"mail.html": "{{ 1/0 }}"},
        {"mail.html": "{{ page.nothing.at.all }}"},
        {"mail.html": "{% if %}"},
        {},
    ],
    ids=["raises", "undefined", "syntax", "missing"],
)
def test_broken_template_goes_out_plain(layouts: dict[str, str]) -> None:
    """A layout that cannot be rendered costs the HTML, not the news."""
    one = certificate(1, 3.5)
    decision = decide(picture(ending("a:443", one)), {}, NOW, monitor_state=AFTER_INVENTORY)
    (mail,) = mails(decision, templates=DictLoader(layouts))
    body = parsed(mail).get_content()
    wanted = ["a:443: the certificate expires on Friday, 27 November 2026.", "in 3 days", one.sha1]
    assert (parsed(mail).get_content_type(), [text for text in wanted if text not in body]) == (
        "text/plain",
        [],
    )


def test_broken_inventory_template_goes_out_plain() -> None:
    """The plain inventory still lists the next expiries and the unreachable hosts."""
    states = seen("a:443", certificate(1, 90)), failing(seen("x:443", certificate(2, 200)))
    decision = decide(picture(*states), {}, NOW, monitor_state=MonitorState(NOW))
    (mail,) = mails(decision, templates=DictLoader({}))
    wanted = ["a:443 expires in 90 days (21 Feb 2027)", "x:443: nobody listens there"]
    assert [text for text in wanted if text not in parsed(mail).get_content()] == []


def test_nothing_to_report_makes_no_mail() -> None:
    """A decision without news makes no mail."""
    assert mails(decide(CALM, {}, NOW, monitor_state=AFTER_INVENTORY)) == ()


def test_late_mail_carries_the_time_of_sending() -> None:
    """Days are counted to the instant of sending, whatever the time of the decision."""
    decision = decide(picture(ending("a:443", certificate(1, 3.5))), {}, NOW, monitor_state=AFTER_INVENTORY)
    (mail,) = mails(decision, writer=english(NOW + 2 * DAYS))
    assert mail.subject == "a:443: certificate expires in 36 hours (warning)"
    assert parsed(mail)["Date"] == "Wed, 25 Nov 2026 12:00:00 +0000"


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        (SENDER, "vms.example"),
        ("Certificates <certs@münchen.example>", "xn--mnchen-3ya.example"),
        ("certs", "cert-monitor.invalid"),
    ],
)
def test_message_id_is_that_of_the_notification(sender: str, domain: str) -> None:
    """A repeat is recognized by it; it ends in the sender's domain."""
    assert message_id("0f8f", sender) == f"<0f8f@{domain}>"
