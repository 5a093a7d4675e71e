"""What to tell the administrators and in which words: pure functions of what is known and the time.

No I/O and no clock here; storing and sending are done by those who call.
"""

from monitor.alerts.decide import FIRST_PASS_AT_MOST, decide
from monitor.alerts.decision import Advice, Decision, Entry, Inventory, Rung, Situation, Spot, Why
from monitor.alerts.message import ascii_domain, compose
from monitor.alerts.render import render

__all__ = [
    "FIRST_PASS_AT_MOST",
    "Advice",
    "Decision",
    "Entry",
    "Inventory",
    "Rung",
    "Situation",
    "Spot",
    "Why",
    "ascii_domain",
    "compose",
    "decide",
    "render",
]
