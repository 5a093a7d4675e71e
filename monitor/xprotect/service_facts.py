"""The account of a service and the version of the product, as a site says them, in words for steps."""

import re
from dataclasses import dataclass

from monitor.model import Message
from monitor.xprotect import texts

_SID = re.compile(r"S-1-\d{1,15}(?:-\d{1,10}){1,15}", re.IGNORECASE)
# Microsoft, "Security identifiers": the well-known ones under which services run.
_WELL_KNOWN = {"S-1-5-18": "LOCAL SYSTEM", "S-1-5-19": "LOCAL SERVICE", "S-1-5-20": "NETWORK SERVICE"}
_VIRTUAL = "S-1-5-80-"
_APP_POOL = "S-1-5-82-"
_VERSION = re.compile(r"(\d\d)\.([1-9])(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The account of a service, as a SID or a name, and the version of the product; empty if not known."""

    account: str = ""
    product_version: str = ""

    @property
    def account_in_words(self) -> Message | None:
        """Return who needs the right to read the key, ``None`` if that is not known."""
        sid = self.account.upper()
        if not self.account:
            return None
        if sid in _WELL_KNOWN:
            return texts.well_known_account(account=_WELL_KNOWN[sid], sid=sid)
        if sid.startswith(_VIRTUAL):
            return texts.virtual_account(sid=sid)
        if sid.startswith(_APP_POOL):
            return texts.app_pool_account(sid=sid)
        if _SID.fullmatch(sid):
            return texts.account_of_sid(sid=sid)
        return texts.named_account(account=self.account)

    @property
    def version_step(self) -> Message | None:
        """Return the step that names the version of the product, ``None`` if that is not known."""
        if not self.product_version:
            return None
        found = _VERSION.fullmatch(self.product_version)
        if found is None:
            return texts.version_only(version=self.product_version)
        return texts.release(release=f"20{found[1]} R{found[2]}", version=self.product_version)
