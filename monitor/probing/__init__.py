"""Probing as ordered: requests come in, answers go out. It knows sources, the clock and its limits.

It must not know targets, judgments, the record or mails: the caller judges the answers.
"""

from monitor.probing.gate import Gate
from monitor.probing.in_process import InProcessRunner
from monitor.probing.probe_one import Prober, internal_failure
from monitor.probing.runner import Answer, BatchRunner, Take

__all__ = ["Answer", "BatchRunner", "Gate", "InProcessRunner", "Prober", "Take", "internal_failure"]
