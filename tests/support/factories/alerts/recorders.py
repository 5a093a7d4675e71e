"""Recorders with a runbook, their certificates and CAs, for the tests of mails; no judgment of its own."""

from dataclasses import replace

from monitor.alerts import NotificationItem
from monitor.model import Certificate, Finding, Target, TargetInfo, TargetState, TargetTraits
from support.factories.alerts.world import AFTER_INVENTORY, NOW, certificate, decide, ending, picture, target
from support.written import own_words, runbook

WHERE = "rec1:7563"
TITLE = "Recording Server Recorder 01, port 7563"
STEPS = (
    "Ask {issuer}, which ends on {ca_expires}, for {names}.",
    "Run configurator /thumbprint={thumbprint} {unknown} {} {0!r}",
    "The certificate currently served is {served_thumbprint}.",
)
TARGET_INFO = TargetInfo(
    title=TITLE,
    component="recording_server",
    runbook=runbook(
        impact="Live and playback stop.",
        steps=STEPS,
        ca_first=("Renew {issuer} first: it expires on {ca_expires}.",),
        link="https://vms.example/guide",
    ),
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


def with_runbook(info: TargetInfo, **changes: tuple[str, ...]) -> TargetInfo:
    """Return target info with some texts of its runbook replaced, in the words of a configuration."""
    texts = {name: own_words(*several) for name, several in changes.items()}
    return replace(info, runbook=replace(info.runbook, **texts))


def recorder(
    where: str = WHERE, *, info: TargetInfo = TARGET_INFO, traits: TargetTraits | None = None, name: str = ""
) -> Target:
    """Return a recorder's port with its info and labels."""
    plain = target(where, info=info)
    return replace(plain, labels=LABELS, traits=traits or TargetTraits(), server_name=name)


def ending_under(ca: Certificate, *, on: Target | None = None, shown: Certificate = LEAF) -> TargetState:
    """Return a recorder whose certificate expires soon, below a CA."""
    on = on or recorder()
    return ending(on.location, shown, on=on, above=(ca,))


def notification_items(
    *states: TargetState, correlated: dict[str, tuple[Finding, ...]] | None = None
) -> tuple[NotificationItem, ...]:
    """Return the items about a picture, nothing reported before."""
    return decide(picture(*states, correlated=correlated), {}, NOW, monitor_state=AFTER_INVENTORY).items
