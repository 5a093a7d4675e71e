"""Whether a change comes from a page of ours, as far as the browser says; programs say nothing."""

from starlette.datastructures import Headers

_OURS = ("same-origin", "none")


def foreign_page(headers: Headers, *, secure: bool, external_url: str = "") -> str:
    """Return why a request is one of a page of another site, empty where it is not.

    Every browser sends ``Origin`` with a change; ``Sec-Fetch-Site`` says it once more (Fetch Metadata).
    """
    origin, host = headers.get("origin"), headers.get("host", "")
    schemes = ("https",) if secure else ("http",)
    ours = {f"{scheme}://{host}".lower() for scheme in schemes}
    if external_url:
        ours.add(external_url.lower().rstrip("/"))
    site = headers.get("sec-fetch-site", "none").lower()
    # A page that passes its address on to nobody sends no origin with its own forms (Fetch, section 3.1).
    hidden = origin == "null" and site == "same-origin"
    if origin is not None and origin.lower() not in ours and not hidden:
        return "the request comes from a page of another site"
    return "" if site in _OURS else "the request comes from a page of another site"


def is_browser(headers: Headers) -> bool:
    """Return whether a request was made by a browser, which sends credentials by itself."""
    return any(name in headers for name in ("origin", "sec-fetch-site", "cookie"))
