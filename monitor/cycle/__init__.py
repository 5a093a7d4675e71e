"""The main path from a batch of targets to a recorded, published state, and the alert pass beside it.

``alert_pass`` is imported by its own name: it brings the mail templates, which ``check`` does without.
"""

from monitor.cycle.board import Board
from monitor.cycle.gate import Gate
from monitor.cycle.judge import Judge
from monitor.cycle.probe import BusyError, OutsideError, Probing
from monitor.cycle.run import Cycle, PipelineServices
from monitor.cycle.trust_stores import TrustStoreCache

__all__ = [
    "Board",
    "BusyError",
    "Cycle",
    "Gate",
    "Judge",
    "OutsideError",
    "PipelineServices",
    "Probing",
    "TrustStoreCache",
]
