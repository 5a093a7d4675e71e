"""Requests to a site and their answers as they were, for a record that is masked before anybody sees it.

What was sent is not part of it: headers and forms contain the password and the token.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class SiteExchange:
    """One request and its answer; it has no repr, since the body may hold a secret.

    ``where`` is ``host:port``; ``reason`` says why there is no answer, ``status`` is 0 then. ``seconds`` is
    how long it took.
    """

    where: str
    method: str
    path: str
    seconds: float
    status: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: str = ""


OnExchange = Callable[[SiteExchange], None]


def ignored(exchange: SiteExchange) -> None:
    """Keep nothing of an exchange."""
