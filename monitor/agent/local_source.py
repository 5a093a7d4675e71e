"""A source that probes only what the agent's file allows, with the files that its names stand for here."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from monitor.agent import texts
from monitor.agent.order_check import unsupported_in
from monitor.agent.permission import Permission
from monitor.logs import RareEvents
from monitor.model import Failure, FailureReason, Message, ProbeRequest, ProbeResult, Source
from monitor.model.message import raw_english
from monitor.wire import NoSuchNameError, resolved

log = logging.getLogger(__name__)

LONGEST = timedelta(hours=1)
"""A probe that may take longer would keep its place from others, also once the center is itself again."""


class LocalSource:
    """Wraps the source of one kind."""

    def __init__(self, source: Source, permission: Permission, secrets: Mapping[str, str]) -> None:
        """Take the source, the allow list, and the files by name."""
        self._source = source
        self._permission = permission
        self._secrets = secrets
        self._rarely = RareEvents(log, monotonic)

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return what a probe gave, or why there was none."""
        if said := self._permission.refusal(request):
            return self._refused(request, FailureReason.FORBIDDEN, said)
        if what := unsupported_in(request.settings):
            return self._refused(request, FailureReason.INTERNAL, texts.order_unknown(problem=what))
        try:
            here = resolved(request, self._file)
        except NoSuchNameError as error:
            said = texts.secret_unknown(name=error.name)
            return self._refused(request, FailureReason.FORBIDDEN, said)
        return await self._source.probe(replace(here, timeout=min(here.timeout, LONGEST)))

    def _refused(self, request: ProbeRequest, reason: FailureReason, said: Message) -> ProbeResult:
        """Return why an order is not carried out; the log of this machine says so as well, once a minute."""
        what, why = "an order is not carried out", raw_english(said)
        self._rarely.event(what, "order", level=logging.WARNING, target=request.target_id, why=why)
        return ProbeResult(failures=(Failure(reason, said),))

    def _file(self, name: str) -> str:
        try:
            return self._secrets[name]
        except KeyError:
            raise NoSuchNameError(name) from None
