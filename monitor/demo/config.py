"""The configuration of the demo, as a user would write it; pure."""

from collections.abc import Mapping

from monitor.demo.estate import CA_NAME, Member
from monitor.demo.stores import PASSPHRASE_FILE

HEAD = """\
# Written by cert-monitor demo. Lengths are short so that there is something to see.
defaults:
  interval: 5s
  timeout: 5s
  trust: [vms-ca.cer]
  unreachable_after: 3
policies:
  - {{match: {{component: camera}}, checks: {{trust: off}}}}
  - {{match: {{component: test_server}}, warn_before: [{warn}], critical_before: [{critical}]}}
  - {{match: {{component: web_client}}, revocation: on}}
  - {{match: {{component: web_site}}, renewal_information: true}}
issuers:
  private_addresses: [127.0.0.0/8]
  acme: {{{ca}: "{directory}"}}
targets:
"""

ENDPOINT = """\
  - kind: endpoint
    address: 127.0.0.1:{port}
    server_name: {host}
    title: {title}
    labels: {{site: harbour, component: {component}}}
"""

TAIL = """\
  - kind: files
    name: web servers
    paths: ["certificates/**"]
    exclude: ["**/old/**"]
    passphrases: [{{file: {passphrase_file}}}]
    labels: {{site: harbour, component: web}}
email:
  host: 127.0.0.1
  port: {mail_port}
  from: cert-monitor@vms.example
  to: [admins@vms.example]
web: {{listen: "{listen}"}}
store: {{url: "sqlite:///state.db"}}
metrics: {{labels: [site, component, owner], chain: leaf}}
alerts: {{every: 2s}}
digest: {{every: off}}  # a demonstration does not last until tomorrow morning
"""

COMPONENTS = {
    "management": "management_server",
    "recorder11": "recording_server",
    "recorder12": "recording_server",
    "mobile": "mobile_server",
    "event": "event_server",
    "camera": "camera",
    "encoder": "camera",
    "webclient": "web_client",
    "website": "web_site",
    "expiring": "test_server",
    "plain": "log_server",
}


def endpoints(members: tuple[Member, ...], ports: Mapping[str, int]) -> str:
    """Return an entry for each running server of the demo."""
    entries = (
        ENDPOINT.format(
            port=ports[member.name],
            host=member.host,
            title=member.title,
            component=COMPONENTS[member.name],
        )
        for member in members
    )
    return "".join(entries)


def configuration(targets: str, *, mail_port: int, listen: str, short_life: float, directory: str) -> str:
    """Return the configuration file with these entries under targets.

    ``short_life`` is in seconds, ``directory`` is the URL of the demo CA's ACME directory.
    """
    warn, critical = f"{short_life * 0.7:.0f}s", f"{short_life * 0.4:.0f}s"
    head = HEAD.format(warn=warn, critical=critical, ca=CA_NAME, directory=directory)
    return head + targets + TAIL.format(mail_port=mail_port, listen=listen, passphrase_file=PASSPHRASE_FILE)
