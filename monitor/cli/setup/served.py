"""What the first server shows to anybody: its certificates, and what is wrong with them; sends no secret."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.assess import PathFinder
from monitor.cli.probing.once import Probes
from monitor.cli.probing.target_arguments import address_and_protocol
from monitor.cli.setup import refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError
from monitor.clock import SystemClock
from monitor.model import Anchor, Anchors, Certificate, Check, Finding, Message, Path, Policy
from monitor.sources.endpoint.settings import EndpointSettings

Shown = tuple[Certificate, bytes]


@dataclass(frozen=True, slots=True)
class ServedChain:
    """The certificates that a server shows, its own first; none, and why, where it does not answer.

    ``system`` are the CAs that this machine trusts.
    """

    where: str
    chain: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    problem: Message | None
    system: Anchors

    def path(self, trusted: Iterable[Shown]) -> Path:
        """Return the path to one of these certificates, as far as there is one."""
        return self._path(Anchors.of(Anchor(one, der, "") for one, der in trusted))

    @property
    def system_members(self) -> tuple[Shown, ...]:
        """Return the CAs that this machine trusts."""
        return tuple((one.certificate, one.der) for one in self.system.members)

    @property
    def system_path(self) -> Path:
        """Return the path to a CA that this machine trusts."""
        return self._path(self.system)

    def _path(self, anchors: Anchors) -> Path:
        return PathFinder().find(self.where, self.chain, anchors, SystemClock().now(), keep=False)

    @property
    def ca(self) -> Shown | None:
        """Return the CA that the server sends and that issued its certificate, the root where it sends it."""
        above = [one for one in self.chain[1:] if one[0].is_ca and self.path((one,)).trusted]
        return next((one for one in above if one[0].self_issued), above[-1] if above else None)

    def fit_for_login(self) -> None:
        """Raise ``AnswerRefusedError`` where no trust in a CA could make a login here possible."""
        expired = self.chain[0][0].not_after <= SystemClock().now()
        for finding in self.findings:
            if finding.check is Check.NAME:
                raise AnswerRefusedError(refusal_texts.name_differs(problem=finding.message))
            if finding.check is Check.NOT_YET_VALID or (expired and finding.check is Check.EXPIRY):
                raise AnswerRefusedError(refusal_texts.unfit(problem=finding.message))


def read_served(target: str) -> ServedChain:
    """Return what the server of ``HOST:PORT`` or of a URL shows."""
    return asyncio.run(_read(target))


async def _read(text: str) -> ServedChain:
    address, protocol = address_and_protocol(text)
    keys = {"address": address} | ({"protocol": protocol} if protocol else {})
    settings = EndpointSettings.model_validate(keys)
    target = settings.target(settings.applied_to(Policy()))
    probes = Probes(SystemClock(), quiet=True)
    state = (await probes.snapshot([target])).states[target.id]
    first = [one for one in state.sightings if one.location == state.sightings[0].location]
    chain = tuple((one.certificate, probes.record.seen[one.certificate.sha256]) for one in first)
    problem = next((one.message for one in state.failures), None)
    system = await probes.trust_stores.anchors(("system",))
    return ServedChain(address, chain, state.findings, problem, system)
