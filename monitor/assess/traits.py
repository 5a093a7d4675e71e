"""Judge what depends on a target's role in a larger system: key type, names given to clients, encryption.

It must not compare targets with each other: ``correlate`` does.
"""

from dataclasses import dataclass

from monitor.addresses import machine_name, read_ip
from monitor.assess import texts
from monitor.assess.chain_checks import Who
from monitor.assess.names import mismatch
from monitor.model import Certificate, Message, Path, Severity, Target
from monitor.model.texts import names

_MOST_LISTED = 8
# Only XProtect has certificate groups, and only these of its components issue a certificate themselves: the
# mobile server, and perhaps port 443 of the management server.
_GROUPS = frozenset({"server", "streaming_media", "event_server", "mobile"})
_SELF_MADE = frozenset({"mobile_server", "management_server", "api_gateway"})


@dataclass(frozen=True, slots=True)
class EncryptionProblem:
    """Severity and message about a port that speaks TLS, or does not, against its policy."""

    severity: Severity
    message: Message


def encryption_problem(target: Target, encrypted: bool | None) -> EncryptionProblem | None:  # noqa: FBT001 - a state
    """Return the problem of a port that speaks plain text, or TLS, against its policy.

    Where plain text is not possible by design a plain answer is a failed probe, and no finding.
    """
    wanted = target.policy.encryption
    if encrypted is False and wanted == "required" and target.traits.plain_possible:
        return EncryptionProblem(Severity.CRITICAL, texts.NOT_ENCRYPTED)
    if encrypted and wanted == "off":
        return EncryptionProblem(Severity.WARNING, texts.UNEXPECTED_ENCRYPTION)
    return None


def wrong_key_type(target: Target, leaf: Certificate, who: Who) -> Message | None:
    """Return why the product does not accept the key type, ``None`` if it does or the type is not known."""
    wanted = target.traits.key_type
    if not wanted or not leaf.key_type or leaf.key_type.casefold() == wanted.casefold():
        return None
    return texts.wrong_key_type(who=who(leaf), key_type=leaf.key_type, wanted=wanted)


def missing_names(target: Target, leaf: Certificate) -> tuple[str, ...]:
    """Return the names that clients are given for a target and that its certificate lacks.

    The name by which the target is probed is judged on its own.
    """
    if not target.traits.public_names:
        return ()
    given = dict.fromkeys(map(machine_name, target.traits.public_names))
    reached = machine_name(target.server_name)
    return tuple(name for name in given if name and name != reached and mismatch(leaf, name) is not None)


def public_names_problem(target: Target, leaf: Certificate) -> Message | None:
    """Return which of the names that clients are given the certificate lacks."""
    missing = missing_names(target, leaf)
    return texts.missing_names(names=names(missing, _MOST_LISTED)) if missing else None


def made_by_product(target: Target, path: Path) -> bool:
    """Return whether an untrusted certificate looks like the one that an XProtect server issued to itself.

    It is self-signed, alone, not named like an anchor, and its subject is just the machine's name. The
    subjects that the products write are documented nowhere, so no other one is recognized; nor is any on a
    recorder or event server, which have no certificate until somebody selects one.
    """
    names = _machine_names(target, path.leaf)
    return _is_self_signed(path) and _is_xprotect(target) and machine_name(path.leaf.subject_cn) in names


def made_at_start(target: Target, path: Path) -> bool:
    """Return whether a product issued the certificate to itself at its start because it had no other.

    It is self-signed, alone, not named like an anchor, and has the name that the product gives it (SQL
    Server: SSL_Self_Signed_Fallback). As it is replaced at every start, nobody can renew it, and no client
    that verifies certificates has ever accepted it. Whoever knows that the server was given a certificate
    raises the check ``trust`` for it, since a server that has lost its certificate serves this one too.
    """
    wanted = target.traits.self_signed_name
    return bool(wanted) and path.leaf.subject_cn == wanted and _is_self_signed(path)


def _is_self_signed(path: Path) -> bool:
    code = path.problem.code if path.problem else ""
    return len(path.certificates) == 1 and path.leaf.self_issued and code == texts.SELF_SIGNED


def _is_xprotect(target: Target) -> bool:
    vms = target.label("vms").casefold()
    known = vms == "xprotect" if vms else target.label("certificate_group") in _GROUPS
    return known and target.label("component") in _SELF_MADE


def _machine_names(target: Target, leaf: Certificate) -> set[str]:
    # Of a site that announces addresses only, a certificate with the address tells the machine's names.
    own = leaf.dns_names if target.host in leaf.ip_addresses else ()
    names = set(map(machine_name, (target.host, target.server_name, *target.aliases, *own)))
    short = {name.partition(".")[0] for name in names if read_ip(name) is None}
    return {name for name in names | short if name}
