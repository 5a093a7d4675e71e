"""The center's side of agents: who they are, what they are ordered, and what becomes of their answers."""

from monitor.daemon.agents.center import AgentCenter
from monitor.daemon.agents.listener import AgentsServer

__all__ = ["AgentCenter", "AgentsServer"]
