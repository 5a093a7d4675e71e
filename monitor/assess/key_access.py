"""Decide whether a service's account may read a private key, by the key's access list.

Windows evaluates the entries in order and stops at the first that applies to the account (AccessCheck; in a
list that Windows has sorted, denials come first). What cannot be known is ``None``, never ``False``.
"""

import struct
from collections.abc import Iterable
from hashlib import sha1

from monitor.model import KeyPermission, PrivateKey, ServiceAccount

SYSTEM = "S-1-5-18"
LOCAL_SERVICE = "S-1-5-19"
NETWORK_SERVICE = "S-1-5-20"
ADMINISTRATORS = "S-1-5-32-544"
_EVERYONE = "S-1-1-0"
_AUTHENTICATED = "S-1-5-11"
_SERVICE = "S-1-5-6"
_USERS = "S-1-5-32-545"
_ALL_SERVICES = "S-1-5-80-0"
_VIRTUAL = "S-1-5-80-"
_APP_POOL = "S-1-5-82-"
_IIS_USERS = "S-1-5-32-568"

# Whatever runs as a service has these in its token beside its own groups. Source: Microsoft, "Special
# identity groups" and "Well-known SIDs".
_OF_EVERY_SERVICE = frozenset({_EVERYONE, _AUTHENTICATED, _SERVICE, _USERS})

# As Windows keeps the names, whatever its language (Win32_Service.StartName).
_BUILT_IN = {
    "localsystem": SYSTEM,
    "system": SYSTEM,
    "localservice": LOCAL_SERVICE,
    "local service": LOCAL_SERVICE,
    "networkservice": NETWORK_SERVICE,
    "network service": NETWORK_SERVICE,
}
_AUTHORITY = frozenset({"", ".", "nt authority"})


def may_read(account: ServiceAccount, key: PrivateKey) -> bool | None:
    """Return whether the account that a service runs as may read a key, ``None`` where that is not known.

    It is not known for keys in hardware, which have no file, nor where the access list or the groups of the
    account could not be read.
    """
    sure = sids_of(account)
    if key.hardware or key.readers is None or sure is None:
        return None
    return decide_access(key.readers, sure, _perhaps(account, sure))


def decide_access(
    entries: Iterable[KeyPermission], sure: frozenset[str], perhaps: frozenset[str]
) -> bool | None:
    """Return whether a list allows an account that has the ``sure`` SIDs and may have the ``perhaps`` ones.

    ``None`` where an entry for one of the latter would change the result.
    """
    doubts: dict[str, bool] = {}
    verdict = False
    for entry in entries:
        sid = entry.sid.upper()
        if sid in sure:
            verdict = entry.allowed
            break
        if sid in perhaps:
            doubts.setdefault(sid, entry.allowed)
    return None if (not verdict) in doubts.values() else verdict


def sids_of(account: ServiceAccount) -> frozenset[str] | None:
    """Return every SID that a service's account certainly has, ``None`` where its groups are not known."""
    own = _built_in(account.account)
    if account.sids is None and not own:
        return None
    sids = {sid.upper() for sid in account.sids or ()} | ({own} if own else set())
    if SYSTEM in sids:
        sids.add(ADMINISTRATORS)
    if any(sid.startswith(_VIRTUAL) for sid in sids):
        sids.add(_ALL_SERVICES)
    if any(sid.startswith(_APP_POOL) for sid in sids):
        sids.add(_IIS_USERS)
    return frozenset(sids | _OF_EVERY_SERVICE)


def service_sid(service: str) -> str:
    r"""Return the SID of ``NT SERVICE\NAME``, which Windows makes from the name alone.

    Source: Microsoft, "Service accounts" (S-1-5-80 and the SHA-1 of the name in upper case, as UTF-16).
    """
    digest = sha1(service.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return _VIRTUAL + "-".join(map(str, struct.unpack("<5I", digest)))


def _perhaps(account: ServiceAccount, sure: frozenset[str]) -> frozenset[str]:
    """Return the SIDs that a token has only where the service is configured with a SID of its own."""
    return frozenset({service_sid(account.service), _ALL_SERVICES}) - sure


def _built_in(account: str) -> str:
    authority, _, name = account.rpartition("\\")
    return _BUILT_IN.get(name.lower(), "") if authority.lower() in _AUTHORITY else ""
