"""Answer the web's questions for a probe from the configuration in force and the main path."""

from typing import TYPE_CHECKING

from monitor.config import probe_target
from monitor.cycle import BusyError, OutsideError, Probing
from monitor.metrics import probed
from monitor.network.resolve import Resolver
from monitor.sources import sources
from monitor.web import ProbeAnswer, ProbeQuestion, Refusal

if TYPE_CHECKING:
    from monitor.daemon.daemon import Daemon

_OFF = "this cert-monitor answers no probes; list under probe.allow in its configuration what may be probed"
_NOT_HERE = "/probe is not served on this address; set probe.metrics_listen: true to have it here"
_OUTSIDE = "the target is not among those that may be probed; add it to probe.allow in the configuration"
_BUSY = "too many probes are under way; raise the scrape interval or spread them"
_NOT_NOW = "cert-monitor is starting or stopping"
_NAMES = 8
"""Threads that look names up for probes: names that hang must not hold up those of the schedule."""


class Probes:
    """Look at what Prometheus asks for, as far as the configuration allows it."""

    def __init__(self, daemon: "Daemon") -> None:
        """Use this daemon's services."""
        self._daemon = daemon
        self._probing = Probing(Resolver(_NAMES), sources, daemon.trusted.anchors, daemon.judge, daemon.clock)

    async def answer(self, question: ProbeQuestion) -> ProbeAnswer:
        """Return the metrics of the target, or why it is not looked at."""
        if (sentence := self._off(question)) is not None:
            return _refused(Refusal.OFF, sentence)
        if not self._daemon.ready:
            return _refused(Refusal.BUSY, _NOT_NOW)
        try:
            return await self._probed(question)
        except OutsideError:
            return _refused(Refusal.OUTSIDE, _OUTSIDE)
        except BusyError:
            return _refused(Refusal.BUSY, _BUSY)

    def _off(self, question: ProbeQuestion) -> str | None:
        settings = self._daemon.setup.config.probe
        if not settings.allow:
            return _OFF
        return _NOT_HERE if question.on_metrics_listen and not settings.metrics_listen else None

    async def _probed(self, question: ProbeQuestion) -> ProbeAnswer:
        config = self._daemon.setup.config
        try:
            target = probe_target(config, question.target, question.module)
        except ValueError as error:
            return _refused(Refusal.WRONG, str(error))
        within = (
            config.probe.timeout if question.within is None else min(question.within, config.probe.timeout)
        )
        state = await self._probing.look(target, config.probe.allowed, within)
        shown = config.metrics
        return ProbeAnswer(probed(state, self._daemon.clock.now(), labels=shown.labels, chain=shown.chain))


def _refused(refusal: Refusal, sentence: str) -> ProbeAnswer:
    return ProbeAnswer(refusal=refusal, sentence=sentence)
