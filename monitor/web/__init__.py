"""What the daemon shows and answers over HTTP; it asks the daemon through ``WebView`` and changes nothing.

The exceptions are the reload route, which asks the daemon to read its configuration again, and the probe
route, which asks it to probe a target now.
"""

from monitor.web.app import make_app, make_metrics_app
from monitor.web.on_demand import OnDemandRefusal, OnDemandRequest, OnDemandResult
from monitor.web.server import WebServer
from monitor.web.view import ChangeResult, Health, WebView

__all__ = [
    "ChangeResult",
    "Health",
    "OnDemandRefusal",
    "OnDemandRequest",
    "OnDemandResult",
    "WebServer",
    "WebView",
    "make_app",
    "make_metrics_app",
]
