"""A mail through Debian's postfix, a private instance in a temporary folder on a loopback port."""

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.delivery import SendStatus
from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.relay import RelaySettings
from monitor.messages import english
from monitor.model import Notification, text
from monitor.pipeline.notifications import outgoing
from support.factories.alerts_world import (
    AFTER_INVENTORY,
    NOW,
    RECEIVER,
    certificate,
    decide,
    ending,
    picture,
)
from support.servers.programs import free_port, running

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("postfix") is None, reason="needs Debian's package postfix"),
    pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="postfix's master only runs as root"),
]

DAEMONS = Path("/usr/lib/postfix/sbin")

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.vms.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_database_type = texthash
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = vms.example
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/config/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_security_level = none
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_reject_unlisted_recipient = yes
smtpd_peername_lookup = no
smtp_host_lookup = native
maillog_file = {root}/log/postfix.log
maillog_file_prefixes = {root}
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


QUEUES = [
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
]


def until(met: Callable[[], bool], explain: Path, seconds: float = 20) -> None:
    """Wait until something holds, or fail with what a log says."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, explain.read_text()
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Return whether a mail server greets on a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
            return sock.recv(4) == b"220 "
    except OSError:
        return False


def lay_out(root: Path, port: int) -> Path:
    """Make the folders and files of one instance and return its configuration folder."""
    import pwd  # noqa: PLC0415 - there is no such module on Windows, where these tests are skipped

    owner = pwd.getpwnam("postfix")
    for name in ("config", "data", "mail", "queue", "log"):
        (root / name).mkdir()
    for name in ("data", "mail"):
        os.chown(root / name, owner.pw_uid, owner.pw_gid)
    config = root / "config"
    (config / "main.cf").write_text(MAIN.format(root=root, uid=owner.pw_uid, gid=owner.pw_gid))
    (config / "master.cf").write_text(MASTER.format(port=port))
    (config / "boxes").write_text("admins@vms.example admins/\n")
    for name in QUEUES:
        (root / "queue" / name).mkdir(mode=0o700)
        os.chown(root / "queue" / name, owner.pw_uid, -1)
    for name, mode in (("maildrop", 0o730), ("public", 0o710), ("pid", 0o755)):
        (root / "queue" / name).mkdir(mode=mode)
    for name in ("maildrop", "public"):
        shutil.chown(root / "queue" / name, "postfix", "postdrop")
    return config


@pytest.fixture
def postfix() -> Iterator[tuple[int, Path]]:
    """Run postfix and give its port and the maildir of the administrators."""
    # Not pytest's own folder: only its owner may enter that, and postfix delivers as another user.
    with TemporaryDirectory(prefix="postfix-") as folder:
        root, port = Path(folder), free_port()
        root.chmod(0o755)
        config = lay_out(root, port)
        environment = {"PATH": os.environ["PATH"], "MAIL_CONFIG": str(config)}
        with (root / "out").open("wb") as out:
            command = [DAEMONS / "master", "-c", config, "-s"]
            with running(command, env=environment, stdout=out, stderr=out):
                until(lambda: answers(port), root / "out")
                yield port, root / "mail" / "admins" / "new"


def notice(receiver: EmailReceiver, *recipients: str) -> Notification:
    """Return a real notice with a name that is not ASCII, as it is sent."""
    one = replace(certificate(1, 3.5), subject="CN=Büro-Kamera")
    decision = decide(picture(ending("büro:443", one)), {}, NOW, monitor_state=AFTER_INVENTORY)
    _, (new,) = outgoing(decision.decision, {RECEIVER: recipients}, NOW)
    return replace(new, rendered=asyncio.run(receiver.render(new, NOW)))


def test_notice_arrives_whole_through_postfix(postfix: tuple[int, Path]) -> None:
    """Postfix takes a notice without login and delivers it byte for byte; an unknown recipient is refused."""
    port, box = postfix
    settings = RelaySettings("127.0.0.1", "certs@vms.example", port=port, timeout=timedelta(seconds=10))
    receiver = EmailReceiver(settings, lambda: text("watch.vms.example"), english)
    mail = notice(receiver, "admins@vms.example", "nobody@vms.example")
    outcomes = asyncio.run(receiver.send(mail, NOW))
    assert {address: outcome.status for address, outcome in outcomes.items()} == {
        "admins@vms.example": SendStatus.ACCEPTED,
        "nobody@vms.example": SendStatus.REFUSED,
    }
    until(lambda: box.is_dir() and any(box.iterdir()), box.parents[2] / "out")
    (arrived,) = box.iterdir()
    content = arrived.read_bytes().replace(b"\n", b"\r\n")
    assert content.endswith(mail.rendered or b"never")
    body = message_from_bytes(content, policy=default).get_body(("plain",))  # type: ignore[attr-defined]
    assert "CN=Büro-Kamera" in body.get_content()
