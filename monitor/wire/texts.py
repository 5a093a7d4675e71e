"""Messages about answers of agents."""

from monitor.model.message import plain

PART_UNREADABLE = plain(
    "agent_answer_unreadable",
    "part of what the agent sent has the form of another version; update cert-monitor on the older side",
)
