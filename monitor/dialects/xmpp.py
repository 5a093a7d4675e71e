"""The XMPP dialogue for TLS, between client and server and between servers; reads tags, never parses XML."""

import re

from monitor.dialects import texts
from monitor.dialects.dialogue import excerpt, wrong_protocol
from monitor.dialects.pieces import FramedDialogue
from monitor.dialects.tags import Tags
from monitor.model import FailureReason, Message

_TAG = re.compile(rb"<(/?)(?:[^\s:/<>]+:)?([^\s:/<>]+)")
_VERSION = re.compile(rb"\sversion\s*=\s*[\"']1\.\d+[\"']")
_STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
_GOODBYE = b"</stream:stream>"


class XmppDialogue(FramedDialogue):
    """Opens a stream and requests TLS (RFC 6120 sections 4.2, 4.3.2 and 5.4); see ``Dialogue``.

    A server hosts many names and sends the certificate of the one in ``to``; without a server name the
    attribute is left out, and the server decides.
    """

    __slots__ = ("_depth", "_element", "_namespace", "_said", "_to")

    def __init__(self, namespace: str, server_name: str) -> None:
        """Prepare a stream in ``namespace``: ``jabber:client`` or ``jabber:server``."""
        from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - loads an HTTP client

        super().__init__(Tags())
        self._namespace = namespace
        self._to = f" to={quoteattr(server_name)}" if server_name else ""
        self._said = "the stream header"
        self._depth = -1  # outside the stream; 0 is inside, between its elements
        self._element: list[bytes] = []

    def start(self) -> bytes:
        """Return the client's opening of the stream."""
        return (
            f"<?xml version='1.0'?><stream:stream{self._to} version='1.0' xmlns='{self._namespace}'"
            " xmlns:stream='http://etherx.jabber.org/streams'>"
        ).encode("utf-8", "replace")

    @property
    def _awaited(self) -> str:
        return self._said

    @property
    def _unfinished(self) -> bytes:
        return b"".join([*self._element, self._pieces.rest]).strip()

    def _hear(self, piece: bytes) -> bytes:
        if not piece.strip() or (piece.startswith(b"<?xml") and self._depth < 0):
            return b""  # space between elements (RFC 6120 section 11.7), and the XML declaration
        if self._element and not piece.startswith(b"<") and b"\0" not in piece:
            self._element.append(piece)
            return b""
        tag = _TAG.match(piece) if piece.endswith(b">") and piece[1:2] not in b"!?" else None
        if tag is None:  # a comment or a document type: neither is allowed (RFC 6120 section 11.1)
            self.failure = wrong_protocol("XMPP", piece.strip())
            return b""
        if self._depth < 0:
            return self._open(piece, tag[2])
        return self._nest(piece, closing=bool(tag[1]))

    def _open(self, piece: bytes, name: bytes) -> bytes:
        if name != b"stream" or piece.startswith(b"</"):
            self.failure = wrong_protocol("XMPP", piece)
            return b""
        self._depth = 0
        if _VERSION.search(piece):
            return b""
        return self._ask()  # such a server sends no features (RFC 6120 section 4.7.5)

    def _nest(self, piece: bytes, *, closing: bool) -> bytes:
        """Collect an element of the stream until it is complete."""
        self._element.append(piece)
        if not piece.endswith(b"/>"):
            self._depth += -1 if closing else 1
        if self._depth > 0:
            return b""
        if self._depth < 0:
            return self._part(texts.stream_closed(request=self._said))
        element, self._element = self._element, []
        return self._answer(element, _words(element))

    def _answer(self, element: list[bytes], words: list[bytes]) -> bytes:
        match words[0]:
            case b"error" | b"failure":
                reply = excerpt(b" ".join(words))
                return self._part(texts.request_refused(request=self._said, reply=reply))
            case b"features" if self._said != "STARTTLS" and b"starttls" in words:
                return self._ask()
            case b"features" if self._said != "STARTTLS":
                reply = excerpt(b" ".join(words))
                return self._part(texts.not_offered(request="STARTTLS", reply=reply))
            case b"proceed" if self._said == "STARTTLS":
                self.done = True
            case _:
                self.failure = wrong_protocol("XMPP", b"".join(element))
        return b""

    def _ask(self) -> bytes:
        self._said = "STARTTLS"
        return _STARTTLS

    def _part(self, message: Message) -> bytes:
        self._end(FailureReason.STARTTLS_REFUSED, message)
        return _GOODBYE


def _words(element: list[bytes]) -> list[bytes]:
    """Return names and texts: attributes are mostly namespaces, and would fill a excerpt."""
    found = [_TAG.match(piece) for piece in element]
    pairs = zip(element, found, strict=True)
    return [tag[2] if tag else text.strip() for text, tag in pairs if not (tag and tag[1])]
