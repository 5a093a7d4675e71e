"""What known refusals of mail servers mean, and what to do about them; pure.

A refusal is known by its enhanced status code (RFC 3463) and, where that has several meanings, by its words.
Sources: docs/mail-delivery.md lists them by code.
"""

import re
from dataclasses import dataclass

_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")

_NO_PASSWORDS = (
    "Microsoft 365 takes no passwords for sending mail any more: set email.oauth2 (provider: microsoft365) "
    "instead of the password, or use a connector that admits this machine by address or certificate (port "
    "25, no login)"
)
_SWITCHED_OFF = (
    "Sending over SMTP with a login is switched off for this mailbox or the whole organization: an Exchange "
    "administrator can allow it (Set-CASMailbox -SmtpClientAuthenticationDisabled $false)"
)
_POLICY = (
    "A rule of the organization (security defaults, Conditional Access) forbids this login: set email.oauth2 "
    "instead of the password, or let an administrator except this account"
)
_UNKNOWN_APP = (
    "Microsoft 365 does not admit this client to the mailbox: check that it has the permission "
    "SMTP.SendAsApp with consent, that New-ServicePrincipal was called with the object ID under Enterprise "
    "applications, and that Add-MailboxPermission names the mailbox of email.username"
)
_LOGIN_NEEDED = (
    "The server takes mail only after a login: set email.username and email.password_file or email.oauth2, "
    "or let its administrator allow anonymous senders from this machine (Exchange: a receive connector)"
)
_SEND_AS = (
    "This login may not send as the address in email.from: use the address of its own mailbox, or let an "
    "administrator grant it the permission Send As (without a login: let the receive connector accept this "
    "sender)"
)
_NO_RELAY = (
    "The server passes mail on to other domains only for those whom it knows: log in, or let its "
    "administrator admit this machine (Exchange: a receive connector with ms-Exch-SMTP-Accept-Any-Recipient)"
)
_NO_CONNECTOR = (
    "No connector of the organization in Microsoft 365 admits this machine: check the address or certificate"
    " that the connector names"
)
_FORBIDDEN = (
    "A rule of the server forbids this to this machine, sender or recipient: ask its administrator, or log in"
)


@dataclass(frozen=True, slots=True)
class KnownRefusal:
    """A known refusal: what it means, and whether any other mail would be refused in the same way.

    ``words`` are parts of the reply in lower case, of which one must be there; none for any reply.
    ``with_token`` is true where it means this only after a login with an access token.
    """

    code: str
    meaning: str
    words: tuple[str, ...] = ()
    permission: bool = True
    with_token: bool = False

    def fits(self, codes: frozenset[str], reply: str, *, token: bool) -> bool:
        """Return whether a reply in lower case, with these enhanced codes, is this refusal."""
        named = not self.words or any(word in reply for word in self.words)
        return self.code in codes and named and (token or not self.with_token)


_NOT_LOGGED_IN = ("not authenticated", "authentication required", "anonymous mail")
_KNOWN = (
    KnownRefusal("5.7.30", _NO_PASSWORDS),
    KnownRefusal("5.7.139", _SWITCHED_OFF, ("smtpclientauthentication is disabled",)),
    KnownRefusal("5.7.139", _NO_PASSWORDS, ("basic authentication",)),
    KnownRefusal("5.7.139", _POLICY),
    KnownRefusal("5.7.3", _UNKNOWN_APP, ("authentication unsuccessful",), with_token=True),
    KnownRefusal("5.7.57", _LOGIN_NEEDED),
    KnownRefusal("5.7.60", _SEND_AS),
    KnownRefusal("5.7.64", _NO_CONNECTOR, permission=False),
    KnownRefusal("5.7.54", _NO_RELAY, permission=False),
    KnownRefusal("5.7.1", _SEND_AS, ("send as this sender",), permission=False),
    KnownRefusal("5.7.1", _LOGIN_NEEDED, _NOT_LOGGED_IN, permission=False),
    KnownRefusal("5.7.1", _NO_RELAY, ("relay",), permission=False),
    KnownRefusal("5.7.1", _FORBIDDEN, permission=False),
)


def known_refusal(reply: str, *, token: bool) -> KnownRefusal | None:
    """Return what a reply is known to mean; ``token`` is whether the login is made with an access token."""
    codes, lower = frozenset(_ENHANCED.findall(reply)), reply.lower()
    return next((one for one in _KNOWN if one.fits(codes, lower, token=token)), None)
