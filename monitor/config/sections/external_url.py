"""The address by which people reach the pages from elsewhere (``web.external_url``): which ones are taken."""

from typing import Annotated

from pydantic import AfterValidator

from monitor.addresses import read_url
from monitor.settings import pattern

_NO_URL = "must be the address of the page, such as https://certs.vms.example"
_USUAL_PORTS = {"https": 443, "http": 80}


def checked_external_url(text: str) -> str:
    """Return scheme, host and port, as browsers write an origin; raise ``ValueError`` for anything else."""
    url = read_url(text, tuple(_USUAL_PORTS), _NO_URL)
    parts = url.parts
    if url.has_login:
        raise ValueError("must not contain a user name or password")
    if parts.path not in ("", "/") or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise ValueError(f"{_NO_URL}, without a path: the page must be at the root of its host")
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = "" if url.port in (None, _USUAL_PORTS[parts.scheme]) else f":{url.port}"
    return f"{parts.scheme}://{host}{port}"


ExternalUrl = Annotated[
    str, AfterValidator(checked_external_url), pattern("[Hh][Tt][Tt][Pp][Ss]?://[^ /@?#]+/?")
]
