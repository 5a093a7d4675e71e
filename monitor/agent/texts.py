"""Messages about orders that an agent does not carry out."""

from monitor.model import message


@message("agent_not_allowed", "the agent's file does not allow {what}; add it to allow there")
def not_allowed(*, what: str) -> None: ...


@message("agent_secret_unknown", "the agent has no secret named {name}; add it to secrets in its file")
def secret_unknown(*, name: str) -> None: ...


@message("agent_order_unknown", "the agent cannot carry out this order ({problem}); update it")
def order_unknown(*, problem: str) -> None: ...
