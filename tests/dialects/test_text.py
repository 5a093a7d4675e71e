"""Text dialects: the start of TLS, and the failures."""

import pytest

from monitor.dialects import DIALECTS, DialogueFailure, texts
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint
from support.factories.dialects.text_conversations import (
    FEATURES,
    NAME,
    PROCEED,
    STREAM,
    UNUSUAL,
    US,
    USUAL,
    Conversation,
    Outcome,
    dialogue_of,
    failure_of,
    play,
)


@pytest.mark.parametrize(
    "conversation", [*USUAL, *UNUSUAL.values()], ids=[*(t.protocol for t in USUAL), *UNUSUAL]
)
def test_each_reply_gets_its_answer(conversation: Conversation) -> None:
    """A server that leads to TLS hears the right words in the right order, and TLS begins."""
    dialogue = dialogue_of(conversation.protocol)
    said = (dialogue.start(), *(dialogue.feed(reply) for reply in conversation.replies))
    assert (said, dialogue.done, dialogue.failure) == (conversation.said, True, None)


SMTP_HELLO = (b"220 a\r\n", b"250-a\r\n250 STARTTLS\r\n")
IRC_HELLO = b":a CAP * LS :tls\r\n:a 451 * :Register\r\n"
IMAP_HELLO = (b"* OK a\r\n", b"* CAPABILITY STARTTLS\r\na1 OK\r\n")

REFUSALS = (
    ("smtp", (b"554-go\r\n554 5.7.1 away\r\n",), texts.greeting_refused(reply="554 5.7.1 away")),
    (
        "smtp",
        (b"220 a\r\n", b"421 4.3.2 later\r\n"),
        texts.request_refused(request="EHLO", reply="421 4.3.2 later"),
    ),
    (
        "smtp",
        (b"220 a\r\n", b"500 no\r\n", b"500 never\r\n"),
        texts.request_refused(request="HELO", reply="500 never"),
    ),
    (
        "smtp",
        (b"220 a\r\n", b"250-a\r\n250-STARTTLSX\r\n250 SIZE\r\n"),
        texts.not_offered(request="STARTTLS", reply="250-a 250-STARTTLSX 250 SIZE"),
    ),
    (
        "smtp",
        (*SMTP_HELLO, b"454 4.7.0 TLS not available\r\n"),
        texts.request_refused(request="STARTTLS", reply="454 4.7.0 TLS not available"),
    ),
    ("lmtp", (b"220 a\r\n", b"500 no LHLO\r\n"), texts.request_refused(request="LHLO", reply="500 no LHLO")),
    ("lmtp", (b"220 a\r\n", b"250 a\r\n"), texts.not_offered(request="STARTTLS", reply="250 a")),
    ("imap", (b"* BYE full\r\n",), texts.greeting_refused(reply="* BYE full")),
    ("imap", (b"* PREAUTH hello\r\n",), texts.greeting_refused(reply="* PREAUTH hello")),
    (
        "imap",
        (b"* OK STARTTLS\r\n", b"* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"),
        texts.not_offered(request="STARTTLS", reply="* CAPABILITY IMAP4rev1 a1 OK done"),
    ),
    (
        "imap",
        (b"* OK a\r\n", b"* BYE tired\r\n"),
        texts.request_refused(request="CAPABILITY", reply="* BYE tired"),
    ),
    (
        "imap",
        (*IMAP_HELLO, b"* 1 EXISTS\r\na2 NO off\r\n"),
        texts.request_refused(request="STARTTLS", reply="a2 NO off"),
    ),
    (
        "imap",
        (*IMAP_HELLO, b"a2 BAD what\r\n"),
        texts.request_refused(request="STARTTLS", reply="a2 BAD what"),
    ),
    ("pop3", (b"-ERR busy\r\n",), texts.greeting_refused(reply="-ERR busy")),
    ("pop3", (b"+OK\r\n", b"+OK\r\nUIDL\r\n.\r\n"), texts.not_offered(request="STLS", reply="+OK UIDL .")),
    (
        "pop3",
        (b"+OK\r\n", b"-ERR\r\n", b"-ERR no TLS\r\n"),
        texts.request_refused(request="STLS", reply="-ERR no TLS"),
    ),
    ("ftp", (b"421 too many\r\n",), texts.greeting_refused(reply="421 too many")),
    (
        "ftp",
        (b"220 a\r\n", b"530-Please\r\n530 login\r\n"),
        texts.request_refused(request="AUTH TLS", reply="530 login"),
    ),
    (
        "ftp",
        (b"220 a\r\n", b"504 a\r\n", b"504 b\r\n"),
        texts.request_refused(request="AUTH SSL", reply="504 b"),
    ),
    ("nntp", (b"502 not you\r\n",), texts.greeting_refused(reply="502 not you")),
    (
        "nntp",
        (b"200 a\r\n", b"101 list\r\nVERSION 2\r\n.\r\n"),
        texts.not_offered(request="STARTTLS", reply="101 list VERSION 2 ."),
    ),
    (
        "nntp",
        (b"200 a\r\n", b"500 a\r\n", b"580 no\r\n"),
        texts.request_refused(request="STARTTLS", reply="580 no"),
    ),
    ("sieve", (b'BYE "full"\r\n',), texts.greeting_refused(reply='BYE "full"')),
    (
        "sieve",
        (b'"VERSION" "1.0"\r\nOK\r\n',),
        texts.not_offered(request="STARTTLS", reply='"VERSION" "1.0" OK'),
    ),
    (
        "sieve",
        (b'"STARTTLS"\r\nOK\r\n', b'NO "off"\r\n'),
        texts.request_refused(request="STARTTLS", reply='NO "off"'),
    ),
    (
        "xmpp-client",
        (STREAM + b"<stream:features><bind/></stream:features>",),
        texts.not_offered(request="STARTTLS", reply="features bind"),
    ),
    (
        "xmpp-client",
        (STREAM + b"<stream:features/>",),
        texts.not_offered(request="STARTTLS", reply="features"),
    ),
    (
        "xmpp-server",
        (STREAM + b"<stream:error><host-unknown xmlns='a'/><text>no such\nhost</text></stream:error>",),
        texts.request_refused(request="the stream header", reply="error host-unknown text no such host"),
    ),
    (
        "xmpp-client",
        (STREAM + FEATURES, b"<failure/>"),
        texts.request_refused(request="STARTTLS", reply="failure"),
    ),
    (
        "xmpp-client",
        (STREAM + FEATURES, b"</stream:stream>"),
        texts.stream_closed(request="STARTTLS"),
    ),
    (
        "xmpp-client",
        (b"<stream:stream id='1'>", b"<stream:error><improper-addressing/></stream:error>"),
        texts.request_refused(request="STARTTLS", reply="error improper-addressing"),
    ),
)


@pytest.mark.parametrize(("protocol", "replies", "message"), REFUSALS)
def test_a_refusal_quotes_the_server(protocol: str, replies: tuple[bytes, ...], message: Message) -> None:
    """A server that speaks the dialect but gives no TLS is starttls_refused, in its own words."""
    assert failure_of(protocol, *replies) == DialogueFailure(FailureReason.STARTTLS_REFUSED, message)


@pytest.mark.parametrize(
    "reply", [b"421 * STARTTLS :Unknown command", b"451 * :Register first", b"691 * :No"]
)
def test_irc_that_refuses_points_to_the_other_port(reply: bytes) -> None:
    """An IRC server without STARTTLS is refused with a word about where TLS usually is."""
    refused = texts.request_refused(request="STARTTLS", reply=f":a {reply.decode()}")
    expected = with_hint(problem=refused, hint=texts.IRC_HINT)
    assert failure_of("irc", IRC_HELLO, b":a " + reply + b"\r\n").message == expected


@pytest.mark.parametrize("offer", ["multi-prefix", "tlsx", "xtls", "sts=port=6697,duration=60 tls-not"])
def test_irc_that_does_not_list_tls_is_not_asked(offer: str) -> None:
    """An IRC server may pass over STARTTLS in silence, so its list of capabilities decides."""
    said = f":a CAP * LS :{offer}"
    failure = failure_of("irc", said.encode() + b"\r\n:a NOTICE * :x\r\n:a 451 * :y\r\n")
    refused = texts.not_offered(request="STARTTLS", reply=f"{said} :a 451 * :y")
    message = with_hint(problem=refused, hint=texts.IRC_HINT)
    assert failure == DialogueFailure(FailureReason.STARTTLS_REFUSED, message)


def test_irc_that_throws_us_out_is_a_refusal() -> None:
    """An ERROR message ends an IRC connection and is quoted."""
    refused = texts.request_refused(request="CAP LS", reply="ERROR :Banned")
    failure = failure_of("irc", b":a CAP * LS :tls\r\nERROR :Banned\r\n")
    assert failure.message == with_hint(problem=refused, hint=texts.IRC_HINT)


def test_nntp_does_not_take_mail_for_news() -> None:
    """A greeting with SMTP's and FTP's 220, which no news server says, is another dialect and no refusal."""
    expected = texts.wrong_protocol(protocol="NNTP", reply="220 a")
    assert failure_of("nntp", b"220 a\r\n") == DialogueFailure(FailureReason.PROTOCOL_ERROR, expected)


def test_irc_numbers_that_say_nothing_of_tls_are_passed_over() -> None:
    """A number such as 439 (wait while we check you) is neither yes nor no."""
    assert play("irc", IRC_HELLO, b":a 439 * :Please wait\r\n").failure is None


GOODBYES = {
    "smtp": ((b"220 a\r\n", b"250 a\r\n"), b"QUIT\r\n"),
    "lmtp": ((b"220 a\r\n", b"250 a\r\n"), b"QUIT\r\n"),
    "imap": ((b"* OK\r\n", b"a1 OK\r\n"), b"a3 LOGOUT\r\n"),
    "pop3": ((b"+OK\r\n", b"+OK\r\n.\r\n"), b"QUIT\r\n"),
    "ftp": ((b"220 a\r\n", b"500 a\r\n"), b"QUIT\r\n"),
    "nntp": ((b"200 a\r\n", b"101 a\r\n.\r\n"), b"QUIT\r\n"),
    "sieve": ((b"OK\r\n",), b"LOGOUT\r\n"),
    "irc": ((IRC_HELLO, b":a 421 a\r\n"), b"QUIT\r\n"),
    "xmpp-client": ((STREAM + b"<features/>",), b"</stream:stream>"),
}


@pytest.mark.parametrize("protocol", GOODBYES)
def test_a_server_that_refuses_is_left_politely(protocol: str) -> None:
    """The last thing said to a server without TLS is its dialect's goodbye, so that its log stays calm."""
    replies, goodbye = GOODBYES[protocol]
    assert play(protocol, *replies).said.endswith(goodbye)


def test_what_follows_the_go_ahead_is_left_for_tls() -> None:
    """Bytes behind the go-ahead are no reply: TLS gets them, and fails if somebody slipped them in."""
    expected = Outcome(
        b"EHLO " + US + b"\r\nSTARTTLS\r\n", done=True, rest=b"250 slipped in\r\n", failure=None
    )
    assert play("smtp", *SMTP_HELLO, b"220 go\r\n250 slipped in\r\n") == expected


def test_what_follows_proceed_is_left_for_tls() -> None:
    """In XMPP all behind the end of the proceed element is TLS's."""
    outcome = play("xmpp-client", STREAM + FEATURES, PROCEED + b"\x15\x03\x01<x/>")
    assert (outcome.done, outcome.rest) == (True, b"\x15\x03\x01<x/>")


def test_xmpp_names_the_host_it_wants() -> None:
    """The stream header carries the server name, whose certificate the server is to show."""
    assert b' to="mail.vms.example"' in dialogue_of("xmpp-client", NAME).start()


def test_xmpp_without_a_server_name_leaves_the_choice_to_the_server() -> None:
    """No server name gives no ``to``, not an empty one."""
    assert b" to=" not in dialogue_of("xmpp-client", "").start()


def test_a_server_name_cannot_break_out_of_its_attribute() -> None:
    """Signs of XML in a server name are written as entities, and half a surrogate as a question mark."""
    start = dialogue_of("xmpp-client", "a<b>&\"'\ud800").start()
    assert b' to="a&lt;b&gt;&amp;&quot;\'?" version' in start


@pytest.mark.parametrize(
    ("protocol", "port"),
    [
        ("smtp", 25),
        ("lmtp", 24),
        ("imap", 143),
        ("pop3", 110),
        ("ftp", 21),
        ("nntp", 119),
        ("sieve", 4190),
        ("irc", 6667),
        ("xmpp-client", 5222),
        ("xmpp-server", 5269),
    ],
)
def test_text_dialects_talk_before_tls(protocol: str, port: int) -> None:
    """Each text dialect has its usual port, and TLS does not begin on connect there."""
    assert (DIALECTS[protocol].port, DIALECTS[protocol].direct) == (port, False)


@pytest.mark.parametrize(
    ("protocol", "port"),
    [
        ("tls", 443),
        ("https", 443),
        ("smtps", 465),
        ("imaps", 993),
        ("pop3s", 995),
        ("ftps", 990),
        ("ldaps", 636),
        ("rtsps", 322),
        ("winrm", 5986),
        ("mqtts", 8883),
        ("amqps", 5671),
        ("dot", 853),
        ("rediss", 6379),
    ],
)
def test_direct_dialects_begin_with_tls_and_offer_nothing(protocol: str, port: int) -> None:
    """Where TLS begins on connect there is a usual port and no ALPN that a server could dislike."""
    dialect = DIALECTS[protocol]
    assert (dialect.port, dialect.direct, dialect.alpn) == (port, True, ())
