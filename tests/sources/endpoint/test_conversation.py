"""Tests of what is said when the conversation before TLS comes to a sudden end."""

from datetime import timedelta

import pytest

from monitor.dialects import DIALECTS
from monitor.dialects import texts as dialect_texts
from monitor.model import FailureReason, Message
from monitor.network.texts import CONNECTION_REFUSED
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.conversation import Conversation
from monitor.tls import Handshake, shared_context
from monitor.tls.texts import RESET_IN_HANDSHAKE

NAME = "server.vms.example"
CONVERSATIONS = {name: dialect.dialogue for name, dialect in DIALECTS.items() if dialect.dialogue}
FIVE_SECONDS = timedelta(seconds=5)


def begun(protocol: str) -> Conversation:
    """Return a conversation whose first words have been said."""
    make = CONVERSATIONS[protocol]
    conversation = Conversation(make(NAME), Handshake(shared_context(), NAME))
    conversation.start()
    return conversation


def ended(conversation: Conversation) -> tuple[FailureReason, Message]:
    """Return why a conversation came to its end."""
    assert conversation.failure is not None
    return conversation.failure.reason, conversation.failure.message


@pytest.mark.parametrize("protocol", CONVERSATIONS)
def test_a_reset_before_tls_is_none_in_the_handshake(protocol: str) -> None:
    """A connection that is reset before TLS ends as closed in the dialect, not in a handshake never begun."""
    conversation = begun(protocol)
    conversation.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
    reason, message = ended(conversation)
    assert (reason, message.code) in (
        (FailureReason.CLOSED, "closed_without_greeting"),
        (FailureReason.CLOSED, "closed_without_reply"),
        (FailureReason.CLOSED, "hint"),
    )


def test_a_reset_leaves_the_last_words_of_the_server() -> None:
    """What the server said before it reset the connection is quoted."""
    conversation = begun("smtp")
    conversation.feed(b"421 too many of you")
    conversation.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
    expected = dialect_texts.closed_in_greeting_after(reply="421 too many of you")
    assert ended(conversation) == (FailureReason.CLOSED, expected)


def test_a_failed_connection_is_reported_as_it_is() -> None:
    """Other ends from outside keep their words: nobody was there to speak the dialect."""
    conversation = begun("smtp")
    conversation.end(FailureReason.REFUSED, CONNECTION_REFUSED)
    assert ended(conversation) == (FailureReason.REFUSED, CONNECTION_REFUSED)


@pytest.mark.parametrize("protocol", CONVERSATIONS)
def test_no_answer_hints_at_tls_on_connect(protocol: str) -> None:
    """A server that says nothing may be waiting for a TLS greeting, as at port 465 instead of 587."""
    conversation = begun(protocol)
    conversation.expire(FIVE_SECONDS)
    expected = texts.no_greeting(timeout=FIVE_SECONDS)
    assert ended(conversation) == (FailureReason.TIMEOUT, expected)


def test_a_server_that_began_to_speak_gets_no_hint() -> None:
    """A server that speaks, if slowly, does not wait for a TLS greeting."""
    conversation = begun("smtp")
    conversation.feed(b"220 wai")
    conversation.expire(FIVE_SECONDS)
    assert ended(conversation) == (
        FailureReason.TIMEOUT,
        texts.before_tls_timeout(timeout=FIVE_SECONDS),
    )
