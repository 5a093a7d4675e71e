"""Ask a site which rights the login has, and say what is missing or more than needed.

The answer only explains; it is never a failure of the discovery.
"""

import asyncio
from collections.abc import Collection, Sequence

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


async def rights_notes(api: Api, read: Sequence[Resource], refused: Collection[str]) -> tuple[str, ...]:
    """Return notes about the rights that some lists need; ``refused`` are the paths of forbidden lists."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await _notes(api, read, refused)
    except ResourceAbsentError:
        since = SECURITY_NAMESPACES.since
        return (f"{_UNKNOWN}: not offered by this version; XProtect {since} and later have it",)
    except (SiteRequestError, TimeoutError):
        return (f"{_UNKNOWN}: the site did not answer that question",)


async def _notes(api: Api, read: Sequence[Resource], refused: Collection[str]) -> tuple[str, ...]:
    namespaces = await api.listing(SECURITY_NAMESPACES)
    notes: list[str] = []
    for name, lists in _by_namespace(read).items():
        rights = await _rights(api, namespace(namespaces, name))
        if rights and rights.administrator:
            return (ADMINISTRATOR,)
        forbidden = any(one.path in refused for one in lists)
        titles = " and ".join(one.title for one in lists)
        notes += _in_words(name, titles, rights, forbidden=forbidden)
    return tuple(notes)


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


def _in_words(
    name: str, titles: str, rights: EffectivePermissions | None, *, forbidden: bool
) -> tuple[str, ...]:
    """Return a note, or none: a login without a right on anything is not told from a site without servers."""
    if rights is None:
        return (
            f"{_UNKNOWN} on {name} ({titles}): the site has no such namespace, or says it in another form",
        )
    if rights.unreadable:
        count = f"for {rights.unreadable} of {rights.objects} objects"
        return (f"rights: the role of the login lacks Read on {name} {count} ({titles})",)
    if forbidden:
        return (
            (f"rights: the role of the login lacks Read on {name} ({titles})",) if not rights.objects else ()
        )
    return ()
