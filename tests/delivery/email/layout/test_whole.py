"""Whole mails in plain text, as an administrator reads them."""

from dataclasses import replace

from monitor.alerts import Decision, NotificationItem, NotifyReason, ReceiverDecision
from monitor.alerts.texts import (
    CLOCK_EARLIER,
    CLOCK_RIGHT,
    CLOCK_WAS_AHEAD,
    CLOCK_WRONG,
    ZONE_ADVICE,
    ZONE_EFFECT,
    zone_heard,
    zone_silent,
)
from monitor.assess import texts as said
from monitor.delivery.email.layout.render import MailContext, render
from monitor.messages import english
from monitor.model import (
    AlertLevel,
    Certificate,
    Check,
    Finding,
    Severity,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline.notifications import outgoing
from support.factories.alerts.world import (
    ADMINS,
    AFTER_INVENTORY,
    NOW,
    SENDER,
    certificate,
    decide,
    mails,
    picture,
    seen,
    target,
    text_of,
)
from support.written import runbook

INFO = TargetInfo(
    title="Recorder 02",
    owner="Video team",
    note="window Thursdays 22:00",
    runbook=runbook(
        "No live video and no playback from this recorder. Recording continues.",
        ("Request a certificate for {names}.", "Select it in Server Configurator."),
        link="https://vms.example/guide",
    ),
)
RECORDER = replace(target("10.1.2.12:7563", info=INFO), labels=(("owner", "Video team"),))


def expiring(shown: Certificate, severity: Severity = Severity.CRITICAL) -> TargetState:
    """Return the recorder with a certificate that expires soon, judged in words of ours."""
    message = said.expires(who=said.the_certificate(title=shown.title), not_after=shown.not_after)
    found = Finding(Check.EXPIRY, severity, message, shown.sha256, RECORDER.location)
    return seen(RECORDER.location, shown, found, on=RECORDER)


def test_the_clock() -> None:
    """A protocol without a name of its own is recognized by its first message."""
    wrong = NotificationItem(
        NotifyReason.CLOCK, AlertLevel.CRITICAL, (), "", (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)
    )
    right = NotificationItem(NotifyReason.RESOLVED, None, (), "", (CLOCK_RIGHT,))
    subjects = [mails(ReceiverDecision("admins", (one,)))[0].subject for one in (wrong, right)]
    assert subjects == [
        "The monitor's clock is wrong (critical)",
        "The monitor's clock is right again (resolved)",
    ]
    (mail,) = mails(ReceiverDecision("admins", (wrong,)))
    assert text_of(mail).count("The monitor's clock is wrong") == 1


def test_a_silent_zone() -> None:
    """The subject says what is wrong with the zone, not only its name, and the mail says it once."""
    silent = (zone_silent(zone="dmz", since=NOW), ZONE_EFFECT, ZONE_ADVICE)
    gone = NotificationItem(NotifyReason.FIRST, AlertLevel.WARNING, (), "dmz", silent)
    back = NotificationItem(NotifyReason.RESOLVED, None, (), "dmz", (zone_heard(zone="dmz"),))
    (mail,), (good,) = (mails(ReceiverDecision("admins", (one,))) for one in (gone, back))
    assert mail.subject == f"{english(NOW).write(silent[0])} (warning)"
    assert good.subject == "Zone dmz reports again (resolved)"
    assert text_of(mail).count("No agent of zone dmz") == 1


def test_remarks_come_first() -> None:
    """What is said about the notification itself stands before what it is about, once."""
    state = expiring(certificate(2, 3.5, name="recorder02"))
    decided = decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY).receiver
    (mail,) = mails(replace(decided, remarks=(text("The clock was set."),)))
    assert text_of(mail).startswith("The clock was set.\r\n\r\nRecorder 02: the certificate expires")
    assert "The clock was set." in text_of(mail, "html")


def test_remarks_of_the_delivery() -> None:
    """What the delivery adds is said beside what was stored, each remark once."""
    decided = decide(picture(expiring(certificate(2, 3.5))), {}, NOW, monitor_state=AFTER_INVENTORY).receiver
    stored = (text("The clock was set."),)
    (sent,) = outgoing(
        Decision(receivers=(replace(decided, remarks=stored),)), {decided.receiver: ADMINS}, NOW
    )[1]
    added = replace(sent, remarks=(*stored, text("It could not be stored.")))
    mail = render(added, MailContext(SENDER, text("watch"), english(NOW)))
    assert text_of(mail).startswith(
        "The clock was set.\r\n\r\nIt could not be stored.\r\n\r\nRecorder 02: the certificate expires"
    )
