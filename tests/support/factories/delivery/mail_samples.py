"""One mail of each kind about a small site, for tests that read whole mails and for their recorded texts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import NotificationItem, NotifyReason
from monitor.alerts.decision import UpcomingExpiry
from monitor.alerts.digest import AcknowledgedItem, Digest, Heartbeat
from monitor.alerts.payload import Content, to_json
from monitor.alerts.routing.acknowledge_link import link_sent, token_of
from monitor.alerts.texts import CLOCK_EARLIER, CLOCK_WAS_AHEAD, CLOCK_WRONG
from monitor.assess import texts as said
from monitor.config.sections.external_url import checked_external_url
from monitor.delivery.email.layout.render import Letter, MailContext, render
from monitor.delivery.links import Links
from monitor.messages import Writer, language
from monitor.model import (
    AlertLevel,
    Certificate,
    Check,
    Finding,
    FormerLeaf,
    NotificationKind,
    Outage,
    Path,
    ReceiverRecord,
    Severity,
    Target,
    TargetInfo,
    TargetState,
    TargetTraits,
    text,
)
from monitor.pipeline.notifications import notification
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import (
    ADMINS,
    AFTER_INVENTORY,
    DAYS,
    NOW,
    SENDER,
    STARTED,
    MonitorState,
    apply,
    certificate,
    decide,
    failing,
    picture,
    seen,
    target,
    unreachable,
)
from support.written import own_words, runbook

PAGE = "https://certs.vms.example"
WRITERS = {
    "en": Writer(language("en"), UTC, NOW),
    "pt_BR": Writer(language("pt_BR"), ZoneInfo("America/Sao_Paulo"), NOW),
}
_GUIDE = "https://vms.example/guide"
_RECORDER = runbook(
    "No live video and no playback from this recorder. Recording continues.",
    ("Request a certificate for {names}.", "Select it in Server Configurator, for both groups."),
    ca_first=("Renew {issuer} first: it expires on {ca_expires}.", "Trust the new CA on every computer."),
    link=_GUIDE,
)
_RECORDER = replace(
    _RECORDER,
    in_brief=own_words(
        "renew it, assign it to both groups, verify. This interrupts recording; plan a window."
    )[0],
)
_CAMERA = runbook("Usually nothing.", ("Make a certificate for {names} on the device.",))


def server(
    where: str, title: str, *, component: str = "", info: TargetInfo | None = None, name: str = ""
) -> Target:
    """Return a server of the site harbour."""
    about = replace(info or TargetInfo(), title=title)
    labels = (("component", component), ("site", "Harbour")) if component else (("site", "Harbour"),)
    return replace(target(where, info=about), labels=labels, server_name=name)


def recorder(number: int, port: int = 7563) -> Target:
    """Return a port of a recorder, which the video team owns."""
    info = TargetInfo(owner="Video team", note="window Thursdays 22:00", runbook=_RECORDER)
    where = f"10.1.2.1{number}:{port}"
    return server(where, f"Recorder 0{number}", component="recording_server", info=info)


def judged(
    on: Target, shown: Certificate, check: Check, severity: Severity, above: tuple[Certificate, ...] = ()
) -> TargetState:
    """Return a server whose certificate has a problem, in words of ours."""
    who = said.the_certificate(title=shown.title)
    message = said.expires(who=who, not_after=shown.not_after)
    if check is not Check.EXPIRY:
        message = text(f"{check} is wrong")
    found = Finding(check, severity, message, shown.sha256, on.location)
    return seen(on.location, shown, found, on=on, above=above)


CA = certificate(90, 80, age=285, name="VMS Certificate Authority", ca=True)


def under_ca(on: Target, number: int, days: float, *findings: Finding) -> TargetState:
    """Return a server below the CA that expires before a new certificate would."""
    leaf = replace(certificate(number, days, age=300, name=f"host{number}.vms.example"), issuer=CA.subject)
    about = Finding(Check.CA_EXPIRY, Severity.WARNING, text("CA expires"), CA.sha256, on.location)
    state = seen(on.location, leaf, about, *findings, on=on)
    path = Path(on.location, (leaf, CA), trusted=True)
    return replace(state, assessment=replace(state.assessment, paths=(path,)))


def site() -> tuple[TargetState, ...]:
    """Return a site with everything that an inventory has a section for."""
    mobile = server("10.1.2.8:8082", "Mobile server", component="mobile_server")
    event = server("10.1.2.7:22331", "Event server", name="event.vms.example")
    camera = server(
        "10.1.2.40:443", "Camera 02", component="camera", info=TargetInfo(runbook=_CAMERA, low_impact=True)
    )
    spare = replace(server("10.1.2.6:7563", "Failover 01"), traits=TargetTraits(standby=True))
    never = Finding(Check.NEVER_SEEN, Severity.WARNING, text("never seen"))
    old_event = certificate(3, 300, name="old-event.vms.example")
    expiring = Finding(Check.EXPIRY, Severity.WARNING, text("expires"), f"{11:064x}", "10.1.2.11:9001")
    return (
        judged(mobile, certificate(1, -2, name="mobile.vms.example"), Check.EXPIRY, Severity.CRITICAL),
        judged(
            recorder(2), certificate(2, 3.5, name="recorder02.vms.example"), Check.EXPIRY, Severity.CRITICAL
        ),
        judged(event, old_event, Check.NAME, Severity.CRITICAL),
        under_ca(recorder(1, 9001), 11, 25, expiring),
        under_ca(recorder(3), 12, 75),
        judged(camera, certificate(4, -5, name="camera02.vms.example"), Check.EXPIRY, Severity.CRITICAL),
        judged(
            server("10.1.2.9:443", "Portal"),
            certificate(5, 12, name="portal"),
            Check.EXPIRY,
            Severity.WARNING,
        ),
        seen("10.1.2.30:443", certificate(6, 200), on=server("10.1.2.30:443", "Web client")),
        failing(seen("10.1.2.20:22337", certificate(7, 200), on=server("10.1.2.20:22337", "Log server"))),
        TargetState(spare, watched_since=STARTED, probed_at=NOW, failed_probes=9, unreachable=never),
    )


def _items(*states: TargetState) -> tuple[NotificationItem, ...]:
    return decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY).items


def _expiring(number: int, days: float, severity: Severity = Severity.WARNING) -> TargetState:
    name = f"recorder0{number}.vms.example"
    return judged(recorder(number), certificate(number, days, name=name), Check.EXPIRY, severity)


def _renewed(number: int) -> tuple[NotificationItem, ...]:
    on, name = recorder(number), f"recorder0{number}.vms.example"
    old, new = certificate(20, 20, age=300, name=name), certificate(21, 373, name=name)
    before = judged(on, old, Check.EXPIRY, Severity.WARNING)
    log = apply({}, decide(picture(before), {}, NOW, monitor_state=AFTER_INVENTORY))
    after = seen(on.location, new, on=on, former_leaves=(FormerLeaf(on.location, old, new, 2),))
    return decide(picture(after), log, NOW, monitor_state=AFTER_INVENTORY).items


def _digest() -> Digest:
    first, second, third = (_items(_expiring(number, 16 + number))[0] for number in (1, 2, 3))
    return Digest(
        new=(first,),
        open=(replace(second, reason=NotifyReason.REMINDER),),
        acknowledged=(AcknowledgedItem(third, "Ana", NOW + timedelta(days=14)),),
        over=_renewed(4),
    )


def contents() -> dict[str, Content]:
    """Return what a mail of each kind says."""
    inventory = decide(picture(*site()), {}, NOW, monitor_state=MonitorState(NOW - DAYS)).inventory
    assert inventory is not None
    down = unreachable(seen("10.1.2.20:443", certificate(7), on=server("10.1.2.20:443", "Log server")))
    clock = NotificationItem(
        NotifyReason.CLOCK, AlertLevel.CRITICAL, (), "", (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)
    )
    several = (*_items(*site()[:7], down), *_renewed(4))
    return {
        "alert": _items(_expiring(2, 3.5, Severity.CRITICAL)),
        "expired": _items(_expiring(2, -2, Severity.CRITICAL)),
        "unreachable": _items(down),
        "several": several,
        "inventory": inventory,
        "digest": _digest(),
        "renewed": _renewed(2),
        "clock": (clock,),
    }


def _outage() -> NotificationItem:
    known = ReceiverRecord("admins", inventory_at=STARTED - 60 * DAYS)
    passes = Passes({"admins": known}, outage=Outage(NOW - 2.5 * DAYS, NOW))
    (decided,) = passes.decide(picture(seen("z:443", certificate(1))), NOW).receivers
    assert decided.outage is not None
    return decided.outage


def heartbeats() -> dict[str, Content]:
    """Return heartbeats, when all is well, when not and in a digest, and the notification of an outage."""
    first = UpcomingExpiry(NOW + 40 * DAYS, "Portal", "10.1.2.9:443", certificate(5, 40))
    well = Heartbeat(31, 40, NOW + 7 * DAYS, first=first)
    return {
        "heartbeat": well,
        "outage": (_outage(),),
        "heartbeat-open": replace(well, open=3, acknowledged=1),
        "digest-heartbeat": replace(_digest(), heartbeat=replace(well, open=2, acknowledged=1)),
    }


def sign(alert_id: str, receiver: str, sent_at: datetime) -> str:
    """Return the token of a link, made with a key that everybody knows."""
    return token_of(link_sent(alert_id, receiver, sent_at), bytes(32))


def mail_of(content: Content, code: str = "en", external_url: str = "") -> Letter:
    """Return the mail about this in a language."""
    sent = notification("admins", ADMINS, NotificationKind.NOTICE, to_json(content), NOW)
    url = checked_external_url(external_url) if external_url else ""
    context = MailContext(SENDER, text("watch.vms.example"), WRITERS[code], Links(url, sign))
    return render(replace(sent, id="1"), context)


def samples() -> Iterable[tuple[str, Letter]]:
    """Yield every mail by its name: of each kind in each language, and some with links to the page."""
    several = contents() | heartbeats()
    for code in WRITERS:
        yield from ((f"{kind}.{code}", mail_of(content, code)) for kind, content in several.items())
    for kind in ("alert", "inventory", "digest"):
        yield f"{kind}-linked.en", mail_of(several[kind], "en", PAGE)
    yield "alert-linked.pt_BR", mail_of(several["alert"], "pt_BR", PAGE)
