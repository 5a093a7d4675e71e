"""Hostile text in a certificate cannot break a mail."""

from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import NotificationItem, NotifyReason, ReceiverDecision, RenewalSteps
from monitor.delivery.email.layout.render import Letter
from monitor.model import AlertLevel, AlertLocation, Check
from monitor.model import text as as_message
from support.factories.alerts.world import certificate, mails, parsed, text_of
from support.written import own_words

HOSTILE = "x\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>\u202egnp.exe\ud800\x00\x1b[2J{{ 7*7 }}"


class Tags(HTMLParser):
    """Collect the tags and the addresses that a mail program would load."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and what it would load or link to."""
        self.tags.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in {"src", "href", "background"}]


def hostile_mail(text: str) -> Letter:
    """Return a mail in which every text that comes from outside is this one."""
    one = replace(certificate(1, 3), subject=text, issuer=text, dns_names=(text,), serial=text)
    location = AlertLocation(text, text, (("site", text),))
    steps = (
        RenewalSteps(as_message(text), (as_message(text),), text, text),
        RenewalSteps(as_message(text), own_words(text or "x", text or "x"), text, text, ca_first=True),
    )
    item = NotificationItem(
        NotifyReason.FIRST,
        AlertLevel.CRITICAL,
        (Check.EXPIRY,),
        text,
        (as_message(text),),
        (location,),
        certificate=one,
        renewal_steps=steps,
    )
    (mail,) = mails(ReceiverDecision("admins", (item,)))
    return mail


def test_hostile_text_breaks_nothing() -> None:
    """Line ends, markup, bidi, lone surrogates and template marks stay harmless text."""
    mail = hostile_mail(HOSTILE)
    page = Tags()
    page.feed(text_of(mail, "html"))
    assert parsed(mail)["Bcc"] is None
    assert "script" not in page.tags
    assert page.loaded == []
    assert [c for c in "\u202e\x00\x1b" if c in text_of(mail) + text_of(mail, "html")] == []
    assert "{{ 7*7 }}" in text_of(mail)


@given(st.text(st.characters(exclude_categories=())))
@settings(max_examples=60)
def test_any_text_makes_a_sound_mail(text: str) -> None:
    """Whatever a certificate says, the mail parses without defects and has both bodies."""
    message = parsed(hostile_mail(text))
    parts = [part.get_content_type() for part in message.walk()]
    assert (message.defects, parts) == ([], ["multipart/alternative", "text/plain", "text/html"])


def structure(mail: Letter) -> tuple[list[str], int, list[str]]:
    """Return the headers, the number of lines of the plain text, and the tags of the HTML."""
    page = Tags()
    page.feed(text_of(mail, "html"))
    return list(parsed(mail)), len(text_of(mail).splitlines()), page.tags


@given(st.text(st.characters(exclude_categories=()), min_size=1))
@settings(max_examples=60)
def test_no_text_changes_the_structure(text: str) -> None:
    """Headers, lines and tags are those of a mail about a plain name, whatever a certificate says."""
    assert structure(hostile_mail(text)) == structure(hostile_mail("name"))


def test_endless_names_are_cut() -> None:
    """Names of 10 KB make neither an endless subject nor an endless mail."""
    mail = hostile_mail("n" * 10_000)
    assert (len(mail.subject) <= 200, len(mail.message) < 100_000) == (True, True)
