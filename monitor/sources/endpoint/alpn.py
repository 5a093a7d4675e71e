"""Remember which servers respond only to clients that offer an application protocol (ALPN, RFC 7301).

ALPN is not offered by default: a server that supports none of the offered protocols may refuse the handshake.
"""

from collections import OrderedDict
from collections.abc import Hashable

NO_APPLICATION = "no_application_protocol"
"""The alert of such a server (RFC 7301 section 3.2)."""

# From IANA's registry, what runs over TCP; not acme-tls/1, for which a server presents a certificate made for
# its CA alone (RFC 8737 section 3).
OFFER = (
    *("h2", "http/1.1", "imap", "pop3", "managesieve", "ftp", "xmpp-client", "xmpp-server"),
    *("mqtt", "dot", "postgresql", "tds/8.0", "irc", "nntp", "sip/2"),
)

MOST_SERVERS = 16_384
_TRY_AGAIN = 86_400.0


class AlpnCache:
    """The servers that need an offer, and those for which an offer failed, with a time limit."""

    def __init__(self) -> None:
        """Start without known servers."""
        self._wanting: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of remembered servers: usually none."""
        return len(self._wanting)

    def offer(self, server: Hashable, now: float) -> tuple[str, ...]:
        """Return the protocols to offer to a server, empty for nearly all."""
        return OFFER if self._wanting.get(server, now + 1) <= now else ()

    def refused(self, server: Hashable, now: float, *, offered: bool) -> bool:
        """Record that a server sent the alert; return whether to retry at once with an offer."""
        if self._wanting.get(server, now) > now:
            return False
        self._wanting[server] = now + _TRY_AGAIN if offered else now
        self._wanting.move_to_end(server)
        if len(self._wanting) > MOST_SERVERS:
            self._wanting.popitem(last=False)
        return not offered
