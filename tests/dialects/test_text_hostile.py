"""Text dialects against other protocols, floods, closed connections, cuts at every byte and noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dialects import MAX_BYTES, DialogueFailure, texts
from monitor.dialects.lines import Lines
from monitor.model import FailureReason, Message
from support.factories.dialects.text_conversations import (
    FEATURES,
    STREAM,
    UNUSUAL,
    USUAL,
    Conversation,
    dialogue_of,
    failure_of,
    play,
)
from support.written import written

PROTOCOLS = [conversation.protocol for conversation in USUAL]
CALLED = {
    "smtp": "SMTP",
    "lmtp": "LMTP",
    "imap": "IMAP",
    "pop3": "POP3",
    "ftp": "FTP",
    "nntp": "NNTP",
    "sieve": "ManageSieve",
    "irc": "IRC",
    "xmpp-client": "XMPP",
    "xmpp-server": "XMPP",
}
HTTP = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>"
SSH = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
MYSQL = b"J\x00\x00\x00\x0a8.0.36\x00"
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


def stream_of(conversation: Conversation) -> bytes:
    """Return all that a server says, with the start of a TLS alert behind."""
    return b"".join(conversation.replies) + ALERT


# Everything that the cuts are tried on: talks that succeed, and one of each way to fail.
STREAMS = [
    *((conversation.protocol, conversation.protocol, stream_of(conversation)) for conversation in USUAL),
    *((name, conversation.protocol, stream_of(conversation)) for name, conversation in UNUSUAL.items()),
    *(
        (f"{protocol} meets {name}", protocol, stranger)
        for protocol in PROTOCOLS
        for name, stranger in (("HTTP", HTTP), ("SSH", SSH), ("MySQL", MYSQL), ("TLS", ALERT))
    ),
    ("smtp refused", "smtp", b"220 a\r\n250 STARTTLS\r\n250 STARTTLS\r\n454-no\r\n454 never\r\n220 a\r\n"),
    ("imap refused", "imap", b"* OK a\r\n* CAPABILITY STARTTLS\r\na1 OK\r\na2 NO {3}\r\nwhy\r\na2 OK\r\n"),
    ("xmpp refused", "xmpp-client", STREAM + FEATURES + b"<t:failure>\n<a/> b</t:failure></stream:stream>"),
    ("xmpp broken", "xmpp-client", STREAM + b"<stream:features><starttls <proceed/>"),
    ("xmpp with entities", "xmpp-client", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + STREAM + FEATURES),
]


def stranger_of(protocol: str, reply: str) -> DialogueFailure:
    """Return the failure at a server that does not speak the protocol."""
    message = texts.wrong_protocol(protocol=CALLED[protocol], reply=reply)
    return DialogueFailure(FailureReason.PROTOCOL_ERROR, message)


@pytest.mark.parametrize(("protocol", "stream"), [s[1:] for s in STREAMS], ids=[s[0] for s in STREAMS])
def test_a_cut_at_any_byte_changes_nothing(protocol: str, stream: bytes) -> None:
    """What we say, where TLS begins and what failed depend on the bytes, never on where they were cut."""
    whole = play(protocol, stream)
    cuts = {play(protocol, stream[:at], stream[at:]) for at in range(len(stream))}
    assert cuts == {whole}


@pytest.mark.parametrize(("protocol", "stream"), [s[1:] for s in STREAMS], ids=[s[0] for s in STREAMS])
def test_a_byte_at_a_time_is_as_good_as_all_at_once(protocol: str, stream: bytes) -> None:
    """A server that drips gets the same answers."""
    assert play(protocol, *(bytes([byte]) for byte in stream)) == play(protocol, stream)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("stranger", "quoted"),
    [
        (HTTP, "HTTP/1.1 400 Bad Request"),
        (SSH, "SSH-2.0-OpenSSH_9.2p1 Debian-2"),
        (MYSQL, "J\\x00"),
        (b"\xff\xfd\x18 \x1b[31m\r\n", "\\xff\\xfd\\x18 \\x1b[31m"),
        (b"y" * 200 + b"\n", f"{'y' * 77}..."),
    ],
    ids=["http", "ssh", "mysql", "telnet", "long"],
)
def test_a_stranger_is_quoted(protocol: str, stranger: bytes, quoted: str) -> None:
    """A server of another kind is a protocol_error with its first words, cleaned and short."""
    assert failure_of(protocol, stranger) == stranger_of(protocol, quoted)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_with_tls_from_the_start_is_known(protocol: str) -> None:
    """A TLS alert instead of a greeting says which protocol to use."""
    expected = texts.tls_at_once(protocol=CALLED[protocol])
    assert failure_of(protocol, ALERT) == DialogueFailure(FailureReason.PROTOCOL_ERROR, expected)


@pytest.mark.parametrize(
    ("protocol", "said", "quoted"),
    [
        ("smtp", b"220 a\0 b\r\n", "220 a\\x00"),
        ("irc", b":a NOTICE * :\0", ":a NOTICE * :\\x00"),
        ("xmpp-client", STREAM + b"<stream:error><text>a\0", "a\\x00"),
        ("xmpp-client", STREAM + b"<stream:features a='\0", "<stream:features a='\\x00"),
    ],
)
def test_no_text_dialect_says_nul(protocol: str, said: bytes, quoted: str) -> None:
    """A NUL ends the dialogue where it is, without a wait for the line's or the tag's end."""
    assert failure_of(protocol, said) == stranger_of(protocol, quoted)


@pytest.mark.parametrize("conversation", USUAL, ids=PROTOCOLS)
def test_nonsense_in_the_middle_is_a_protocol_error(conversation: Conversation) -> None:
    """A reply that no server of the dialect would give ends the dialogue after any good beginning."""
    reasons = [
        failure_of(conversation.protocol, *conversation.replies[:n], SSH).reason
        for n in range(len(conversation.replies))
    ]
    assert reasons == [FailureReason.PROTOCOL_ERROR] * len(conversation.replies)


@pytest.mark.parametrize("conversation", USUAL, ids=PROTOCOLS)
def test_a_hang_up_at_any_byte_is_closed(conversation: Conversation) -> None:
    """A server may hang up anywhere before its go-ahead is whole: the reason is always closed."""
    stream = b"".join(conversation.replies)
    outcomes = [play(conversation.protocol, stream[:at], eof=True) for at in range(len(stream))]
    assert {outcome.failure and str(outcome.failure.reason) for outcome in outcomes} == {"closed"}


@pytest.mark.parametrize(
    ("protocol", "pieces", "message"),
    [
        ("smtp", (), texts.CLOSED_WITHOUT_GREETING),
        ("smtp", (b"220-wait",), texts.closed_in_greeting_after(reply="220-wait")),
        ("smtp", (b"220 a\r\n",), texts.closed_without_reply(request="EHLO")),
        (
            "smtp",
            (b"220 a\r\n250-a\r\n250-b",),
            texts.closed_in_reply_after(request="EHLO", reply="250-a 250-b"),
        ),
        ("irc", (), texts.closed_without_reply(request="CAP LS")),
        ("xmpp-client", (), texts.closed_without_reply(request="the stream header")),
        (
            "xmpp-client",
            (STREAM + b"<stream:fea",),
            texts.closed_in_reply_after(request="the stream header", reply="<stream:fea"),
        ),
        ("xmpp-client", (STREAM + FEATURES,), texts.closed_without_reply(request="STARTTLS")),
    ],
)
def test_a_hang_up_says_when_it_was(protocol: str, pieces: tuple[bytes, ...], message: Message) -> None:
    """A closed connection tells what was awaited and what had come of it."""
    outcome = play(protocol, *pieces, eof=True)
    assert outcome.failure is not None
    assert outcome.failure.message == message


FLOODS = {
    "smtp": (b"220-", b"220-more\r\n"),
    "imap": (b"* OK a\r\n", b"* 1 EXISTS\r\n"),
    "pop3": (b"+OK\r\n+OK\r\n", b"MORE\r\n"),
    "ftp": (b"220-a\r\n", b"\r\n"),
    "nntp": (b"200 a\r\n101 a\r\n", b"MORE\r\n"),
    "sieve": (b"", b'"MORE"\r\n'),
    "irc": (b"", b":a NOTICE * :more\r\n"),
    "xmpp-client": (STREAM + b"<stream:features>", b"<more/>"),
    "xmpp-server": (STREAM, b" \n"),
}
FLOODED = DialogueFailure(FailureReason.PROTOCOL_ERROR, texts.too_long_before_tls(limit=65_536))


@pytest.mark.parametrize("protocol", FLOODS)
def test_a_flood_of_lines_ends_at_the_bound(protocol: str) -> None:
    """A reply that never ends is heard for 64 KB and then given up."""
    begin, more = FLOODS[protocol]
    fits = (MAX_BYTES - len(begin)) // len(more)
    assert play(protocol, begin, more * fits).failure is None
    assert failure_of(protocol, begin, more * (fits + 1)) == FLOODED


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_line_that_never_ends_ends_at_the_bound(protocol: str) -> None:
    """Bytes without a line end are held up to 64 KB and no further."""
    chunk = b"<" + b"x" * 4095
    assert play(protocol, *[b"<", *[chunk[1:]] * 16]).failure is None
    assert failure_of(protocol, b"<", *[chunk[1:]] * 17) == FLOODED


@pytest.mark.parametrize("protocol", ["imap", "sieve"])
def test_a_literal_longer_than_the_bound_ends_there(protocol: str) -> None:
    """A literal that is announced with any length is never waited for beyond 64 KB."""
    begin = b"* OK {999999999}\r\n" if protocol == "imap" else b'"A" {999999999}\r\n'
    assert failure_of(protocol, begin, b"\n" * MAX_BYTES) == FLOODED


def test_the_bound_is_on_what_comes_before_the_go_ahead() -> None:
    """What comes in one piece with the go-ahead and belongs to TLS does not count."""
    conversation = USUAL[0]
    assert play(conversation.protocol, b"".join(conversation.replies) + b"x" * MAX_BYTES).done


@pytest.mark.parametrize("bound", [MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1])
def test_the_bound_is_the_same_however_it_is_cut(bound: int) -> None:
    """A go-ahead just inside the bound counts and one just outside does not, in one piece or in many."""
    begin = b":a PONG a\r\n:a NOTICE * :"
    end = b"\r\n:a 670 * :go\r\n"
    stream = begin + b"x" * (bound - len(begin) - len(end)) + end
    pieces = [stream[at : at + 1000] for at in range(0, len(stream), 1000)]
    assert [play("irc", stream).done, play("irc", *pieces).done] == [bound <= MAX_BYTES] * 2


@pytest.mark.parametrize("declaration", ["<!DOCTYPE a>", "<!ENTITY a 'b'>", "<!-- a -->", "<?php ?>"])
def test_xmpp_reads_no_declarations(declaration: str) -> None:
    """What RFC 6120 section 11.1 forbids is a protocol_error; no entity is ever probed."""
    expected = stranger_of("xmpp-client", declaration)
    assert failure_of("xmpp-client", STREAM + declaration.encode()) == expected


@pytest.mark.parametrize("page", [b"<html><body>hello</body></html>", b"</stream:stream>", b"<<", b"<>"])
def test_xmpp_is_not_fooled_by_other_tags(page: bytes) -> None:
    """Only a stream opens a stream: a web page or a broken tag is a protocol_error."""
    assert failure_of("xmpp-client", page).reason is FailureReason.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "element",
    [b"<proceed/>", b"<iq/>", b"hello <", b"<a/></stream:stream><b"],
    ids=["early", "iq", "text", "a"],
)
def test_xmpp_elements_out_of_turn_are_nonsense(element: bytes) -> None:
    """In a fresh stream only features or an error make sense; an early go-ahead is none."""
    assert failure_of("xmpp-client", STREAM + element).reason is FailureReason.PROTOCOL_ERROR


def test_after_the_end_nothing_is_heard() -> None:
    """A dialogue that is over ignores more bytes and the end of the connection."""
    dialogue = dialogue_of("smtp")
    dialogue.feed(SSH)
    before = dialogue.failure
    said = dialogue.feed(b"220 a\r\n")
    dialogue.eof()
    assert (said, dialogue.failure) == (b"", before)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_handshake_travels_as_it_is(protocol: str) -> None:
    """A text dialect is gone once TLS begins: nothing is wrapped."""
    dialogue = dialogue_of(protocol)
    assert (dialogue.wrap(ALERT), dialogue.unwrap(ALERT)) == (ALERT, ALERT)


# Words of the dialects, so that noise gets past the first line now and then.
WORDS = st.sampled_from(
    [
        *(reply for conversation in USUAL for reply in conversation.replies),
        *(b"\r\n", b"\n", b"\r", b"\0", b"{9}\r\n", b"220-", b"250 STARTTLS", b"* OK", b"a1 OK", b"."),
        *(b"<", b">", b"/>", b"'", b'"', b"</a>", b"<a>", b"<!", b"<?", b"+OK", b'"STARTTLS"', b":a 670 "),
    ]
)
NOISE = st.lists(WORDS | st.binary(max_size=40), max_size=12)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(pieces=NOISE, eof=st.booleans())
def test_noise_reads_alike_in_one_piece(protocol: str, pieces: list[bytes], *, eof: bool) -> None:
    """Whatever comes, nothing raises, and how it is cut changes nothing."""
    assert play(protocol, *pieces, eof=eof) == play(protocol, b"".join(pieces), eof=eof)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(pieces=NOISE)
def test_noise_ends_in_tls_or_in_a_failure(protocol: str, pieces: list[bytes]) -> None:
    """After any noise and a hang-up there is one of both, never none and never two."""
    outcome = play(protocol, *pieces, eof=True)
    assert outcome.done == (outcome.failure is None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(pieces=NOISE)
def test_noise_is_bounded(protocol: str, pieces: list[bytes]) -> None:
    """Any noise ends in TLS or in a failure once it is longer than the bound, without a hang-up."""
    noise = b"".join(pieces) or b"x"
    outcome = play(protocol, noise * (MAX_BYTES // len(noise) + 1))
    assert outcome.done == (outcome.failure is None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(pieces=NOISE)
def test_failures_are_reported_in_short_plain_words(protocol: str, pieces: list[bytes]) -> None:
    """What a server says cannot break a mail or a terminal: printable ASCII, a sentence long."""
    failure = play(protocol, *pieces, eof=True).failure
    detail = written(failure.message) if failure else "-"
    assert (detail.isascii(), detail.isprintable(), len(detail) < 250) == (True, True, True)


@given(data=st.binary(max_size=300), sizes=st.lists(st.integers(0, 20), max_size=30))
def test_lines_lose_nothing(data: bytes, sizes: list[int]) -> None:
    """Lines taken one by one and the rest are the bytes that came, but for line ends."""
    lines, taken, at = Lines(), [], 0
    for size in [*sizes, len(data)]:
        lines.add(data[at : at + size])
        at += size
        while (line := lines.take()) is not None:
            taken.append(line)
    kept = b"".join(taken) + lines.rest
    assert kept.replace(b"\r", b"").replace(b"\n", b"") == data.replace(b"\r", b"").replace(b"\n", b"")
