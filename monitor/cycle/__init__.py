"""The main path from a batch of targets to a recorded, published state, and the alert pass beside it."""

from monitor.cycle.alert_pass import AlertPass
from monitor.cycle.board import Board
from monitor.cycle.gate import Gate
from monitor.cycle.judge import Judge
from monitor.cycle.run import Cycle, Services
from monitor.cycle.trusted import Trusted

__all__ = ["AlertPass", "Board", "Cycle", "Gate", "Judge", "Services", "Trusted"]
