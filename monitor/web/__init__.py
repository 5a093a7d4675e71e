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
from monitor.web.changes import ChangeResult, Changes
from monitor.web.on_demand import OnDemandRefusal, OnDemandRequest, OnDemandResult
from monitor.web.server import WebServer
from monitor.web.view import Health, Notified, WebView

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
    "TokenRefusedError",
    "WebServer",
    "WebView",
    "digest_of",
    "make_app",
    "make_metrics_app",
    "new_token",
]
