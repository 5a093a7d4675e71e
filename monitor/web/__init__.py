"""What the daemon shows and answers over HTTP; it reads through ``WebView``, changes through ``Changes``."""

from monitor.web.access import (
    AccessServices,
    Identities,
    NewToken,
    TokenRefusedError,
    digest_of,
    new_token,
)
from monitor.web.app import make_app, make_metrics_app
from monitor.web.on_demand import OnDemandRefusal, OnDemandRequest, OnDemandResult
from monitor.web.services.changes import ChangeResult, Changes
from monitor.web.services.view import Health, Notified, Standby, WebView
from monitor.web.serving.server import WebServer

__all__ = [
    "AccessServices",
    "ChangeResult",
    "Changes",
    "Health",
    "Identities",
    "NewToken",
    "Notified",
    "OnDemandRefusal",
    "OnDemandRequest",
    "OnDemandResult",
    "Standby",
    "TokenRefusedError",
    "WebServer",
    "WebView",
    "digest_of",
    "make_app",
    "make_metrics_app",
    "new_token",
]
