"""What the daemon shows and answers over HTTP; it asks the daemon through ``WebView`` and changes nothing.

The one exception is the reload route, which asks the daemon to read its configuration again.
"""

from monitor.web.app import make_app, make_metrics_app
from monitor.web.server import WebServer
from monitor.web.view import Health, ReloadResult, WebView

__all__ = ["Health", "ReloadResult", "WebServer", "WebView", "make_app", "make_metrics_app"]
