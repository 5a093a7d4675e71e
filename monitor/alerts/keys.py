"""The keys under which told matters are remembered: how they are written and read back."""

from monitor.model import Check, Finding

CLOCK = "clock"
INVENTORY = "inventory"
NETWORK = "unreachable *"
RENEWED = "renewed"

_CHECKS = {check.value: check for check in Check}

ABOUT_STANDING = frozenset({Check.REVOKED, Check.REVOCATION_UNKNOWN})
ABOUT_CERTIFICATE = frozenset(
    {
        Check.EXPIRY,
        Check.CA_EXPIRY,
        Check.WEAK_KEY,
        Check.WEAK_SIGNATURE,
        Check.RENEWAL_WINDOW,
        Check.REVOKED,
    }
)
_ALWAYS_SHARED = frozenset(
    {
        Check.INCONSISTENT,
        Check.RECORDER_PAIR,
        Check.FAILOVER_OLDER,
        Check.DISCOVERY_STALE,
        Check.REVOCATION_UNKNOWN,
    }
)


def key_of(target_id: str, finding: Finding) -> str:
    """Return the key of the matter that a finding about a target belongs to.

    What is true of a certificate wherever it lies is one matter; what depends on where it is served is
    one per target.
    """
    if finding.matter:
        return f"{finding.check} {finding.matter}"
    if finding.check in ABOUT_CERTIFICATE:
        return f"{finding.check} {finding.sha256}"
    return f"{finding.check} {target_id} {finding.sha256 or '-'}"


def is_shared(key: str) -> bool:
    """Return whether a key is that of a matter of several targets.

    Checks that are asked of one target or of many write their name into the matter once more, which no
    target id begins with.
    """
    check = check_of(key)
    return check in _ALWAYS_SHARED or (check is not None and subject_of(key).startswith(f"{check} "))


def unreachable(target_id: str) -> str:
    """Return the key under which a target that shows nothing is remembered."""
    return f"{Check.UNREACHABLE} {target_id}"


def renewed(old: str, new: str) -> str:
    """Return the key under which one renewal is remembered as told."""
    return f"{RENEWED} {old} {new}"


def check_of(key: str) -> Check | None:
    """Return the check of a key, ``None`` for a key that is not about a finding."""
    word = key.partition(" ")[0]
    return _CHECKS.get(word)


def subject_of(key: str) -> str:
    """Return what follows the first word: a fingerprint, a target with one, a target, or a matter."""
    return key.partition(" ")[2]


def target_and_fingerprint(key: str) -> tuple[str, str]:
    """Return both parts of a key that is one per target and certificate; target ids may hold spaces."""
    target_id, _, sha256 = subject_of(key).rpartition(" ")
    return target_id, sha256
