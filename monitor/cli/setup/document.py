"""The configuration that answers make, as YAML with comments in the order a person reads; pure."""

from collections.abc import Callable, Iterator
from textwrap import wrap

from monitor.addresses import HostPort
from monitor.cli.probing.target_arguments import address_and_protocol
from monitor.cli.setup import document_texts as texts
from monitor.cli.setup.answers import Basis, First, SetupAnswers
from monitor.messages import Writer
from monitor.model import Message

LOOPBACK = "127.0.0.1:9850"
"""Where the page listens unless it is asked for elsewhere."""

CONFIGURATION = "cert-monitor.yaml"
SITE_PASSWORD = "vms-password"  # noqa: S105 - the name of a file
SMTP_PASSWORD = "smtp-password"  # noqa: S105 - the name of a file
TRUSTED, PINNED, SMTP_CA = "trusted-ca.pem", "pinned.pem", "smtp-ca.pem"
WEB = "web.yml"
NAMES = (CONFIGURATION, SITE_PASSWORD, SMTP_PASSWORD, TRUSTED, PINNED, SMTP_CA, WEB)
"""The names of all files that setup may write."""

_WIDTH = 100

Secret = Callable[[str], tuple[str, str]]
"""Gives the end of the key that names a secret (``file``, ``env``) and its value, by the secret's file."""


def document(answers: SetupAnswers, writer: Writer, secret: Secret, store: str) -> str:
    """Return the text of the configuration; ``store`` is the URL of the database."""
    sections = (
        [*_comment(writer, texts.HEAD)],
        [*_defaults(answers, writer)],
        [*_targets(answers, writer, secret)],
        [*_mails(answers, writer, secret)],
        [*_page(answers, writer, secret)],
        [*_comment(writer, texts.COMMENT_STORE), "store:", f"  url: {quoted(store)}"],
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _defaults(answers: SetupAnswers, writer: Writer) -> Iterator[str]:
    if answers.trusted.basis is Basis.CA:
        yield from _comment(writer, texts.COMMENT_TRUST)
        yield "defaults:"
        yield f"  trust: [system, {TRUSTED}]"


def _targets(answers: SetupAnswers, writer: Writer, secret: Secret) -> Iterator[str]:
    kinds = {First.SITE: _site, First.TARGET: _endpoint, First.FOLDER: _files}
    yield from _comment(writer, texts.COMMENT_TARGETS)
    yield "targets:"
    yield from kinds[First(answers.first)](answers, secret)
    if answers.trusted.basis is Basis.PINNED:
        yield from _comment(writer, texts.COMMENT_PIN, "    ")
        yield f"    trust: [system, {PINNED}]"


def _site(answers: SetupAnswers, secret: Secret) -> Iterator[str]:
    yield "  - kind: xprotect_site"
    yield f"    address: {quoted(answers.site)}"
    yield f"    login: {answers.login or 'basic'}"
    yield f"    username: {quoted(answers.username)}"
    yield f"    password_{_secret(secret, SITE_PASSWORD)}"


def _endpoint(answers: SetupAnswers, _: Secret) -> Iterator[str]:
    address, protocol = address_and_protocol(answers.target)
    yield "  - kind: endpoint"
    yield f"    address: {quoted(address)}"
    if protocol:
        yield f"    protocol: {protocol}"


def _files(answers: SetupAnswers, _: Secret) -> Iterator[str]:
    yield "  - kind: files"
    yield f"    paths: [{quoted(answers.folder)}]"


def _mails(answers: SetupAnswers, writer: Writer, secret: Secret) -> Iterator[str]:
    if not answers.mails:
        yield from _comment(writer, texts.COMMENT_NO_MAIL)
        yield "receivers: []"
        return
    relay = HostPort.parse(answers.smtp)
    yield from _comment(writer, texts.COMMENT_MAIL)
    yield "email:"
    yield f"  host: {quoted(relay.host)}"
    yield f"  port: {relay.port}"
    yield f"  security: {answers.smtp_security}"
    if answers.smtp_ca:
        yield f"  ca: {SMTP_CA}"
    if answers.smtp_username:
        yield f"  username: {quoted(answers.smtp_username)}"
        yield f"  password_{_secret(secret, SMTP_PASSWORD)}"
    yield f"  from: {quoted(answers.sender)}"
    yield f"  to: [{', '.join(quoted(one) for one in answers.recipients.split(', '))}]"
    yield f"  language: {answers.language}"
    if answers.timezone:
        yield f"  timezone: {quoted(answers.timezone)}"


def _page(answers: SetupAnswers, writer: Writer, secret: Secret) -> Iterator[str]:
    yield from _comment(writer, texts.COMMENT_PAGE)
    yield "web:"
    yield f"  listen: {quoted(answers.page or LOOPBACK)}"
    if answers.guarded:
        yield f"  config_{_secret(secret, WEB)}"
        yield f"  operators: [{quoted(answers.page_user)}]"
    if answers.external_url:
        yield f"  external_url: {quoted(answers.external_url)}"


def _comment(writer: Writer, message: Message, indent: str = "") -> Iterator[str]:
    begin = f"{indent}# "
    yield from wrap(
        writer.write(message),
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=begin,
        break_on_hyphens=False,  # the name of the program has one
    )


def _secret(secret: Secret, name: str) -> str:
    end, value = secret(name)
    return f"{end}: {quoted(value)}"


def quoted(text: str) -> str:
    """Return a text as a scalar of YAML in which nothing but the quote itself has a meaning."""
    return "'" + text.replace("'", "''") + "'"
