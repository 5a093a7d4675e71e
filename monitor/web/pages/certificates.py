"""The page that shows every certificate, earliest expiry first."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.web import texts
from monitor.web.pages.frame import Pages, Reader
from monitor.web.queries import certificate_table

MOST_ROWS = 2000
_LONGEST_SEARCH = 200
_COLUMNS = {
    "status": texts.STATUS,
    "left": texts.TIME_LEFT,
    "target": texts.TARGET,
    "certificate": texts.CERTIFICATE,
    "expires": texts.EXPIRES,
    "problems": texts.PROBLEMS,
    "checked": texts.LAST_CHECKED,
}
"""The title of each column by the name of its style."""


def add_certificates(app: FastAPI, pages: Pages) -> None:
    """Answer ``GET /certificates?q=``, with every row where ``all`` is asked for."""

    @app.api_route("/certificates", methods=["GET", "HEAD"], response_model=None)
    async def certificates(request: Request, q: str = "") -> Response:
        words, most = q[:_LONGEST_SEARCH], None if "all" in request.query_params else MOST_ROWS
        return await pages.answer(
            request, "certificates.html", lambda reader: certificate_values(reader, words, most)
        )


def certificate_values(reader: Reader, words: str = "", most: int | None = MOST_ROWS) -> Mapping[str, Any]:
    """Return the values of the page; ``words`` are those of a search."""
    table = certificate_table(reader.snapshot, words=words, most=most)
    zone = str(reader.writer.zone)
    return {"title": texts.CERTIFICATES, "table": table, "columns": _COLUMNS, "words": words, "zone": zone}
