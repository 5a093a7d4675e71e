"""Known refusals of Microsoft 365 and Exchange Server say what to do, at a real server on loopback."""

import pytest

from monitor.delivery import SendStatus
from monitor.delivery.email.relay.refusals import known_refusal
from support.servers.mail.servers import ADMIN, Inbox, only, sent_to

WAIT, REFUSED = SendStatus.RETRY, SendStatus.REFUSED


@pytest.mark.parametrize(
    ("command", "answer", "expected", "words"),
    [
        (
            "MAIL",
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            WAIT,
            "set email.oauth2 (provider: microsoft365)",
        ),
        (
            "MAIL",
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
            WAIT,
            "Set-CASMailbox",
        ),
        (
            "MAIL",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            WAIT,
            "set email.oauth2 (provider: microsoft365)",
        ),
        (
            "MAIL",
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria",
            WAIT,
            "Conditional Access",
        ),
        (
            "MAIL",
            "530 5.7.57 Client not authenticated to send mail. [BN1P110CA0052.NAMP110.PROD]",
            WAIT,
            "only after a login",
        ),
        (
            "MAIL",
            "550 5.7.57 SMTP; Client was not authenticated to send anonymous mail",
            WAIT,
            "after a login",
        ),
        (
            "DATA",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            WAIT,
            "may not send as the address in email.from",
        ),
        ("MAIL", "550 5.7.1 Client does not have permissions to send as this sender", REFUSED, "email.from"),
        ("MAIL", "550 5.7.1 Client was not authenticated", REFUSED, "only after a login"),
        ("MAIL", "550 5.7.1 message refused by policy", REFUSED, "A rule of the server"),
        (
            ADMIN,
            "550 5.7.54 SMTP; Unable to relay recipient",
            REFUSED,
            "receive connector",
        ),
        (ADMIN, "550 5.7.1 Unable to relay", REFUSED, "ms-Exch-SMTP-Accept-Any-Recipient"),
        (ADMIN, f"554 5.7.1 <{ADMIN}>: Relay access denied", REFUSED, "passes mail on to other domains only"),
        (ADMIN, "550 5.7.64 TenantAttribution; Relay Access Denied", REFUSED, "No connector"),
        (ADMIN, "550 5.1.1 no such user", REFUSED, "refused the recipient"),
    ],
)
def test_refusal_says_what_to_do(command: str, answer: str, expected: SendStatus, words: str) -> None:
    """The reply is quoted, and what it means follows; what concerns our permission waits."""
    result = only(sent_to(Inbox({command: answer})))
    assert (result.status, result.receiver_down) == (expected, expected is WAIT)
    assert answer.partition(" [")[0] in result.why
    assert words in result.why


def test_unknown_refusal_is_only_quoted() -> None:
    """A refusal that nobody knows ends with the words of the server."""
    result = only(sent_to(Inbox({ADMIN: "550 5.1.1 no such user"})))
    assert result.why.endswith("550 5.1.1 no such user")


def test_what_differs_each_time_is_left_out() -> None:
    """Exchange appends its time and a number to every reply; the sentence stays the same without."""
    trace = "[BN1P110CA0052.NAMP110.PROD.OUTLOOK.COM 2023-11-29T14:52:57.126Z 08DBE7319275F6BA]"
    result = only(sent_to(Inbox({"MAIL": f"550 5.7.60 SMTP; Client does not have permissions {trace}"})))
    assert "permissions. This login" in result.why


@pytest.mark.parametrize("reply", ["15.7.30 x", "5.7.301 x", "2.5.7.30x", "", "5.7"])
def test_codes_are_whole(reply: str) -> None:
    """A number that only looks like a code is none."""
    assert known_refusal(reply, token=False) is None
