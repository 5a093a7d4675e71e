"""The main path from a batch of targets to a recorded, published state, and the alert pass beside it.

``alert_pass`` and ``on_demand`` are not re-exported: ``check`` needs neither.
"""

from monitor.pipeline.board import Board
from monitor.pipeline.judge import Judge
from monitor.pipeline.run import Pipeline, PipelineServices
from monitor.pipeline.trust_stores import TrustStoreCache

__all__ = [
    "Board",
    "Judge",
    "Pipeline",
    "PipelineServices",
    "TrustStoreCache",
]
