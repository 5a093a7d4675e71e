"""Debian's postfix as a relay: a private instance on a loopback port, with one mailbox."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from support.servers.programs import free_port, running

_DAEMONS = Path("/usr/lib/postfix/sbin")

_MAIN = """
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

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
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


_QUEUES = [
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


def lay_out(root: Path, port: int, settings: str) -> Path:
    """Make the folders and files of one instance and return its configuration folder."""
    import pwd  # noqa: PLC0415 - there is no such module on Windows, where these tests are skipped

    owner = pwd.getpwnam("postfix")
    for name in ("config", "data", "mail", "queue", "log"):
        (root / name).mkdir()
    for name in ("data", "mail"):
        os.chown(root / name, owner.pw_uid, owner.pw_gid)
    config = root / "config"
    (config / "main.cf").write_text(_MAIN.format(root=root, uid=owner.pw_uid, gid=owner.pw_gid) + settings)
    (config / "master.cf").write_text(_MASTER.format(port=port))
    (config / "boxes").write_text("admins@vms.example admins/\n")
    for name in _QUEUES:
        (root / "queue" / name).mkdir(mode=0o700)
        os.chown(root / "queue" / name, owner.pw_uid, -1)
    for name, mode in (("maildrop", 0o730), ("public", 0o710), ("pid", 0o755)):
        (root / "queue" / name).mkdir(mode=mode)
    for name in ("maildrop", "public"):
        shutil.chown(root / "queue" / name, "postfix", "postdrop")
    return config


@dataclass(frozen=True)
class Postfix:
    """A running instance: its port and its folder."""

    port: int
    root: Path

    @property
    def box(self) -> Path:
        """Return the maildir of the administrators."""
        return self.root / "mail" / "admins" / "new"

    def arrived(self) -> bytes:
        """Wait for the only mail, and return it."""
        until(lambda: self.box.is_dir() and any(self.box.iterdir()), self.root / "out")
        (mail,) = self.box.iterdir()
        return mail.read_bytes()


@contextmanager
def postfix(settings: str = "") -> Iterator[Postfix]:
    """Run postfix in a folder of its own, with some settings more."""
    # Not pytest's own folder: only its owner may enter that, and postfix delivers as another user.
    with TemporaryDirectory(prefix="postfix-") as folder:
        root, port = Path(folder), free_port()
        root.chmod(0o755)
        config = lay_out(root, port, settings)
        environment = {"PATH": os.environ["PATH"], "MAIL_CONFIG": str(config)}
        with (root / "out").open("wb") as out:
            command = [_DAEMONS / "master", "-c", config, "-s"]
            with running(command, env=environment, stdout=out, stderr=out):
                until(lambda: answers(port), root / "out")
                yield Postfix(port, root)
