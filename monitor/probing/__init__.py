"""Probing as ordered: requests come in, answers go out. It knows sources, the clock and its limits.

It must not know targets, judgments, the record or mails: the caller judges the answers.
"""

from monitor.probing.in_process import InProcessRunner
from monitor.probing.limiter import ProbeLimiter
from monitor.probing.probe_one import Prober, internal_failure
from monitor.probing.runner import Answer, BatchRunner, Take

__all__ = ["Answer", "BatchRunner", "InProcessRunner", "ProbeLimiter", "Prober", "Take", "internal_failure"]
