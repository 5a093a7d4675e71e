"""Read one answer: return it in one form, or raise ``AnswerRefusedError`` with the reason; no network."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from monitor.addresses import HostPort, listen_address, read_url
from monitor.cli.probing.target_arguments import address_and_protocol
from monitor.cli.setup import refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError
from monitor.config.sections.external_url import checked_external_url
from monitor.delivery.email.mailbox import Mailbox, written_mailbox
from monitor.delivery.email.relay.keys import MICROSOFT_RELAYS
from monitor.dialects import DIALECTS
from monitor.errors import UsageError
from monitor.messages import UnknownZoneError, zone
from monitor.model import Message
from monitor.parse import find_certificates
from monitor.secrets import Secret

SMTP_PORT = 25
_YES, _NO = ("yes", "y", "sim", "s"), ("no", "n", "não", "nao")


def text(value: str) -> str:
    """Return a text that is neither empty nor unprintable."""
    if not value:
        raise AnswerRefusedError(refusal_texts.EMPTY)
    if not value.isprintable():
        raise AnswerRefusedError(refusal_texts.NOT_PRINTABLE)
    return value


def optional(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check that takes an empty answer too."""
    return lambda value: check(value) if value else ""


def secret(value: str) -> Secret:
    """Return a password, which may have any character."""
    if not value:
        raise AnswerRefusedError(refusal_texts.EMPTY)
    return Secret(value)


def one_of(words: Collection[str]) -> Callable[[str], str]:
    """Return a check that takes one of these words, in any case, or its number."""
    numbered = {str(number): word for number, word in enumerate(words, start=1)}

    def check(value: str) -> str:
        found = numbered.get(value) or next((word for word in words if word.lower() == value.lower()), "")
        if not found:
            raise AnswerRefusedError(refusal_texts.not_one_of(words=tuple(words)))
        return found

    return check


def yes_or_no(value: str) -> str:
    """Return ``yes`` or ``no``, in whichever language it was answered."""
    if value.lower() in _YES:
        return "yes"
    if value.lower() in _NO:
        return "no"
    raise AnswerRefusedError(refusal_texts.YES_OR_NO)


def site(value: str) -> str:
    """Return the URL of a management server; the scheme may be left out."""
    try:
        url = read_url(value if "://" in value else f"https://{value}", ("https",), "")
    except ValueError:
        raise AnswerRefusedError(refusal_texts.NO_SITE) from None
    if url.has_login or url.parts.path not in ("", "/") or url.parts.query or url.parts.fragment:
        raise AnswerRefusedError(refusal_texts.NO_SITE)
    where = str(HostPort(url.host, url.port or 443)).removesuffix(":443")
    return f"https://{where}"


def target(value: str) -> str:
    """Return ``HOST:PORT``, or a URL of a protocol that has TLS in it."""
    try:
        address, protocol = address_and_protocol(value)
        where = HostPort.parse(address, DIALECTS[protocol or "tls"].port)
    except (UsageError, ValueError, KeyError):
        raise AnswerRefusedError(refusal_texts.NO_TARGET) from None
    return f"{protocol}://{where}" if protocol else str(where)


def folder(value: str) -> str:
    """Return the absolute path of a file or folder that exists."""
    found = path(value)
    try:
        found.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise AnswerRefusedError(refusal_texts.nothing_there(path=str(found))) from None
    except OSError as error:
        raise AnswerRefusedError(_unreadable(found, error)) from None
    return str(found)


def file(value: str) -> str:
    """Return the absolute path of a file that can be read."""
    found = path(value)
    content(found)
    return str(found)


def certificates(value: str) -> str:
    """Return the absolute path of a file with certificates."""
    found = path(value)
    ders_in(found)
    return str(found)


def ders_in(source: Path) -> tuple[bytes, ...]:
    """Return the certificates in a file, as DER."""
    found = find_certificates(content(source)).ders
    if not found:
        raise AnswerRefusedError(refusal_texts.no_certificate(path=str(source)))
    return found


def content(source: Path) -> bytes:
    """Return the bytes of a file."""
    try:
        return source.read_bytes()
    except OSError as error:
        raise AnswerRefusedError(_unreadable(source, error)) from None


def _unreadable(source: Path, error: OSError) -> Message:
    return refusal_texts.no_file(path=str(source), error=error.strerror or str(error))


def directory(value: str) -> str:
    """Return the absolute path of the folder for the configuration."""
    return str(path(value))


def relay(value: str) -> str:
    """Return ``HOST:PORT`` of a mail relay, empty for ``none``."""
    if value.lower() == "none":
        return ""
    try:
        where = HostPort.parse(value, SMTP_PORT)
    except ValueError:
        raise AnswerRefusedError(refusal_texts.NO_RELAY) from None
    if where.host in MICROSOFT_RELAYS:
        raise AnswerRefusedError(refusal_texts.MICROSOFT)
    return str(where)


def mailbox(value: str) -> str:
    """Return one mail address, with or without a name."""
    try:
        return written_mailbox(value.strip())
    except ValueError:
        raise AnswerRefusedError(refusal_texts.no_mailbox(given=value.strip())) from None


def mailboxes(value: str) -> str:
    """Return mail addresses, separated by commas."""
    found = tuple(mailbox(one) for one in value.split(",") if one.strip())
    if not found:
        raise AnswerRefusedError(refusal_texts.EMPTY)
    addresses = [Mailbox.of(one).address for one in found]
    twice = next((one for one in addresses if addresses.count(one) > 1), "")
    if twice:
        raise AnswerRefusedError(refusal_texts.named_twice(address=twice))
    return ", ".join(found)


def timezone(value: str) -> str:
    """Return the name of a time zone."""
    try:
        zone(value)
    except UnknownZoneError:
        raise AnswerRefusedError(refusal_texts.NO_TIMEZONE) from None
    return value


def page(value: str) -> str:
    """Return the address of the page, empty for ``loopback``, where it listens by itself."""
    if value.lower() == "loopback":
        return ""
    try:
        return str(listen_address(value))
    except ValueError:
        raise AnswerRefusedError(refusal_texts.NO_PAGE) from None


def user(value: str) -> str:
    """Return the name of a user of the page."""
    if not value or len(value) > 100 or ":" in value or not value.isprintable():
        raise AnswerRefusedError(refusal_texts.NO_USER)
    return value


def external_url(value: str) -> str:
    """Return the address by which people reach the page."""
    try:
        return checked_external_url(value)
    except ValueError:
        raise AnswerRefusedError(refusal_texts.NO_EXTERNAL_URL) from None


def path(value: str) -> Path:
    """Return the absolute path of what a person names, also in quotes, as Windows copies paths."""
    named = text(value.strip().strip('"'))
    return Path(os.path.expanduser(named)).absolute()  # noqa: PTH111 - pathlib raises for the home of nobody
