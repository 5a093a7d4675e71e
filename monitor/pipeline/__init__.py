"""The main path from a batch of targets to a recorded, published state, and the alert pass beside it.

``alert_pass`` is not re-exported: it loads decisions about notifications, which ``check`` does not need.
"""

from monitor.pipeline.board import Board
from monitor.pipeline.judge import Judge
from monitor.pipeline.on_demand import BusyError, NotAllowedError, OnDemandProber
from monitor.pipeline.run import Pipeline, PipelineServices
from monitor.pipeline.trust_stores import TrustStoreCache

__all__ = [
    "Board",
    "BusyError",
    "Judge",
    "NotAllowedError",
    "OnDemandProber",
    "Pipeline",
    "PipelineServices",
    "TrustStoreCache",
]
