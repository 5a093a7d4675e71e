"""The port for agents: an application of its own, over TLS only, without pages, metrics and users."""

from monitor.web.agents.app import make_agents_app
from monitor.web.agents.service import AgentService

__all__ = ["AgentService", "make_agents_app"]
