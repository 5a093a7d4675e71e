"""The tokens of agents, stored hashed, and the one-time codes that are exchanged for them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.config import Config
from monitor.daemon.web.access_tokens import AccessTokens
from monitor.errors import SystemBrokenError
from monitor.model import AccessToken, Clock, Matcher, TokenRole
from monitor.secrets import SecretReference, SecretUnavailableError
from monitor.web import digest_of, new_token
from monitor.web.services.agent_admin import AgentIdentity

VALID_FOR = timedelta(hours=1)
_LONGEST_NAME = 48
"""Characters of a token's name before the hash: people read it in lists."""


@dataclass(frozen=True, slots=True)
class _Invitation:
    """A one-time code of an agent; it expires by a clock that nobody sets."""

    agent: AgentIdentity
    by: str
    expires: float


class AgentCredentials:
    """Which token is which agent's: those of files, and those of agents that were enrolled."""

    def __init__(self, tokens: AccessTokens, clock: Clock) -> None:
        """Take where tokens are recorded."""
        self._tokens = tokens
        self._clock = clock
        self._by_file: Mapping[str, AgentIdentity] = {}
        self._invitations: dict[str, _Invitation] = {}

    def read(self, config: Config, complain: Callable[[str], None]) -> Mapping[str, AgentIdentity]:
        """Return the agents of the token files by the hashes of their tokens; blocks on the disk."""
        found: dict[str, AgentIdentity] = {}
        for zone, settings in config.zones.items():
            for agent in settings.agents:
                if agent.token_file is None:
                    continue
                try:
                    text = SecretReference(file=agent.token_file).resolve().reveal().strip()
                except SecretUnavailableError as error:
                    complain(f"agent {agent.name} of zone {zone}: {error}")
                    continue
                other = found.setdefault(digest_of(text), AgentIdentity(zone, agent.name))
                if other != AgentIdentity(zone, agent.name):
                    complain(
                        f"agent {agent.name} of zone {zone}: {agent.token_file} has the token of "
                        f"agent {other.name} of zone {other.zone}; each needs one of its own"
                    )
        return found

    def use(self, by_file: Mapping[str, AgentIdentity]) -> None:
        """Accept these tokens from now on, and those of enrolled agents."""
        self._by_file = by_file

    def find(self, token: str) -> AgentIdentity | None:
        """Return the agent of a token."""
        digest = digest_of(token)
        if (agent := self._by_file.get(digest)) is not None:
            return agent
        found = self._tokens.find(digest)
        return _agent(found) if found is not None and found.role is TokenRole.AGENT else None

    def invite(self, agent: AgentIdentity, by: str) -> str:
        """Return a code that is good for one token of an agent within an hour; it replaces earlier ones."""
        now = self._clock.monotonic()
        others = {
            digest: one
            for digest, one in self._invitations.items()
            if one.agent != agent and now < one.expires
        }
        code = new_token()
        invitation = _Invitation(agent, by, now + VALID_FOR.total_seconds())
        self._invitations = {**others, digest_of(code): invitation}
        return code

    async def enroll(self, code: str, asking: str = "") -> tuple[AgentIdentity, str] | None:
        """Return an agent and its new token for a code, ``None`` for a wrong one.

        Earlier tokens of the agent are revoked. The code of another than the ``asking`` one stays good.
        So does one whose token cannot be recorded; raises ``SystemBrokenError`` then.
        """
        digest = digest_of(code)
        known = self._invitations.get(digest)
        if known is not None and asking not in ("", f"{known.agent.zone}/{known.agent.name}"):
            return None
        invitation = self._invitations.pop(digest, None)
        if invitation is None or self._clock.monotonic() >= invitation.expires:
            return None
        try:
            return invitation.agent, await self._new_token(invitation)
        except SystemBrokenError:
            self._invitations[digest] = invitation
            raise

    async def _new_token(self, invitation: _Invitation) -> str:
        agent, name = invitation.agent, _token_name(invitation.agent)
        await self._tokens.revoke(name, by=invitation.by)
        matchers = (Matcher("zone", (agent.zone,)), Matcher("agent", (agent.name,)))
        made = await self._tokens.create(name, TokenRole.AGENT, matchers, expires_at=None, by=invitation.by)
        return made.text


def _agent(token: AccessToken) -> AgentIdentity | None:
    named = {one.name: one.values[0] for one in token.matchers if one.values}
    return AgentIdentity(named["zone"], named["agent"]) if named.keys() >= {"zone", "agent"} else None


def _token_name(agent: AgentIdentity) -> str:
    """Return the name of an agent's token, which no other agent has."""
    whole = hashlib.sha256(json.dumps([agent.zone, agent.name]).encode()).hexdigest()[:8]
    return f"{f'agent-{agent.zone}-{agent.name}'[:_LONGEST_NAME]}-{whole}"
