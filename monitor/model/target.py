"""Targets, what is known of them, and their description for people."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.model.message import Message
from monitor.model.policy import Policy
from monitor.model.probe_request import ProbeRequest, TaggedSettings


@dataclass(frozen=True, slots=True)
class Runbook:
    """Instructions for renewing a certificate, and the impact of its expiry; empty if there are none.

    ``in_brief`` are the steps in one line, ``interruption`` is what does not work while they are carried out.
    ``group`` is the title of the certificate group in the product's own tool, ``guid`` its id there.
    ``ca_first`` replaces ``steps`` when the CA must be renewed first, ``switch`` when the new certificate is
    installed on the machine but not in use. The three may contain the placeholders ``{names}``,
    ``{thumbprint}`` (of the new certificate), ``{served_thumbprint}``, ``{issuer}`` and ``{ca_expires}``,
    filled from the certificate for each alert.
    """

    impact: Message | None = None
    steps: tuple[Message, ...] = ()
    ca_first: tuple[Message, ...] = ()
    switch: tuple[Message, ...] = ()
    link: str = ""
    in_brief: Message | None = None
    interruption: Message | None = None
    group: Message | None = None
    guid: str = ""


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """The description of a target for people, shown in mails and on the page.

    ``server`` is the title of the server that the target is a port of, empty where nothing has named it.
    ``owner`` is the person or team responsible, ``note`` a remark; both are one line of sanitized text.
    ``low_impact`` is true where little stops when the certificate expires: such alerts come last.
    """

    title: str = ""
    server: str = ""
    component: str = ""
    owner: str = ""
    note: str = ""
    low_impact: bool = False
    runbook: Runbook = Runbook()


@dataclass(frozen=True, slots=True)
class TargetTraits:
    """The traits of a target that judging needs beyond its certificates.

    ``standby`` is true for a server that answers only after a takeover: while it does not, it is neither
    failed nor known to be good. ``plain_possible`` is true if the product may be configured without TLS: an
    unencrypted answer is then judged by the policy's ``encryption`` instead of being a failure.
    ``stands_in_for`` names the hosts that it takes over from. ``public_names`` are names that clients use for
    it, which its certificate must therefore contain. ``key_type`` is the only one that the product supports
    ("RSA"). ``self_signed_name`` is the common name of the certificate that the product generates at every
    start while no other is configured, and which cannot be renewed.
    """

    standby: bool = False
    plain_possible: bool = False
    stands_in_for: tuple[str, ...] = ()
    public_names: tuple[str, ...] = ()
    key_type: str = ""
    self_signed_name: str = ""


# Without colons and slashes, so that an id is unambiguous whatever the name contains.
ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


def make_target_id(kind: str, name: str, zone: str = "") -> str:
    """Return the id of a target: ``KIND:NAME``, in a zone ``ZONE/KIND:NAME``.

    Raises ``ValueError`` for a zone that is no word of at most 63 letters, digits, dots, ``-`` and ``_``.
    """
    if zone and not ZONE.fullmatch(zone):
        raise ValueError(f"a zone is a word of letters, digits, dots, - and _ (got {zone!r})")
    return qualified(f"{kind}:{name}", zone)


def qualified(name: str, zone: str) -> str:
    """Return a name that is unique over all zones: ``ZONE/NAME``, outside any zone the name itself.

    A host of the same name in another zone is another machine.
    """
    return f"{zone}/{name}" if zone else name


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to probe on a schedule.

    ``settings`` is the value for the source of this ``kind``; it contains no secrets, only references to
    them. Targets are joined by ``host`` and ``aliases``. ``collection`` is true if an older certificate may
    be kept along with its successor. ``server_name`` is the name that the certificate must match, empty if no
    name is expected. ``id`` is made by ``make_target_id``; ``zone`` is the network from which the target is
    reached, empty for the monitor's own. ``request`` is the request to its source, made once for all probes.
    """

    id: str
    kind: str
    location: str
    settings: TaggedSettings
    policy: Policy = Policy()
    labels: tuple[tuple[str, str], ...] = ()
    host: str = ""
    aliases: tuple[str, ...] = ()
    server_name: str = ""
    collection: bool = False
    info: TargetInfo = TargetInfo()
    traits: TargetTraits = TargetTraits()
    origin: str = ""
    zone: str = ""
    request: ProbeRequest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the probe request."""
        policy = self.policy
        request = ProbeRequest(
            target_id=self.id,
            location=self.location,
            settings=self.settings,
            timeout=policy.timeout,
            encryption=policy.encryption,
            revocation=policy.revocation,
            trust=policy.trust,
            forget_after=policy.forget_after,
            plain_possible=self.traits.plain_possible,
            host=self.host,
            aliases=self.aliases,
        )
        object.__setattr__(self, "request", request)

    def label(self, name: str) -> str:
        """Return the value of a label, empty when it is not set; ``owner`` is the target's owner."""
        if name == "owner" and self.info.owner:
            return self.info.owner
        return dict(self.labels).get(name, "")


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests of a few hundred targets that are probed together."""

    id: str
    interval: timedelta
    requests: tuple[ProbeRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscoveredTarget:
    """One target that a discovery found, usually an endpoint.

    ``address`` is ``host:port`` with an IPv6 literal in brackets, for other kinds an id that is unique in the
    list; ``server_name`` is the name for SNI, possibly empty. ``labels`` are added to those of the
    discovery's own entry. ``preset`` is the key of a preset ("recording_server.media") with policy, target
    info and traits; ``traits`` adds those of this endpoint alone. ``name`` is the name of the server or
    device in its system, possibly empty. ``protocol`` is its protocol, empty if unknown. ``policy`` contains
    keys of the policy that the list sets for this endpoint, as in a configuration. ``kind`` is the kind of
    target, ``keys`` are the keys of that kind unless it is an endpoint; they never contain secrets.
    ``account`` runs the service, as a SID or a name; ``product_version`` is that of the product. Both are
    sanitized, and empty where the list does not say them.
    """

    address: str
    server_name: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    title: str = ""
    aliases: tuple[str, ...] = ()
    preset: str = ""
    traits: TargetTraits = TargetTraits()
    name: str = ""
    protocol: str = ""
    policy: tuple[tuple[str, str], ...] = ()
    kind: str = "endpoint"
    keys: tuple[tuple[str, str], ...] = ()
    account: str = ""
    product_version: str = ""
