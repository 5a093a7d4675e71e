"""A mail through Debian's postfix."""

import asyncio
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from monitor.delivery import SendStatus
from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.messages import english
from monitor.model import Notification, text
from monitor.pipeline.notifications import outgoing
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    RECEIVER,
    certificate,
    decide,
    ending,
    picture,
)
from support.servers.mail.postfix_relay import postfix

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("postfix") is None, reason="needs Debian's package postfix"),
    pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="postfix's master only runs as root"),
]


def notice(receiver: EmailReceiver, *recipients: str) -> Notification:
    """Return a real notice with a name that is not ASCII, as it is sent."""
    one = replace(certificate(1, 3.5), subject="CN=Büro-Kamera")
    decision = decide(picture(ending("büro:443", one)), {}, NOW, monitor_state=AFTER_INVENTORY)
    _, (new,) = outgoing(decision.decision, {RECEIVER: recipients}, NOW)
    return replace(new, rendered=asyncio.run(receiver.render(new, NOW)))


def test_notice_arrives_whole_through_postfix() -> None:
    """Postfix takes a notice without login and delivers it byte for byte; an unknown recipient is refused."""
    with postfix() as running:
        settings = RelaySettings(
            "127.0.0.1", "certs@vms.example", port=running.port, timeout=timedelta(seconds=10)
        )
        receiver = EmailReceiver(settings, lambda: text("watch.vms.example"), english)
        mail = notice(receiver, "admins@vms.example", "nobody@vms.example")
        outcomes = asyncio.run(receiver.send(mail, NOW))
        assert {address: outcome.status for address, outcome in outcomes.items()} == {
            "admins@vms.example": SendStatus.ACCEPTED,
            "nobody@vms.example": SendStatus.REFUSED,
        }
        content = running.arrived().replace(b"\n", b"\r\n")
    assert content.endswith(mail.rendered or b"never")
    body = message_from_bytes(content, policy=default).get_body(("plain",))  # type: ignore[attr-defined]
    assert "CN=Büro-Kamera" in body.get_content()
