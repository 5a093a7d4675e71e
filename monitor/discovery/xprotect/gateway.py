"""Find the URLs of a site's API and of its login; sends no secret."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from monitor.addresses import HostPort
from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.client import Client
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.http.request import FetchResponse
from monitor.model import FailureReason, Message
from monitor.parse import display

_WELL_KNOWN = "/.well-known/uris"
# Paths are case-insensitive in IIS, but not in every gateway in front of it.
_BASES = ("/api", "/API")


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway of a site: the path of its API, the address for logins, its version, and notes."""

    base: str
    identity: Origin
    token_path: str
    version: str = ""
    gateways: tuple[str, ...] = ()
    date: str = ""
    notes: tuple[str, ...] = ()


async def gateway(client: Client, settings: XProtectSiteSettings, memory: SiteMemory) -> Gateway:
    """Return the gateway of a site (``.well-known/uris``); raise ``SiteRequestError`` if there is none."""
    bases = sorted(_BASES, key=lambda base: base != memory.base)
    replies: list[FetchResponse] = []
    for base in bases:
        reply = await client.get(base + _WELL_KNOWN)
        uris = _uris(reply)
        if uris:
            memory.base = base
            return replace(_read(uris, base, settings), date=reply.headers.get("date", ""))
        replies.append(reply)
    raise _no_gateway(client.origin, replies)


def _uris(reply: FetchResponse) -> dict[str, Any]:
    found = reply.json() if reply.status == 200 else None
    if not isinstance(found, dict):
        return {}
    uris = {str(key).lower(): value for key, value in found.items()}
    return uris if isinstance(uris.get("identityprovider"), str) else {}


def _no_gateway(where: Origin, replies: list[FetchResponse]) -> SiteRequestError:
    server = where.where
    broken = next((reply for reply in replies if reply.status >= 500), None)
    if broken:
        down = texts.gateway_down(server=server, status=broken.status)
        return SiteRequestError(FailureReason.BAD_ANSWER, down, server, whole=True)
    moved = next((reply for reply in replies if 300 <= reply.status < 400), None)
    said = _moved(server, moved) if moved else texts.no_gateway(server=server)
    return SiteRequestError(FailureReason.NOT_XPROTECT, said, server, whole=True)


def _moved(server: str, reply: FetchResponse) -> Message:
    target = display(reply.headers.get("location", ""))
    if not target:
        return texts.gateway_moved_unknown(server=server)
    return texts.gateway_moved(server=server, url=target)


def _read(uris: dict[str, Any], base: str, settings: XProtectSiteSettings) -> Gateway:
    announced = uris["identityprovider"]
    identity, path = _identity(announced)
    notes: tuple[str, ...] = ()
    if identity is None or not settings.may_log_in_at(identity.host):
        # The announced path at the configured host: a server often announces its short name.
        elsewhere = (
            f"the site names {display(announced)} as its identity provider; the login goes to "
            f"{settings.origin.where} instead, because a password travels only over https to the configured "
            "host and to identity_hosts"
        )
        notes = (elsewhere,)
        identity = settings.origin
    if settings.login == "windows" and path.lower().startswith("/api/"):
        # The gateway does not forward NTLM: log in at the identity provider directly.
        path = path[len("/api") :]
    version, gateways = uris.get("productversion"), uris.get("apigateways")
    return Gateway(
        base,
        identity,
        f"{path}/connect/token",
        display(version) if isinstance(version, str) else "",
        tuple(url for url in gateways if isinstance(url, str)) if isinstance(gateways, list) else (),
        notes=notes,
    )


def _identity(announced: str) -> tuple[Origin | None, str]:
    try:
        parts = urlsplit(announced)
        path = parts.path.rstrip("/") or "/IDP"
        if not path.isascii() or not path.isprintable() or " " in path:
            return None, "/IDP"
        if parts.scheme.lower() != "https" or parts.username is not None:
            return None, path
        return Origin(*HostPort.parse(parts.netloc)), path
    except ValueError:
        return None, "/IDP"
