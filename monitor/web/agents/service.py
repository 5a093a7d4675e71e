"""The interface of the daemon that the port for agents uses; no HTTP here."""

from datetime import datetime
from typing import Protocol

from monitor.web.services.agent_admin import AgentIdentity
from monitor.wire import AnswersDocument


class AgentService(Protocol):
    """What an agent may ask."""

    def identify(self, token: str) -> AgentIdentity | None:
        """Return the agent of a token, ``None`` for a wrong one."""
        ...

    def ca(self) -> bytes:
        """Return the CA of this port as DER."""
        ...

    async def enroll(self, code: str, agent: str) -> str | None:
        """Return a new token for a one-time code, ``None`` for one that is wrong, used or too old.

        ``agent`` is the ``ZONE/AGENT`` that asks, empty where it does not say so. The code of another one
        stays good.
        """
        ...

    async def orders(self, agent: AgentIdentity) -> tuple[str, bytes]:
        """Return the revision and the document of the orders of an agent."""
        ...

    async def answers(
        self, agent: AgentIdentity, document: AnswersDocument, received_at: datetime
    ) -> tuple[str, tuple[str, ...]]:
        """Take answers; return the revision of the orders, and the certificates that are missing.

        Raises ``SystemBrokenError`` where they cannot be taken now.
        """
        ...

    def to_check_now(self, agent: AgentIdentity) -> tuple[str, ...]:
        """Return the targets that an agent is to probe at once, because somebody asks."""
        ...

    def leads(self) -> bool:
        """Return whether answers can be recorded now: this center is the only one, or leads."""
        ...

    def now(self) -> datetime:
        """Return the wall time."""
        ...
