"""The dialects with one reply of known length before TLS, over memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dialects import DIALECTS, MAX_BYTES, Dialogue, DialogueFailure, texts
from monitor.dialects.mysql import CLIENT_SSL, ssl_request
from monitor.dialects.tds_packets import PRELOGIN, packets
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint
from support.factories.dialects.binary_answers import GRANTED, HUNG_UP, NONSENSE, REFUSED, greeting
from support.factories.dialects.dialogues import converse, cuts

BINARY = ("ldap", "postgres", "mysql", "mariadb", "mssql", "rdp")
HTTP = b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"
SMTP = b"220 mail.example ESMTP\r\n"
SSH = b"SSH-2.0-OpenSSH_9.2p1\r\n"
TELNET = b"\xff\xfd\x18\xff\xfd\x20"
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


def dialogue(protocol: str) -> Dialogue:
    """Return a new dialogue of a protocol."""
    begin = DIALECTS[protocol].dialogue
    assert begin is not None
    return begin("db.example")


def stranger_reply(failure: DialogueFailure) -> tuple[FailureReason, object]:
    """Return the reason of a failure at a server of another kind, and what it quotes."""
    assert failure.message.code == "wrong_protocol"
    return failure.reason, dict(failure.message.parameters)["reply"]


UNANSWERED = {
    "ldap": texts.closed_without_reply(request="StartTLS"),
    "postgres": texts.closed_without_reply(request="SSLRequest"),
    "mysql": texts.CLOSED_WITHOUT_GREETING,
    "mariadb": texts.CLOSED_WITHOUT_GREETING,
    "mssql": with_hint(problem=texts.closed_without_reply(request="PRELOGIN"), hint=texts.STRICT_HINT),
    "rdp": texts.closed_without_reply(request="the connection request"),
}

granted = pytest.mark.parametrize(("protocol", "answer"), GRANTED.values(), ids=GRANTED)
refused = pytest.mark.parametrize(("protocol", "answer", "message"), REFUSED.values(), ids=REFUSED)
nonsense = pytest.mark.parametrize(("protocol", "answer"), NONSENSE.values(), ids=NONSENSE)
protocols = pytest.mark.parametrize("protocol", BINARY)


@pytest.mark.parametrize(
    ("protocol", "first"),
    [
        ("ldap", "301d02010177188016312e332e362e312e342e312e313436362e3230303337"),
        ("postgres", "0000000804d2162f"),
        ("mysql", ""),
        ("rdp", "030000130ee000000000000100080003000000"),
        ("mssql", "1201002f0000010000001a00060100200001020021000103002200040400260001ff1000000000000100"),
    ],
)
def test_first_words(protocol: str, first: str) -> None:
    """What is sent first is what the protocol's own page shows."""
    assert dialogue(protocol).start().hex().startswith(first)


@granted
def test_go_ahead(protocol: str, answer: bytes) -> None:
    """After the go-ahead TLS begins, and nothing is left."""
    outcome = converse(dialogue(protocol), answer)
    assert (outcome.done, outcome.rest, outcome.failure) == (True, b"", None)


@granted
def test_go_ahead_cut_anywhere(protocol: str, answer: bytes) -> None:
    """An answer cut at any byte gives the same outcome as a whole one."""
    whole = converse(dialogue(protocol), answer)
    assert {converse(dialogue(protocol), *pieces) for pieces in cuts(answer)} <= {whole}


@granted
def test_what_comes_behind_is_left(protocol: str, answer: bytes) -> None:
    """Bytes behind the go-ahead are TLS's to read, wherever they were cut."""
    behind = answer + ALERT
    assert {converse(dialogue(protocol), *pieces).rest for pieces in [(behind,), *cuts(behind)]} == {ALERT}


def test_mysql_request_follows_the_greeting() -> None:
    """The request for TLS is the packet with the next number: 32 bytes with CLIENT_SSL among the flags."""
    sent = converse(dialogue("mysql"), greeting()).sent
    assert (sent[:4], len(sent), int.from_bytes(sent[4:8], "little") & CLIENT_SSL) == (
        b"\x20\x00\x00\x01",
        36,
        CLIENT_SSL,
    )


def test_mysql_request_is_the_only_one() -> None:
    """MySQL gets the request and nothing else."""
    assert converse(dialogue("mysql"), greeting()).sent == ssl_request(1)


@refused
def test_refusal(protocol: str, answer: bytes, message: Message) -> None:
    """A server that speaks the protocol but grants no TLS is quoted."""
    failure = converse(dialogue(protocol), answer).failure
    assert failure is not None
    assert failure == DialogueFailure(FailureReason.STARTTLS_REFUSED, message)


@pytest.mark.parametrize(("protocol", "answer", "message"), HUNG_UP.values(), ids=HUNG_UP)
def test_error_before_any_word_of_tls(protocol: str, answer: bytes, message: Message) -> None:
    """A server that turns us away before it spoke of TLS has hung up: nobody knows whether it offers any."""
    for pieces in [(answer,), *cuts(answer)]:
        failure = converse(dialogue(protocol), *pieces).failure
        assert failure is not None
        assert failure == DialogueFailure(FailureReason.CLOSED, message)


@refused
def test_refusal_cut_anywhere(protocol: str, answer: bytes, message: Message) -> None:
    """A refusal cut at any byte gives the same words as a whole one."""
    whole = converse(dialogue(protocol), answer)
    assert {converse(dialogue(protocol), *pieces) for pieces in cuts(answer)} <= {whole}


@nonsense
def test_nonsense(protocol: str, answer: bytes) -> None:
    """An answer against the protocol's own rules is its own reason, at once."""
    failure = converse(dialogue(protocol), answer).failure
    assert failure is not None
    assert failure.reason is FailureReason.PROTOCOL_ERROR


@nonsense
def test_nonsense_cut_anywhere(protocol: str, answer: bytes) -> None:
    """Nonsense cut at any byte gives the same words as a whole one."""
    whole = converse(dialogue(protocol), answer)
    assert {converse(dialogue(protocol), *pieces) for pieces in cuts(answer)} == {whole}


STRANGERS = [(p, s) for p in BINARY for s in (HTTP, SMTP, SSH) if (p, s) != ("postgres", SSH)]


@pytest.mark.parametrize(("protocol", "said"), STRANGERS)
def test_stranger_is_quoted(protocol: str, said: bytes) -> None:
    """A server of another kind is quoted with its whole first line, however it was cut."""
    line = said.partition(b"\r")[0].decode()
    troubles = {converse(dialogue(protocol), *pieces).failure for pieces in [(said,), *cuts(said)]}
    assert [stranger_reply(t) for t in troubles if t] == [(FailureReason.PROTOCOL_ERROR, line)]


def test_postgres_takes_any_s() -> None:
    """PostgreSQL's go-ahead is one letter, so SSH's greeting is left to TLS to complain about."""
    assert converse(dialogue("postgres"), SSH).rest == SSH[1:]


@pytest.mark.parametrize("protocol", ["ldap", "postgres", "mssql", "rdp"])
def test_binary_stranger(protocol: str) -> None:
    """A server that opens with bytes of another kind is recognized at once."""
    failure = converse(dialogue(protocol), TELNET).failure
    assert failure is not None
    assert stranger_reply(failure) == (FailureReason.PROTOCOL_ERROR, r"\xff\xfd")


@pytest.mark.parametrize("protocol", ["ldap", "postgres", "rdp"])
def test_tls_at_once(protocol: str) -> None:
    """A server that answers in TLS is reported as such, whether the alert came whole or in pieces."""
    details = {converse(dialogue(protocol), *pieces).failure for pieces in [(ALERT,), *cuts(ALERT)]}
    assert [t.message.code for t in details if t] == ["tls_at_once"]


def test_strict_sql_server() -> None:
    """An SQL Server that answers PRELOGIN in TLS is sent to the protocol for that."""
    failure = converse(dialogue("mssql"), ALERT).failure
    assert failure is not None
    assert failure.message == texts.MSSQL_TLS_AT_ONCE


@protocols
def test_hang_up_without_a_word(protocol: str) -> None:
    """A server that hangs up at once is reported as such."""
    failure = converse(dialogue(protocol), end=True).failure
    assert failure is not None
    assert (failure.reason, failure.message) == (FailureReason.CLOSED, UNANSWERED[protocol])


@granted
def test_hang_up_in_the_middle(protocol: str, answer: bytes) -> None:
    """A server that hangs up before its answer is whole is reported as such, wherever it stopped."""
    for end in range(1, len(answer)):
        failure = converse(dialogue(protocol), answer[:end], end=True).failure
        assert failure is not None
        code = "closed_in_reply" if dialogue(protocol).start() else "closed_in_greeting"
        assert (failure.reason, failure.message.code) == (FailureReason.CLOSED, code)


def test_hang_up_within_a_strangers_line() -> None:
    """A stranger that hangs up before the end of its line is quoted as far as it came."""
    failure = converse(dialogue("ldap"), b"Go away", end=True).failure
    assert failure is not None
    assert failure.message == texts.wrong_protocol(protocol="LDAP", reply="Go away")


def test_hang_up_of_sql_server_is_explained() -> None:
    """A closed connection is what TDS 7 gets from an SQL Server that requires strict encryption."""
    failure = converse(dialogue("mssql"), end=True).failure
    assert failure is not None
    unanswered = texts.closed_without_reply(request="PRELOGIN")
    assert failure.message == with_hint(problem=unanswered, hint=texts.STRICT_HINT)


def test_endless_answer_is_bounded() -> None:
    """An error text without an end is given up after 64 KB, however it was cut."""
    said = b"E" + b"x" * (MAX_BYTES + 10)
    pieces = [said[at : at + 1000] for at in range(0, len(said), 1000)]
    assert converse(dialogue("postgres"), *pieces) == converse(dialogue("postgres"), said)


def test_end_beyond_the_bound_is_not_seen() -> None:
    """What ends only behind the first 64 KB is too long, also when it arrives in one piece."""
    failure = converse(dialogue("postgres"), b"E" + b"x" * MAX_BYTES + b"\0").failure
    assert failure is not None
    expected = texts.reply_too_long(request="SSLRequest", limit=65_536)
    assert failure == DialogueFailure(FailureReason.PROTOCOL_ERROR, expected)


@protocols
@given(data=st.binary(max_size=300), at=st.integers(0, 300), end=st.booleans())
def test_any_bytes(protocol: str, data: bytes, at: int, end: bool) -> None:  # noqa: FBT001 - hypothesis names it
    """Any bytes give an outcome and never an exception, the same one however they were cut."""
    assert converse(dialogue(protocol), data[:at], data[at:], end=end) == converse(
        dialogue(protocol), data, end=end
    )


@granted
@given(data=st.data())
def test_damaged_answers(protocol: str, answer: bytes, data: st.DataObject) -> None:
    """An answer with one byte changed gives an outcome, the same one however it was cut."""
    at = data.draw(st.integers(0, len(answer) - 1))
    damaged = answer[:at] + bytes([data.draw(st.integers(0, 255))]) + answer[at + 1 :]
    single = tuple(damaged[i : i + 1] for i in range(len(damaged)))
    assert converse(dialogue(protocol), *single, end=True) == converse(dialogue(protocol), damaged, end=True)


@pytest.mark.parametrize("protocol", ["ldap", "postgres", "mysql", "rdp"])
def test_handshake_travels_as_it_is(protocol: str) -> None:
    """Where TLS follows the dialogue, its bytes are changed neither way."""
    ready = dialogue(protocol)
    assert (ready.wrap(ALERT), ready.unwrap(ALERT)) == (ALERT, ALERT)


@protocols
def test_over_is_over(protocol: str) -> None:
    """After the end neither bytes nor an end change anything."""
    ended = dialogue(protocol)
    ended.start()
    ended.eof()
    before = ended.failure
    sent = ended.feed(packets(PRELOGIN, b"x"))
    ended.eof()
    assert (sent, ended.failure) == (b"", before)
