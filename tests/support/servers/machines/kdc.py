"""A Kerberos realm on loopback for tests: MIT's KDC with one user and the account of one machine."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from support.servers.programs import free_port, running

REALM = "VMS.EXAMPLE"
USER = f"certmon@{REALM}"
_PROGRAMS = {
    "krb5kdc": "krb5-kdc",
    "kdb5_util": "krb5-kdc",
    "kadmin.local": "krb5-admin-server",
    "kinit": "krb5-user",
}
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def missing() -> str:
    """Return what is not installed here, empty when everything is."""
    lacking = [package for name, package in _PROGRAMS.items() if not shutil.which(name, path=_PATH)]
    if lacking:
        return f"needs Debian's {' '.join(dict.fromkeys(lacking))}"
    return "" if find_spec("gssapi") and find_spec("krb5") else "needs requirements/kerberos.txt"


def environment(folder: Path) -> dict[str, str]:
    """Return the variables by which clients and servers find this realm and nothing else."""
    return {
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
        "KRB5_KTNAME": str(folder / "keytab"),
        "KRB5CCNAME": f"FILE:{folder / 'tickets'}",
    }


@contextlib.contextmanager
def realm(folder: Path, host: str, password: str) -> Iterator[None]:
    """Run a KDC that knows the user by this password, and a machine of this name by a keytab."""
    port = _configured(folder)
    own = {"PATH": _PATH} | environment(folder)
    _run(own, "kdb5_util", "create", "-s", "-P", "master", "-r", REALM)
    for query in (
        f"addprinc -pw {password} +requires_preauth {USER}",
        f"addprinc -randkey host/{host}",
        f"ktadd -k {folder / 'keytab'} host/{host}",
    ):
        _run(own, "kadmin.local", "-r", REALM, "-q", query)
    command = [str(shutil.which("krb5kdc", path=_PATH)), "-n"]
    with running(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        _listening(port)
        yield


def _configured(folder: Path) -> int:
    port = free_port()
    (folder / "krb5.conf").write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_kdc = false\nrdns = false\n"
        "dns_canonicalize_hostname = false\nudp_preference_limit = 1\n"
        f"[realms]\n{REALM} = {{\n kdc = 127.0.0.1:{port}\n}}\n[domain_realm]\n.vms.example = {REALM}\n"
    )
    (folder / "kdc.conf").write_text(
        f'[kdcdefaults]\nkdc_listen = ""\nkdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n{REALM} = {{\n'
        f" database_name = {folder / 'principal'}\n key_stash_file = {folder / 'stash'}\n}}\n"
    )
    return port


def _run(own: dict[str, str], *command: str) -> None:
    program = str(shutil.which(command[0], path=_PATH))
    subprocess.run([program, *command[1:]], env=own, check=True, capture_output=True)


def _listening(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the KDC does not listen")
