"""What every page shares: the template environment, the style, and the policy that allows only this style."""

import base64
import hashlib
from datetime import datetime, tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor import __version__


def _instant(at: datetime | None, zone: tzinfo) -> str:
    """Return an instant as ISO 8601 has it, to the minute, in the reader's time zone."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


environment = Environment(
    loader=PackageLoader("monitor.web.pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["instant"] = _instant
_style = Markup(environment.get_template("style.html").render())  # noqa: S704 - a file of ours
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()
environment.globals |= {"style": _style, "version": __version__}

PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""The Content-Security-Policy of every page."""
