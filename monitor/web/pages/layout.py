"""What every page shares: the template environment, and the policy that allows only our own files."""

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor import __version__
from monitor.messages import Writer
from monitor.model.label_names import component_name, label_value
from monitor.web.pages import detail_texts
from monitor.web.pages.static_files import static_url


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
environment.globals |= {
    "version": __version__,
    "static_url": static_url,
    "details": detail_texts,
    "component_name": component_name,
    "label_value": label_value,
}

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The Content-Security-Policy of every page."""
