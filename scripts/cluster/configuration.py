"""The files of the demonstration's centers, agent and workers; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.demo.estate import Member

ZONES: Mapping[str, tuple[str, ...]] = {
    "": ("management", "event"),
    "dmz": ("mobile", "website"),
    "harbour": ("recorder11", "recorder12", "camera"),
}
"""Which servers are in which zone: workers probe the first two, an agent the third."""
NATS = "nats: {{servers: ['tls://127.0.0.1:{port}'], trust: [nats-ca.pem], credentials_file: {user}.creds}}"

CENTER = """\
# Written by scripts/demo --cluster. Lengths are short so that there is something to see.
ha: {{name: {name}}}
store: {{url: "{store}"}}
web: {{listen: "127.0.0.1:{page}", external_url: "http://127.0.0.1:{page}"}}
zones:
  dmz: {{workers: true}}
  harbour: {{silent_after: 1m, agents: [{{name: harbour-1, token_file: harbour-1.token}}]}}
workers: {{{nats}}}
agents: {{listen: "127.0.0.1:{agents}", cert_file: center.pem, key_file: center.key}}
defaults: {{interval: 5s, timeout: 5s, trust: [vms-ca.cer], unreachable_after: 6}}
alerts: {{every: 2s}}
digest: {{every: off}}
email: {{host: 127.0.0.1, port: {mail}, from: cert-monitor@vms.example, to: [admins@vms.example]}}
targets:
"""
AGENT = """\
zone: harbour
name: harbour-1
centers: [{centers}]
trust: [center-ca.pem]
token_file: harbour-1.token
allow: ["127.0.0.1:*"]
spool: {{folder: spool}}
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the demonstration."""

    pages: tuple[int, int]
    agents: tuple[int, int]
    database: int
    nats: int
    mail: int


def targets(members: Iterable[Member], servers: Mapping[str, int]) -> str:
    """Return the entries of the servers, each in its zone."""
    by_name = {member.name: member for member in members}
    return "".join(
        _target(by_name[name], servers[name], zone) for zone, names in ZONES.items() for name in names
    )


def _target(member: Member, port: int, zone: str) -> str:
    where = f", zone: {zone}" if zone else ""
    return (
        f"  - {{kind: endpoint, address: '127.0.0.1:{port}', server_name: {member.host},"
        f" title: {member.title}{where}}}\n"
    )


def center(number: int, ports: Ports, *, store: str, entries: str) -> str:
    """Return the configuration of the first (0) or the second center."""
    written = CENTER.format(
        name=name(number),
        store=store,
        page=ports.pages[number],
        agents=ports.agents[number],
        mail=ports.mail,
        nats=NATS.format(port=ports.nats, user="center"),
    )
    return written + entries


def name(number: int) -> str:
    """Return the name of a center."""
    return f"center-{'ab'[number]}"


def agent(ports: Ports) -> str:
    """Return the file of the agent, which knows both centers."""
    return AGENT.format(centers=", ".join(f"'https://127.0.0.1:{port}'" for port in ports.agents))


def worker(ports: Ports, zone: str) -> str:
    """Return the file of a worker of a zone, of none when it is empty."""
    own = f"zone: {zone}\n" if zone else ""
    return f"{NATS.format(port=ports.nats, user=zone or 'worker')}\nallow: ['127.0.0.1:*']\n{own}"
