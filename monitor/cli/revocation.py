"""Ask issuers once about the certificates that ``check`` found, where the policy of a target wants it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.assess import PATIENCE
from monitor.config import Config
from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.issuers.ari_client import Fetchers
from monitor.issuers.renewals import Renewals
from monitor.issuers.revocations import Revocations
from monitor.model import Anchors, Clock, Policy, RenewalWindow, Revocation, RevocationStatus, Snapshot
from monitor.network.client_tls import client_context, unverified_context
from monitor.network.resolve import NameLookup


class Bytes:
    """Hold the bytes of the certificates that were seen; nothing else is remembered."""

    def __init__(self) -> None:
        """Start with none."""
        self._held: dict[str, bytes] = {}

    def add(self, ders: Mapping[str, bytes]) -> None:
        """Hold more."""
        self._held.update(ders)

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of those that were seen."""
        return {one: self._held[one] for one in fingerprints if one in self._held}

    async def renewals(self, fingerprints: Sequence[str]) -> Mapping[str, RenewalWindow]:
        """Return none: what a CA said before is not known here."""
        del fingerprints
        return {}

    async def put_renewals(self, windows: Iterable[RenewalWindow]) -> None:
        """Record nothing."""


@dataclass(frozen=True, slots=True)
class RevocationLookup:
    """Hold what is needed to ask issuers within what the configuration allows."""

    config: Config
    names: NameLookup
    anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]]
    clock: Clock

    async def resolve(self, snapshot: Snapshot, seen: Bytes) -> Snapshot:
        """Return the picture with what issuers say."""
        policies = [state.target.policy for state in snapshot]
        if any(policy.revocation for policy in policies):
            snapshot = replace(snapshot, revocations=await self._revocations(snapshot, seen))
        if any(policy.renewal_information for policy in policies):
            snapshot = replace(snapshot, renewals=await self._renewals(snapshot, seen))
        return snapshot

    async def _revocations(self, snapshot: Snapshot, seen: Bytes) -> Mapping[str, Revocation]:
        known: dict[str, Revocation] = {}
        fetcher = Fetcher(self.names, self.config.issuers.url_policy, unverified_context())
        asking = Revocations(fetcher, seen.ders, self.anchors, self.clock)
        while await asking.round(snapshot, known.update):
            pass
        return {sha256: _at_once(one) for sha256, one in known.items()}

    async def _renewals(self, snapshot: Snapshot, seen: Bytes) -> Mapping[str, RenewalWindow]:
        known: dict[str, RenewalWindow] = {}
        issuers = self.config.issuers
        context = client_context(await self.anchors(self.config.defaults.trust or Policy().trust))
        fetchers = Fetchers(
            Fetcher(self.names, EVERYWHERE, context), Fetcher(self.names, issuers.url_policy, context)
        )
        asking = Renewals(fetchers, issuers.acme, seen, self.clock)
        while await asking.round(snapshot, known.update):
            pass
        return known


def _at_once(known: Revocation) -> Revocation:
    """Return what is known as if it were the last attempt: here the only one is all there is."""
    return replace(known, attempts=PATIENCE) if known.status is RevocationStatus.UNKNOWN else known
