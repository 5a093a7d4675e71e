"""Remember which servers answer only clients that name an application protocol (ALPN, RFC 7301).

Nobody is offered one unasked: a server that knows none of those it is offered may refuse the handshake.
"""

from collections import OrderedDict
from collections.abc import Hashable

NO_APPLICATION = "no_application_protocol"
"""The alert of such a server (RFC 7301 section 3.2)."""

# Of IANA's registry what runs over TCP; not acme-tls/1, which has a server show a certificate that is made
# for its CA alone (RFC 8737 section 3).
OFFER = (
    *("h2", "http/1.1", "imap", "pop3", "managesieve", "ftp", "xmpp-client", "xmpp-server"),
    *("mqtt", "dot", "postgresql", "tds/8.0", "irc", "nntp", "sip/2"),
)

MOST_SERVERS = 16_384
_TRY_AGAIN = 86_400.0


class AlpnCache:
    """Hold which servers want an offer, and for which one is in vain until when."""

    def __init__(self) -> None:
        """Know no server yet."""
        self._wanting: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many servers are remembered: usually none."""
        return len(self._wanting)

    def offer(self, server: Hashable, now: float) -> tuple[str, ...]:
        """Return what to offer a server, nothing to nearly all."""
        return OFFER if self._wanting.get(server, now + 1) <= now else ()

    def refused(self, server: Hashable, now: float, *, offered: bool) -> bool:
        """Learn that a server sent the alert; return whether to try again at once with an offer."""
        if self._wanting.get(server, now) > now:
            return False
        self._wanting[server] = now + _TRY_AGAIN if offered else now
        self._wanting.move_to_end(server)
        if len(self._wanting) > MOST_SERVERS:
            self._wanting.popitem(last=False)
        return not offered
