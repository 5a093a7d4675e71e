"""Query issuers once about the certificates that ``check`` found, as the policy of each target says."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.assess import PATIENCE
from monitor.config import Config, default_config
from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.issuers.ari_client import Fetchers
from monitor.issuers.renewals import Renewals
from monitor.issuers.revocations import Revocations
from monitor.model import Anchors, Clock, Policy, RenewalWindow, Revocation, RevocationStatus, Snapshot
from monitor.network.client_tls import client_context, unverified_context
from monitor.network.resolve import NameLookup


class _SeenCertificates:
    """The DER bytes of the certificates that were seen; a ``RenewalStore`` that records nothing."""

    def __init__(self, held: Mapping[str, bytes]) -> None:
        self._held = held

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the DER bytes of the seen ones among some certificates."""
        return {one: self._held[one] for one in fingerprints if one in self._held}

    async def renewals(self, fingerprints: Sequence[str]) -> Mapping[str, RenewalWindow]:
        """Return nothing: earlier answers of CAs are not stored here."""
        del fingerprints
        return {}

    async def put_renewals(self, windows: Iterable[RenewalWindow]) -> None:
        """Record nothing."""


class RevocationLookup:
    """One query of issuers as the configuration allows."""

    def __init__(
        self,
        config: Config | None,
        names: NameLookup,
        anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]],
        clock: Clock,
    ) -> None:
        """Take the configuration, by default the built-in one, and what the queries need."""
        self.config = config or default_config()
        self.names, self.anchors, self.clock = names, anchors, clock

    async def resolve(self, snapshot: Snapshot, ders: Mapping[str, bytes]) -> Snapshot:
        """Return the snapshot with the answers of issuers; ``ders`` are the certificates that were seen."""
        policies, seen = [state.target.policy for state in snapshot], _SeenCertificates(ders)
        if any(policy.revocation for policy in policies):
            snapshot = replace(snapshot, revocations=await self._revocations(snapshot, seen))
        if any(policy.renewal_information for policy in policies):
            snapshot = replace(snapshot, renewals=await self._renewals(snapshot, seen))
        return snapshot

    async def _revocations(self, snapshot: Snapshot, seen: _SeenCertificates) -> Mapping[str, Revocation]:
        known: dict[str, Revocation] = {}
        fetcher = Fetcher(self.names, self.config.issuers.url_policy, unverified_context())
        asking = Revocations(fetcher, seen.ders, self.anchors, self.clock)
        while await asking.round(snapshot, known.update):
            pass
        return {sha256: _at_once(one) for sha256, one in known.items()}

    async def _renewals(self, snapshot: Snapshot, seen: _SeenCertificates) -> Mapping[str, RenewalWindow]:
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
    """Return a status as if after the last attempt, since a check makes only one."""
    return replace(known, attempts=PATIENCE) if known.status is RevocationStatus.UNKNOWN else known
