"""The page that shows every certificate, soonest expiry first."""

from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from monitor.model import Snapshot
from monitor.threads import ThreadPool
from monitor.web.pages.layout import PAGE_POLICY, environment
from monitor.web.queries import CertificateTable, TargetCounts, certificate_table
from monitor.web.view import WebView

MOST_ROWS = 2000
_LONGEST_SEARCH = 200
_template = environment.get_template("certificates.html")


def add_certificates(app: FastAPI, view: WebView) -> None:
    """Answer ``GET /?q=``, with every row where ``all`` is asked for."""
    pool = ThreadPool("page", 1)

    @app.api_route("/", methods=["GET", "HEAD"], response_model=None)
    async def certificates(request: Request, q: str = "") -> Response:
        most = None if "all" in request.query_params else MOST_ROWS
        # On a thread, because sorting and writing 100,000 rows takes seconds.
        text = await pool.run(_page, view.snapshot(), view.now(), q[:_LONGEST_SEARCH], most)
        return HTMLResponse(text, headers={"content-security-policy": PAGE_POLICY})


def _page(snapshot: Snapshot, now: datetime, words: str, most: int | None) -> str:
    return render_certificates(certificate_table(snapshot, now, words=words, most=most), now, words)


def render_certificates(table: CertificateTable, now: datetime, words: str = "") -> str:
    """Return the HTML of the page; ``words`` are those of the search that gave the table."""
    return _template.render(table=table, counts=_counted(table.counts), words=words, now=now)


def _counted(counts: TargetCounts) -> list[tuple[str, int]]:
    """Return the counts with their words, worst first."""
    return [
        ("critical", counts.critical),
        ("warning", counts.warning),
        ("not reached", counts.unreachable),
        *([("standing by", counts.idle_standby)] if counts.idle_standby else []),
        ("not looked at yet", counts.not_probed),
    ]
