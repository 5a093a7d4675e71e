"""What every page shares: the template environment, the style, and the policy that allows only this style."""

import base64
import hashlib
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor import __version__
from monitor.messages import Writer


def _instant(at: datetime | None, writer: Writer) -> str:
    """Return an instant as sentences write it, without the time zone; a line breaks only before the time."""
    if at is None:
        return ""
    date, _, time = writer.local(at).rpartition(" ")
    return date.replace(" ", "\u00a0") + f" {time}"


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
