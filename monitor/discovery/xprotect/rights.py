"""Ask a site which rights the login has, and say what is missing or more than needed.

The answer only explains; it is never a failure of the discovery.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitor.discovery.xprotect.api import Api, Item, ResourceAbsentError, identifier
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.resources import EFFECTIVE_PERMISSIONS, SECURITY_NAMESPACES, Resource
from monitor.xprotect.rights import EffectivePermissions, effective_permissions, namespace, read_mask

ADMINISTRATOR = (
    "rights: the login is a full administrator of the site, which is more than reading needs; XProtect "
    "Corporate can grant a role with only the rights in the documentation"
)
_UNKNOWN = "rights: what the login may do cannot be known"
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class LoginRights:
    """Notes about the rights of a login, and which it lacks, as the product names them."""

    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


async def login_rights(api: Api, read: Sequence[Resource], refused: Collection[str]) -> LoginRights:
    """Return the known rights that some lists need; ``refused`` are paths of forbidden lists."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await _asked(api, read, refused)
    except ResourceAbsentError:
        since = SECURITY_NAMESPACES.since
        return LoginRights((f"{_UNKNOWN}: not offered by this version; XProtect {since} and later have it",))
    except (SiteRequestError, TimeoutError):
        return LoginRights((f"{_UNKNOWN}: the site did not answer that question",))


async def _asked(api: Api, read: Sequence[Resource], refused: Collection[str]) -> LoginRights:
    namespaces = await api.listing(SECURITY_NAMESPACES)
    notes: list[str] = []
    missing: list[str] = []
    for name, lists in _by_namespace(read).items():
        rights = await _rights(api, namespace(namespaces, name))
        if rights and rights.administrator:
            return LoginRights((ADMINISTRATOR,))
        forbidden = any(one.path in refused for one in lists)
        titles = " and ".join(one.title for one in lists)
        if rights is None:
            notes.append(
                f"{_UNKNOWN} on {name} ({titles}): the site has no such namespace, or says it in another form"
            )
        elif (count := _unreadable(rights, forbidden=forbidden)) is not None:
            notes.append(f"rights: the role of the login lacks Read on {name}{count} ({titles})")
            missing.append(f"Read on {name}")
    return LoginRights(tuple(notes), tuple(missing))


def _by_namespace(read: Sequence[Resource]) -> dict[str, list[Resource]]:
    lists: dict[str, list[Resource]] = {}
    for resource in read:
        lists.setdefault(resource.namespace, []).append(resource)
    return lists


async def _rights(api: Api, found: object | None) -> EffectivePermissions | None:
    if not isinstance(found, dict):
        return None
    identity = identifier(found)
    # The list may leave out the actions, which the single object has.
    whole: Item = found if "securityActions" in found else await api.one(SECURITY_NAMESPACES, identity)
    return effective_permissions(await api.one(EFFECTIVE_PERMISSIONS, identity), read_mask(whole))


def _unreadable(rights: EffectivePermissions, *, forbidden: bool) -> str | None:
    """Return of how many objects Read is missing in words, empty where that is unknown; ``None`` for none.

    A login without a right on anything is not told from a site without servers.
    """
    if rights.unreadable:
        return f" for {rights.unreadable} of {rights.objects} objects"
    return "" if forbidden and not rights.objects else None
