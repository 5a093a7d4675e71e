"""Whole mails in plain text, as an administrator reads them."""

from dataclasses import replace
from textwrap import dedent

from monitor.alerts import Decision, NotificationItem, NotifyReason, ReceiverDecision
from monitor.alerts.texts import CLOCK_EARLIER, CLOCK_RIGHT, CLOCK_WAS_AHEAD, CLOCK_WRONG
from monitor.assess import texts as said
from monitor.delivery.email.render import render
from monitor.messages import english
from monitor.model import (
    AlertLevel,
    Certificate,
    Check,
    Finding,
    FormerLeaf,
    Severity,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline.notifications import outgoing
from support.factories.alerts_world import (
    ADMINS,
    AFTER_INVENTORY,
    DAYS,
    NOW,
    SENDER,
    MonitorState,
    apply,
    certificate,
    decide,
    failing,
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


def body(text: str) -> str:
    """Return the lines of a mail with the line ends of a mail."""
    return dedent(text).lstrip("\n").replace("\n", "\r\n")


def test_an_alert() -> None:
    """How bad, what, what it stops, what to do, where, and which certificate."""
    (mail,) = mails(
        decide(
            picture(expiring(certificate(2, 3.5, name="recorder02"))), {}, NOW, monitor_state=AFTER_INVENTORY
        )
    )
    assert mail.subject == "[CRITICAL] Recorder 02: certificate expires in 3 days"
    assert text_of(mail) == body(
        f"""
        1 alert.

        [CRITICAL] Recorder 02: certificate expires in 3 days
          the certificate "recorder02" expires in 3 days (Nov 27, 2026 00:00 UTC)
          Impact: No live video and no playback from this recorder. Recording continues.
          What to do:
            1. Request a certificate for recorder02.
            2. Select it in Server Configurator.
          More information: https://vms.example/guide
          Where:
            Recorder 02: 10.1.2.12:7563
          Subject: CN=recorder02
          Names: recorder02
          Issuer: CN=VMS Certificate Authority
          Serial number: 0002
          Thumbprint (SHA-1): {2:040}
          SHA-256: {2:064}
          Valid from: Sep 19, 2026 12:00 UTC
          Valid until: Nov 27, 2026 00:00 UTC (expires in 3 days)
          Owner: Video team
          Note: window Thursdays 22:00

        --\x20
        Sent by cert-monitor on watch.vms.example, Nov 23, 2026 12:00 UTC. Time zone: UTC.
        """
    )


def test_a_renewal() -> None:
    """The subject says until when the new one is valid."""
    old, new = certificate(1, 20, age=300, name="recorder02"), certificate(2, 364, name="recorder02")
    before = expiring(old, Severity.WARNING)
    told = apply({}, decide(picture(before), {}, NOW, monitor_state=AFTER_INVENTORY))
    after = seen(
        RECORDER.location, new, on=RECORDER, former_leaves=(FormerLeaf(RECORDER.location, old, new, 2),)
    )
    (mail,) = mails(decide(picture(after), told, NOW, monitor_state=AFTER_INVENTORY))
    assert mail.subject == "[Renewed] Recorder 02: certificate valid until Nov 22, 2027"
    assert text_of(mail).startswith(
        body(
            """
            1 certificate renewed.

            [Renewed] Recorder 02: certificate valid until Nov 22, 2027
              valid until Nov 22, 2027; the previous certificate was valid until Dec 13, 2026
              Where:
                Recorder 02: 10.1.2.12:7563
              Old thumbprint (SHA-1): 0000000000000000000000000000000000000001
            """
        )
    )


def test_an_inventory() -> None:
    """Three counts, then what needs action, what is unreachable, and what expires next."""
    states = (
        expiring(certificate(2, 3.5, name="recorder02")),
        seen("portal:443", certificate(3, 90)),
        failing(seen("log:22337", certificate(4, 200))),
    )
    (mail,) = mails(decide(picture(*states), {}, NOW, monitor_state=MonitorState(NOW - DAYS)))
    assert mail.subject == "Certificates: 3 targets watched, 1 needs action, 1 unreachable"
    first, *_, last = text_of(mail).split("\r\n\r\n[CRITICAL] Recorder 02: certificate expires in 3 days\r\n")
    assert first == body(
        """
        3 targets watched, 1 needs action, 1 unreachable. From now on, you get a mail only when something \
changes or a problem remains unresolved.

        NEEDS ACTION"""
    )
    assert last.partition("Note: window Thursdays 22:00\r\n\r\n")[2] == body(
        """
        UNREACHABLE

          log:22337
            nobody listens there

        EXPIRY DATES, EARLIEST FIRST

          Recorder 02: 10.1.2.12:7563 expires in 3 days (Nov 27, 2026)
          portal:443 expires in 90 days (Feb 21, 2027)
          log:22337 expires in 200 days (Jun 11, 2027)

        --\x20
        Sent by cert-monitor on watch.vms.example, Nov 23, 2026 12:00 UTC. Time zone: UTC.
        """
    )


def test_the_clock() -> None:
    """A protocol without a name of its own is recognized by its first message."""
    wrong = NotificationItem(
        NotifyReason.CLOCK, AlertLevel.CRITICAL, (), "", (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)
    )
    right = NotificationItem(NotifyReason.RESOLVED, None, (), "", (CLOCK_RIGHT,))
    subjects = [mails(ReceiverDecision("admins", (one,)))[0].subject for one in (wrong, right)]
    assert subjects == [
        "[Clock problem] The monitor's clock is wrong",
        "[Resolved] The monitor's clock is right again",
    ]
    (mail,) = mails(ReceiverDecision("admins", (wrong,)))
    assert text_of(mail).count("The monitor's clock is wrong") == 1


def test_remarks_come_first() -> None:
    """What is said about the notification itself stands before what it is about, once."""
    state = expiring(certificate(2, 3.5, name="recorder02"))
    decided = decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY).receiver
    (mail,) = mails(replace(decided, remarks=(text("The clock was set."),)))
    assert text_of(mail).startswith("The clock was set.\r\n\r\n1 alert.")
    assert "The clock was set." in text_of(mail, "html")


def test_remarks_of_the_delivery() -> None:
    """What the delivery adds is said beside what was stored, each remark once."""
    decided = decide(picture(expiring(certificate(2, 3.5))), {}, NOW, monitor_state=AFTER_INVENTORY).receiver
    stored = (text("The clock was set."),)
    (sent,) = outgoing(
        Decision(receivers=(replace(decided, remarks=stored),)), {decided.receiver: ADMINS}, NOW
    )[1]
    added = replace(sent, remarks=(*stored, text("It could not be stored.")))
    mail = render(added, sender=SENDER, monitor=text("watch"), writer=english(NOW))
    assert text_of(mail).startswith("The clock was set.\r\n\r\nIt could not be stored.\r\n\r\n1 alert.")
