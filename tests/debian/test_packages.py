"""The packages for Linux in a Debian of their own: installed, used, upgraded and removed, also under systemd.

Run by ``scripts/test -m debian`` as root; never by CI.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import pytest

from packages import linux
from support import pki
from support.servers.machines.debian_machine import DebianMachine, missing

pytestmark = [pytest.mark.debian, pytest.mark.timeout(600)]  # the first run makes the machines

HEAD = """
set -eu
export SYSTEMD_COLORS=0 SYSTEMD_PAGER= DEBIAN_FRONTEND=noninteractive
say() { echo "$1=$2"; }
code() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }
there() { for one in "$@"; do [ ! -e "$one" ] || echo "$one"; done | paste -sd, -; }
unit() { systemctl show cert-monitor --property "$1" --value; }
mkdir -p /etc/cert-monitor
cp /mnt/files/leaf.pem /mnt/files/ca.pem /mnt/files/cert-monitor.yaml /etc/cert-monitor
config=/etc/cert-monitor/cert-monitor.yaml
"""
USE = """
say python "$(code python3 -c 'import ensurepip')$(code python3 -c 'import pip')"
say version "$(cert-monitor --version)"
say check "$(cert-monitor check /etc/cert-monitor/leaf.pem --trust /etc/cert-monitor/ca.pem --format nagios)"
say valid "$(code cert-monitor validate-config $config)"
cert-monitor run --config $config >/run/log 2>&1 &
# While it starts it is well, without targets.
until cert-monitor health 2>/dev/null | grep '^OK - [1-9]' >/run/health; do kill -0 $! && sleep 0.2; done
say health "$(cat /run/health)"
kill $!
wait $!
say state "$(there /var/lib/cert-monitor/state.db)"
"""
TAIL = """
say done yes
"""
CONFIG = """\
targets: [{kind: files, name: site, paths: [leaf.pem]}]
web: {listen: "127.0.0.1:9850"}
store: {url: "sqlite:////var/lib/cert-monitor/state.db"}
receivers: []
"""
KEPT = "/etc/cert-monitor/cert-monitor.yaml,/var/lib/cert-monitor/state.db"
GONE = "there $config /var/lib/cert-monitor/state.db /usr/lib/cert-monitor /opt/cert-monitor /usr/local/bin/*"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with both packages, a certificate and a configuration."""
    if needed := missing():
        pytest.skip(f"needs {needed}")
    folder = tmp_path_factory.mktemp("files")
    authority = pki.authority(at=pki.TODAY)
    (folder / "ca.pem").write_bytes(authority.pem)
    leaf = pki.leaf("portal.vms.example", authority, at=pki.TODAY)
    (folder / "leaf.pem").write_bytes(leaf.pem)
    (folder / "leaf.key").write_bytes(leaf.key_pem)
    (folder / "cert-monitor.yaml").write_text(CONFIG)
    built(folder)
    return folder


def built(folder: Path) -> list[Path]:
    """Build both packages into a folder."""
    return linux.build(argparse.Namespace(out=folder, only=None, python=None))


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def bare(files: Path, request: pytest.FixtureRequest) -> DebianMachine:
    """Return a Debian 12 and a Debian 13 with nothing but Python: 3.11 and 3.13."""
    return DebianMachine(request.param)


@pytest.fixture(scope="module")
def booted(files: Path) -> DebianMachine:
    """Return a Debian that systemd boots."""
    return DebianMachine("bookworm", "systemd", "systemd-sysv", "dbus")


def worked(said: Mapping[str, str]) -> None:
    """Check what a machine without pip and ensurepip said of the program."""
    assert said["python"] == "11"
    assert said["version"].startswith("cert-monitor ")
    assert said["check"].startswith("CERTIFICATES OK - ")
    assert (said["valid"], said["state"]) == ("0", "/var/lib/cert-monitor/state.db")
    assert said["health"].startswith("OK - 1 targets")


def test_two_builds_are_equal(files: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    for again in built(tmp_path):
        assert again.read_bytes() == (files / again.name).read_bytes()


def test_debian_package(files: Path, bare: DebianMachine, tmp_path: Path) -> None:
    """Removing keeps configuration and state, purging removes them; an upgrade keeps what was changed."""
    script = f"""
dpkg -i /mnt/files/*.deb >/dev/null
{USE}
echo '# mine' >>/etc/cert-monitor/cert-monitor.example.yaml
say upgrade "$(code dpkg -i /mnt/files/*.deb)"
say changed "$(tail -n 1 /etc/cert-monitor/cert-monitor.example.yaml)"
dpkg -r cert-monitor >/dev/null
say removed "$({GONE})"
dpkg -P cert-monitor >/dev/null
say purged "$({GONE} /etc/cert-monitor /var/lib/cert-monitor)"
"""
    said = bare.run(files, HEAD + script + TAIL, tmp_path / "work")
    worked(said)
    assert (said["upgrade"], said["changed"]) == ("0", "# mine")
    assert (said["removed"], said["purged"]) == (KEPT, "")


def test_bundle(files: Path, bare: DebianMachine, tmp_path: Path) -> None:
    """Without network, pip, venv and ensurepip; once more over itself, and removed in both ways."""
    script = f"""
tar -C /root -xf /mnt/files/*.tar.gz
/root/cert-monitor-*/install.sh >/dev/null
{USE}
say upgrade "$(code /root/cert-monitor-*/install.sh)"
say after "$(cert-monitor --version)"
/opt/cert-monitor/uninstall.sh >/dev/null
say removed "$({GONE})"
/root/cert-monitor-*/install.sh >/dev/null
/opt/cert-monitor/uninstall.sh --purge >/dev/null
say purged "$({GONE} /etc/cert-monitor /var/lib/cert-monitor /etc/systemd/system/cert-monitor.service)"
"""
    said = bare.run(files, HEAD + script + TAIL, tmp_path / "work")
    worked(said)
    assert (said["upgrade"], said["after"]) == ("0", said["version"])
    assert (said["removed"], said["purged"]) == (KEPT, "")


def test_service(files: Path, booted: DebianMachine, tmp_path: Path) -> None:
    """Nothing starts by itself; then it is ready, reloads, refuses with a reason, and is in the journal."""
    script = """
dpkg -i /mnt/files/*.deb >/dev/null
say before "$(systemctl is-enabled cert-monitor || true) $(systemctl is-active cert-monitor || true)"
systemctl enable --now cert-monitor 2>/dev/null
say status "$(unit StatusText)"
say ready "$(cert-monitor health)"
say reload "$(code systemctl reload cert-monitor)"
echo 'wrong: 1' >>$config
say refused "$(code systemctl reload cert-monitor) $(systemctl is-active cert-monitor)"
say why "$(journalctl -u cert-monitor -p err -o cat LOGGER=monitor.daemon.daemon)"
cp /mnt/files/cert-monitor.yaml $config
say fields "$(journalctl -u cert-monitor -o cat CERT_MONITOR_TARGETS=1 | head -n 1)"
say owner "$(stat -Lc %a /var/lib/cert-monitor)"
first=$(unit MainPID)
dpkg -i /mnt/files/*.deb >/dev/null
say upgraded "$(systemctl is-active cert-monitor) $([ "$first" = "$(unit MainPID)" ] || echo another)"
dpkg -r cert-monitor >/dev/null
say stopped "$(systemctl is-active cert-monitor || true)"
dpkg -P cert-monitor >/dev/null
say purged "$(there /etc/cert-monitor /var/lib/cert-monitor /var/lib/private/cert-monitor)"
"""
    said = booted.boot(files, HEAD + script + TAIL, tmp_path / "work")
    assert said["before"] == "disabled inactive"
    assert said["status"] == "watching 1 targets; alerts: none"
    assert said["ready"].startswith("OK - 1 targets")
    assert (said["reload"], said["refused"]) == ("0", "1 active")
    assert "cert-monitor.yaml:5: wrong: unknown key" in said["why"]
    assert said["fields"].startswith("started version=")
    assert said["owner"] == "700"
    assert said["upgraded"] == "active another"
    assert (said["stopped"], said["purged"]) == ("inactive", "")


def test_credentials_are_fixed_at_the_start(files: Path, booted: DebianMachine, tmp_path: Path) -> None:
    """A password that only root may read reaches the service; a new one after a restart, not a reload."""
    script = """
dpkg -i /mnt/files/*.deb >/dev/null
(umask 077; echo first >/etc/cert-monitor/smtp-password)
mkdir -p /etc/systemd/system/cert-monitor.service.d
cat >/etc/systemd/system/cert-monitor.service.d/password.conf <<'UNIT'
[Service]
LoadCredential=smtp-password:/etc/cert-monitor/smtp-password
UNIT
sed -i 's/^receivers: .*//' $config
cat >>$config <<'MAIL'
email:
  host: 127.0.0.1
  security: starttls
  username: certs
  password_file: /run/credentials/cert-monitor.service/smtp-password
  from: certs@vms.example
  to: [admins@vms.example]
MAIL
systemctl daemon-reload
systemctl start cert-monitor
given=/run/credentials/cert-monitor.service/smtp-password
say started "$(systemctl is-active cert-monitor) $(cat $given)"
echo second >/etc/cert-monitor/smtp-password
say reloaded "$(code systemctl reload cert-monitor) $(cat $given)"
systemctl restart cert-monitor
say restarted "$(systemctl is-active cert-monitor) $(cat $given)"
"""
    said = booted.boot(files, HEAD + script + TAIL, tmp_path / "work")
    assert (said["started"], said["reloaded"], said["restarted"]) == (
        "active first",
        "0 first",
        "active second",
    )


def test_a_service_that_hangs_is_started_again(files: Path, booted: DebianMachine, tmp_path: Path) -> None:
    """The watchdog of systemd ends a process that gives no sign of life; one that lives is left alone."""
    script = """
dpkg -i /mnt/files/*.deb >/dev/null
mkdir -p /etc/systemd/system/cert-monitor.service.d
cat >/etc/systemd/system/cert-monitor.service.d/short.conf <<'UNIT'
[Service]
WatchdogSec=2
TimeoutAbortSec=1
RestartSec=1
UNIT
systemctl daemon-reload
systemctl start cert-monitor
sleep 6
say alive "$(unit NRestarts)"
first=$(unit MainPID)
kill -STOP "$first"
until [ "$(unit NRestarts)" = 1 ] && [ "$(unit ActiveState)" = active ]; do sleep 0.2; done
say result "$(journalctl -u cert-monitor -o cat --no-pager | grep -c 'Watchdog timeout')"
say again "$(cert-monitor health)"
"""
    said = booted.boot(files, HEAD + script + TAIL, tmp_path / "work")
    assert (said["alive"], said["result"]) == ("0", "1")
    assert said["again"].startswith("OK - 1 targets")


def test_agent(files: Path, booted: DebianMachine, tmp_path: Path) -> None:
    """Started when asked, and with a token that root alone may read; gone with its spool after a purge."""
    script = """
agent() { systemctl show cert-monitor-agent --property "$1" --value; }
dpkg -i /mnt/files/*.deb >/dev/null
say before "$(systemctl is-enabled cert-monitor-agent || true) $(agent ActiveState)"
cp /etc/cert-monitor/agent.example.yaml /etc/cert-monitor/agent.yaml
cp /mnt/files/ca.pem /etc/cert-monitor/center-ca.pem
say tokenless "$(code systemctl start cert-monitor-agent)"
(umask 077; echo token >/etc/cert-monitor/agent.token)
systemctl enable --now cert-monitor-agent 2>/dev/null
say status "$(agent ActiveState) $(agent StatusText)"
say spool "$(stat -Lc %a /var/lib/cert-monitor-agent) $(ls -A /var/lib/cert-monitor-agent/ | head -n 1)"
first=$(agent MainPID)
dpkg -i /mnt/files/*.deb >/dev/null
say upgraded "$(agent ActiveState) $([ "$first" = "$(agent MainPID)" ] || echo another)"
say stopping "$(code systemctl stop cert-monitor-agent) $(agent Result)"
sed -i 's/^zone:/zones:/' /etc/cert-monitor/agent.yaml
say wrong "$(code systemctl start cert-monitor-agent) $(agent ExecMainStatus) $(agent NRestarts)"
dpkg -P cert-monitor >/dev/null
say purged "$(there /etc/cert-monitor /var/lib/cert-monitor-agent /var/lib/private/cert-monitor-agent)"
say wants "$(ls /etc/systemd/system/multi-user.target.wants | grep cert-monitor || true)"
"""
    said = booted.boot(files, HEAD + script + TAIL, tmp_path / "work")
    assert said["before"] == "disabled inactive"
    assert said["tokenless"] == "1"
    assert said["status"] == "active agent dmz-1 probes zone dmz"
    assert said["spool"].startswith("700 ")
    assert len(said["spool"]) > len("700 ")
    assert (said["upgraded"], said["stopping"]) == ("active another", "0 success")
    assert said["wrong"] == "1 2 0"
    assert (said["purged"], said["wants"]) == ("", "")


def test_setup_starts_the_service(files: Path, booted: DebianMachine, tmp_path: Path) -> None:
    """What root alone may read is read by a service that is not: a password, and the files of the page."""
    script = """
dpkg -i /mnt/files/*.deb >/dev/null
rm $config
echo secret >/root/password
(umask 077; cp /mnt/files/leaf.pem /mnt/files/leaf.key /root)
cert-monitor setup --non-interactive --folder /etc/cert-monitor/leaf.pem --smtp 127.0.0.1:587 \\
    --smtp-username certs --smtp-password-file /root/password \\
    --page 0.0.0.0:9850 --page-user alice --page-password-file /root/password \\
    --page-certificate /root/leaf.pem --page-key /root/leaf.key \\
    --from certs@vms.example --to admins@vms.example >/run/setup 2>&1 || cat /run/setup
say state "$(systemctl is-enabled cert-monitor) $(systemctl is-active cert-monitor)"
say health "$(cert-monitor health || true)"
say page "$(python3 -c 'import ssl, urllib.request as request
here = ssl._create_unverified_context()
print(request.urlopen("https://127.0.0.1:9850/livez", context=here).status)')"
dpkg -P cert-monitor >/dev/null
say purged "$(there /etc/cert-monitor /etc/systemd/system/cert-monitor.service.d)"
"""
    said = booted.boot(files, HEAD + script + TAIL, tmp_path / "work")
    assert said["state"] == "enabled active"
    assert "targets" in said["health"]
    assert said["page"] == "200"
    assert said["purged"] == ""
