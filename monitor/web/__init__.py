"""What the daemon shows and answers over HTTP; it asks the daemon through ``WebView`` and changes nothing.

The exceptions are the reload route, which asks the daemon to read its configuration again, and the probe
route, which asks it to probe a target now.
"""

from monitor.web.app import make_app, make_metrics_app
from monitor.web.server import WebServer
from monitor.web.view import Health, ProbeAnswer, ProbeQuestion, Refusal, ReloadResult, WebView

__all__ = [
    "Health",
    "ProbeAnswer",
    "ProbeQuestion",
    "Refusal",
    "ReloadResult",
    "WebServer",
    "WebView",
    "make_app",
    "make_metrics_app",
]
