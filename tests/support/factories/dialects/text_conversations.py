"""Conversations with servers of the text dialects, as data, and what plays them; holds no tests."""

from dataclasses import dataclass
from typing import NamedTuple

from monitor.dialects import DIALECTS, Dialogue, DialogueFailure

NAME = "mail.vms.example"
US = b"cert-monitor.invalid"


class Conversation(NamedTuple):
    """What a server says, piece by piece, and all that we say to it, its start included."""

    protocol: str
    replies: tuple[bytes, ...]
    said: tuple[bytes, ...]


@dataclass(frozen=True)
class Outcome:
    """How a dialogue ended: all that we said, and what was left for TLS."""

    said: bytes
    done: bool
    rest: bytes
    failure: DialogueFailure | None


def dialogue_of(protocol: str, server_name: str = NAME) -> Dialogue:
    """Return a fresh dialogue of a protocol."""
    make = DIALECTS[protocol].dialogue
    assert make is not None
    return make(server_name)


def play(protocol: str, *pieces: bytes, eof: bool = False) -> Outcome:
    """Feed the pieces in order; what comes after the go-ahead belongs to TLS, as the caller does it."""
    dialogue = dialogue_of(protocol)
    said, rest = dialogue.start(), b""
    for piece in pieces:
        if dialogue.done:
            rest += piece
        else:
            said += dialogue.feed(piece)
            rest += dialogue.rest
    if eof:
        dialogue.eof()
    return Outcome(said, dialogue.done, rest, dialogue.failure)


def failure_of(protocol: str, *pieces: bytes) -> DialogueFailure:
    """Return the failure of a conversation that must have failed."""
    failure = play(protocol, *pieces).failure
    assert failure is not None
    return failure


def _header(namespace: bytes) -> bytes:
    return (
        b"<?xml version='1.0'?><stream:stream to=\"mail.vms.example\" version='1.0' xmlns='"
        + namespace
        + b"'"
        b" xmlns:stream='http://etherx.jabber.org/streams'>"
    )


ASKED = b"CAP LS 302\r\nPING cert-monitor\r\n"
STARTTLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
STREAM = (
    b"<?xml version='1.0'?>\n<stream:stream xmlns='jabber:client' id=\"a>b\" version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)
FEATURES = (
    b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
    b"</stream:features>"
)
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

# One usual conversation for each dialect, as the servers of the distributions lead it.
USUAL = (
    Conversation(
        "smtp",
        (
            b"220 mail.vms.example ESMTP Postfix (Debian)\r\n",
            b"250-mail.vms.example\r\n250-PIPELINING\r\n250-SIZE 1024\r\n250-STARTTLS\r\n250 CHUNKING\r\n",
            b"220 2.0.0 Ready to start TLS\r\n",
        ),
        (b"", b"EHLO " + US + b"\r\n", b"STARTTLS\r\n", b""),
    ),
    Conversation(
        "lmtp",
        (
            b"220 mail.vms.example Dovecot ready.\r\n",
            b"250-mail.vms.example\r\n250-8BITMIME\r\n250 STARTTLS\r\n",
            b"220 2.0.0 Begin TLS negotiation now.\r\n",
        ),
        (b"", b"LHLO " + US + b"\r\n", b"STARTTLS\r\n", b""),
    ),
    Conversation(
        "imap",
        (
            b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot ready.\r\n",
            b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK Capability completed.\r\n",
            b"a2 OK Begin TLS negotiation now.\r\n",
        ),
        (b"", b"a1 CAPABILITY\r\n", b"a2 STARTTLS\r\n", b""),
    ),
    Conversation(
        "pop3",
        (
            b"+OK Dovecot ready. <4.1.655@mail>\r\n",
            b"+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nSTLS\r\nSASL\r\n.\r\n",
            b"+OK Begin TLS negotiation now.\r\n",
        ),
        (b"", b"CAPA\r\n", b"STLS\r\n", b""),
    ),
    Conversation(
        "ftp",
        (b"220 (vsFTPd 3.0.3)\r\n", b"234 Proceed with negotiation.\r\n"),
        (b"", b"AUTH TLS\r\n", b""),
    ),
    Conversation(
        "nntp",
        (
            b"200 news.vms.example InterNetNews NNRP server INN 2.7.1 ready\r\n",
            b"101 Capability list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n",
            b"382 Begin TLS negotiation now\r\n",
        ),
        (b"", b"CAPABILITIES\r\n", b"STARTTLS\r\n", b""),
    ),
    Conversation(
        "sieve",
        (
            b'"IMPLEMENTATION" "Dovecot"\r\n"SASL" ""\r\n"STARTTLS"\r\nOK "Dovecot ready."\r\n',
            b'OK "Begin TLS negotiation now."\r\n',
        ),
        (b"", b"STARTTLS\r\n", b""),
    ),
    Conversation(
        "irc",
        (
            b":irc.vms.example NOTICE * :*** Looking up your hostname...\r\n",
            b":irc.vms.example CAP * LS :multi-prefix tls\r\n:irc.vms.example 451 * PING :Not registered\r\n",
            b":irc.vms.example 670 * :STARTTLS successful, go ahead with TLS handshake\r\n",
        ),
        (ASKED, b"", b"STARTTLS\r\n", b""),
    ),
    Conversation(
        "xmpp-client",
        (STREAM + FEATURES, PROCEED),
        (_header(b"jabber:client"), STARTTLS, b""),
    ),
    Conversation("xmpp-server", (STREAM + FEATURES, PROCEED), (_header(b"jabber:server"), STARTTLS, b"")),
)

# Good conversations of another shape; each is named by what is unusual in it.
UNUSUAL = {
    "smtp without EHLO": Conversation(
        "smtp",
        (b"220 old\r\n", b"502 what?\r\n", b"250 hello\r\n", b"220 go\r\n"),
        (b"", b"EHLO " + US + b"\r\n", b"HELO " + US + b"\r\n", b"STARTTLS\r\n", b""),
    ),
    "smtp with a long greeting and line feeds only": Conversation(
        "smtp",
        (b"220-one\n220-two\n220 three\n", b"250-a\n250-starttls\n250\n", b"220\n"),
        (b"", b"EHLO " + US + b"\r\n", b"STARTTLS\r\n", b""),
    ),
    "smtp with stray line ends": Conversation(
        "smtp",
        (b"\r\n220 a\r\r\n\n", b"250-a\r\n\r\n250 STARTTLS \r\n", b"\r\n220 go\r\n"),
        (b"", b"EHLO " + US + b"\r\n", b"STARTTLS\r\n", b""),
    ),
    "imap with news between and a literal": Conversation(
        "imap",
        (
            b"* ok ready\r\n",
            b"* STATUS {7}\r\na1 NO\r\n (UNSEEN 1)\r\n* CAPABILITY STARTTLS\r\n* 3 EXISTS\r\nA1 ok\r\n",
            b"* OK [ALERT] backup at 3\r\na2 OK\r\n",
        ),
        (b"", b"a1 CAPABILITY\r\n", b"a2 STARTTLS\r\n", b""),
    ),
    "pop3 without CAPA": Conversation(
        "pop3",
        (b"+OK\r\n", b"-ERR unknown command\r\n", b"+OK go\r\n"),
        (b"", b"CAPA\r\n", b"STLS\r\n", b""),
    ),
    "ftp with a banner of free lines": Conversation(
        "ftp",
        (b"220-Welcome\r\n  to\r\n\r\n230 no reply\r\n220-or\r\n220 ready\r\n", b"234 go\r\n"),
        (b"", b"AUTH TLS\r\n", b""),
    ),
    "ftp that is ready later and calls it SSL": Conversation(
        "ftp",
        (b"120 in 1 minute\r\n", b"220 now\r\n", b"504 no TLS\r\n", b"234 go\r\n"),
        (b"", b"", b"AUTH TLS\r\n", b"AUTH SSL\r\n", b""),
    ),
    "nntp without CAPABILITIES": Conversation(
        "nntp",
        (b"201 no posting\r\n", b"500 what?\r\n", b"382 go\r\n"),
        (b"", b"CAPABILITIES\r\n", b"STARTTLS\r\n", b""),
    ),
    "sieve with literals": Conversation(
        "sieve",
        (
            b'"IMPLEMENTATION" {13}\r\nOK\r\n"STARTTLS\r\n"starttls"\r\nOK (TAG {3+}\r\na\r\n)\r\n',
            b"OK {7}\r\ngo\r\nnow\r\n",
        ),
        (b"", b"STARTTLS\r\n", b""),
    ),
    "irc with message tags": Conversation(
        "irc",
        (
            b"NOTICE AUTH :hello\r\n@a=b :a CAP * LS * :x\r\nCAP * LS tls=1 y\r\nPONG a\r\n",
            b"@time=2026-01-01T00:00:00Z :a 670 * :go\r\n",
        ),
        (ASKED, b"STARTTLS\r\n", b""),
    ),
    "irc that has no CAP": Conversation(
        "irc",
        (b":a 421 * CAP :What?\r\n:a 451 * CAP :No\r\n", b":a 451 * :No\r\n", b":a 670 * :go\r\n"),
        (ASKED, b"", b"STARTTLS\r\n", b""),
    ),
    "irc that passes over CAP": Conversation(
        "irc",
        (b":a PONG a :cert-monitor\r\n", b":a 670 * :go\r\n"),
        (ASKED, b"STARTTLS\r\n", b""),
    ),
    "xmpp without a version, whose server announces nothing": Conversation(
        "xmpp-server",
        (b"<stream:stream xmlns='jabber:server'>", PROCEED),
        (_header(b"jabber:server"), STARTTLS, b""),
    ),
    "xmpp with other prefixes, quotes and room between": Conversation(
        "xmpp-client",
        (
            b'\n<?xml version="1.0"?> <s:stream version = "1.0" from=\'a">b\'>\n',
            b'<s:features ><x/><t:starttls xmlns:t="urn:ietf:params:xml:ns:xmpp-tls" />\n</s:features>\n',
            b" <t:proceed xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'>\n</t:proceed>",
        ),
        (_header(b"jabber:client"), b"", STARTTLS, b""),
    ),
}
