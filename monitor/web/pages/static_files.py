"""The files that pages load: style, script and icon, under an address that changes with their content."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from fastapi import FastAPI, Request, Response

FOLDER = "/static/"
_TYPES = {"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; ``version`` is the beginning of the SHA-256 of its content."""

    content: bytes
    media_type: str
    version: str


def _read(name: str, media_type: str) -> StaticFile:
    content = files("monitor.web.pages").joinpath("static", name).read_bytes()
    return StaticFile(content, media_type, sha256(content).hexdigest()[:16])


_FILES: Mapping[str, StaticFile] = {name: _read(name, media_type) for name, media_type in _TYPES.items()}


def static_url(name: str) -> str:
    """Return the address of a file."""
    return f"{FOLDER}{name}?v={_FILES[name].version}"


def add_static_files(app: FastAPI) -> None:
    """Answer the files; anybody may load them, as the login page needs them too."""

    @app.api_route(FOLDER + "{name}", methods=["GET", "HEAD"], response_model=None)
    async def static_file(name: str, request: Request, v: str = "") -> Response:
        found = _FILES.get(name)
        if found is None:
            return Response(status_code=404)
        headers = {"etag": f'"{found.version}"', "cache-control": "no-cache"}
        if v == found.version:
            headers["cache-control"] = _A_YEAR
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)
