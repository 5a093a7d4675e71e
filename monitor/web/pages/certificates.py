"""The page that shows the alerts, worst first, and every certificate, earliest expiry first."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from monitor.messages import Writer, accepted
from monitor.model import Message, Snapshot
from monitor.threads import ThreadPool
from monitor.web import texts
from monitor.web.pages.layout import PAGE_POLICY, environment
from monitor.web.queries import AlertList, CertificateTable, TargetCounts, alert_list, certificate_table
from monitor.web.view import Health, WebView

MOST_ROWS = 2000
MOST_ALERTS = 50
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
_NO_ALERTS = AlertList()
_WELL = Health()
_template = environment.get_template("certificates.html")


def add_certificates(app: FastAPI, view: WebView) -> None:
    """Answer ``GET /?q=``, with every row where ``all`` is asked for."""
    pool = ThreadPool("page", 1)

    @app.api_route("/", methods=["GET", "HEAD"], response_model=None)
    async def certificates(request: Request, q: str = "") -> Response:
        everything = "all" in request.query_params
        writer = _writer(request, view.now())
        # On a thread, because sorting and writing 100,000 rows takes seconds.
        health = view.health()
        text = await pool.run(_page, view.snapshot(), writer, q[:_LONGEST_SEARCH], everything, health)
        headers = {
            "content-language": writer.language.tag,
            "content-security-policy": PAGE_POLICY,
            "vary": "accept-language",
        }
        return HTMLResponse(text, headers=headers)


def _writer(request: Request, now: datetime) -> Writer:
    """Return the writer for a request: in the language of the browser, and in UTC."""
    return Writer(accepted(request.headers.get("accept-language", "")), UTC, now)


def _page(
    snapshot: Snapshot,
    writer: Writer,
    words: str,
    everything: bool,  # noqa: FBT001 - a pool passes arguments by position
    health: Health,
) -> str:
    alerts = alert_list(snapshot, most=None if everything else MOST_ALERTS)
    table = certificate_table(snapshot, words=words, most=None if everything else MOST_ROWS)
    return render_certificates(table, writer, words, alerts, health)


def render_certificates(
    table: CertificateTable,
    writer: Writer,
    words: str = "",
    alerts: AlertList = _NO_ALERTS,
    health: Health = _WELL,
) -> str:
    """Return the HTML of the page; ``words`` are those of the search that gave the table.

    Who is not notified may see in it that notifications could not be delivered, or are not recorded.
    """
    return _template.render(
        alerts=alerts,
        health=health,
        table=table,
        counts=_counts(table.counts),
        columns=_COLUMNS,
        words=words,
        texts=texts,
        writer=writer,
        zone=str(writer.zone),
    )


def _counts(counts: TargetCounts) -> list[tuple[str, int, Callable[..., Message]]]:
    """Return the counts with the name of their style and what says them, worst first."""
    standby = [("idle-standby", counts.idle_standby, texts.count_on_standby)] if counts.idle_standby else []
    return [
        ("critical", counts.critical, texts.count_critical),
        ("warning", counts.warning, texts.count_warning),
        ("unreachable", counts.unreachable, texts.count_unreachable),
        *standby,
        ("not-checked", counts.not_probed, texts.count_not_checked),
    ]
