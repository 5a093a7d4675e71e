"""Debian's dovecot as the login service of postfix: passwords, and tokens that a token server confirms."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from support.servers.mail.postfix_relay import until
from support.servers.programs import running

_DOVECOT = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_verbose = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={root}
}}
service auth {{
  unix_listener {root}/auth {{
    mode = 0666
  }}
}}
"""

_TOKENS = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = yes
"""

SETTINGS = """
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {socket}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {chain}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""
"""What postfix needs to let in those whom dovecot knows; ``chain`` is a file with key and certificate."""


@contextmanager
def dovecot_sasl(password: str, introspection: str) -> Iterator[Path]:
    """Run dovecot's login service, and give its socket."""
    with TemporaryDirectory(prefix="dovecot-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "oauth2.conf").write_text(_TOKENS.format(url=introspection))
        config = root / "dovecot.conf"
        config.write_text(_DOVECOT.format(root=root, password=password))
        with (
            (root / "out").open("wb") as out,
            running(["dovecot", "-F", "-c", config], stdout=out, stderr=out),
        ):
            until((root / "auth").exists, root / "out")
            yield root / "auth"
