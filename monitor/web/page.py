"""Write the page that shows every certificate, soonest end first; asks for nothing and loads nothing."""

import base64
import hashlib
from collections import Counter
from datetime import datetime
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor import __version__
from monitor.model import Severity, Snapshot
from monitor.web.rows import matching, row

MOST_ROWS = 2000


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


_environment = Environment(
    loader=PackageLoader("monitor.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["instant"] = _instant
_page = _environment.get_template("page.html")
_style = Markup(_environment.get_template("style.html").render())  # noqa: S704 - a file of ours
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def render_page(snapshot: Snapshot, now: datetime, *, q: str = "", everything: bool = False) -> str:
    """Return the HTML of the page with at most ``MOST_ROWS`` rows, unless everything is asked for."""
    locations = matching(snapshot, q)
    shown = [
        row(location, snapshot.findings(location.state.target.id), now)
        for location in islice(locations, None if everything else MOST_ROWS)
    ]
    return _page.render(
        rows=shown,
        more=sum(1 for _ in locations),
        counts=_counts(snapshot),
        targets=len(snapshot),
        q=q,
        now=now,
        style=_style,
        version=__version__,
    )


def _counts(snapshot: Snapshot) -> dict[str, int]:
    """Return how many targets are in each state, worst first."""
    worsts = Counter(
        max((f.severity for f in snapshot.findings(state.target.id)), key=_rank, default=Severity.OK)
        for state in snapshot
    )
    probes = Counter("standing by" if state.idle_standby else state.up for state in snapshot)
    idle_standby = probes["standing by"]
    return {
        "critical": worsts[Severity.CRITICAL],
        "warning": worsts[Severity.WARNING],
        "not reached": probes[False],
        **({"standing by": idle_standby} if idle_standby else {}),
        "not looked at yet": probes[None],
    }


def _rank(severity: Severity) -> int:
    return severity.rank
