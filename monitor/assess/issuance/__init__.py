"""How a certificate was made, recognized from its path, and what that means for renewing it; pure."""

from monitor.assess.issuance.recognize import issuance
from monitor.assess.issuance.texts import HOW_MADE, RENEWAL_STEPS, reworded

__all__ = ["HOW_MADE", "RENEWAL_STEPS", "issuance", "reworded"]
