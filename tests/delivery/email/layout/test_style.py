"""What a receiver wants of its mails: the summary alone, a prefix of subjects, and a footer of its own."""

from dataclasses import replace

import pytest

from monitor.alerts.payload import to_json
from monitor.delivery.email.layout.render import Letter, MailContext, render
from monitor.delivery.email.layout.sample import sample_mail
from monitor.delivery.email.style import MailStyle
from monitor.model import NotificationKind, text
from monitor.pipeline.notifications import notification
from support.factories.alerts.world import ADMINS, NOW, SENDER, parsed
from support.factories.alerts.world import text_of as body_of
from support.factories.delivery.mail_samples import WRITERS, contents

CONTENTS = contents()
BRIEF = MailStyle(brief=True)
OWN = MailStyle(subject_prefix="[Hafen ü]", footer="Not urgent? <b>Call</b> 112.\n\nVideo team & friends")
KINDS = ("plain", "html")


def mail(kind: str, style: MailStyle, *, short: bool = False, code: str = "en") -> Letter:
    """Return the mail about this in the style."""
    sent = notification("admins", ADMINS, NotificationKind.NOTICE, to_json(CONTENTS[kind]), NOW)
    context = MailContext(SENDER, text("watch.vms.example"), WRITERS[code], style=style)
    return render(replace(sent, id="1", short=short), context)


def text_of(letter: Letter, form: str = "plain") -> str:
    """Return a body with the line ends of this machine."""
    return body_of(letter, form).replace("\r\n", "\n")


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("code", WRITERS)
def test_brief_is_the_beginning_of_the_full_mail(kind: str, code: str) -> None:
    """A brief mail has the summary as it is in the full one, and the last line."""
    full, brief = (text_of(mail(kind, style, code=code)) for style in (MailStyle(), BRIEF))
    summary, _, foot = brief.partition("\n-- \n")
    assert full.startswith(summary.rstrip())
    assert full.endswith(foot)


@pytest.mark.parametrize("form", KINDS)
def test_what_brief_leaves_out(form: str) -> None:
    """What to do first stays; details, steps and facts go."""
    several, alert = text_of(mail("inventory", BRIEF), form), text_of(mail("alert", BRIEF), form)
    full = text_of(mail("inventory", MailStyle()), form)
    assert "Recorder 02: certificate expires in 3 days" in several
    assert "DETAILS" in full.upper()
    assert [word for word in ("DETAILS", "STEPS", "THUMBPRINT") if word in several.upper()] == []
    assert "No live video and no playback from this recorder." in alert
    assert "Video team" in alert
    assert [word for word in ("STEPS", "FACTS", "SHA-256") if word in alert.upper()] == []


@pytest.mark.parametrize("short", [False, True])
def test_a_prefix_is_before_each_subject(short: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It is encoded as a header needs it, and the subject is the same behind it."""
    plain, own = mail("alert", MailStyle(), short=short), mail("alert", OWN, short=short)
    assert own.subject == f"[Hafen ü] {plain.subject}"
    assert str(parsed(own)["Subject"]) == own.subject
    assert own.message.isascii()


@pytest.mark.parametrize("form", KINDS)
@pytest.mark.parametrize("kind", ["alert", "inventory"])
def test_a_footer_is_below_each_mail(kind: str, form: str) -> None:
    """It stays as it was written, and is no markup."""
    said = text_of(mail(kind, OWN), form)
    words = ("&lt;b&gt;Call&lt;/b&gt;", "&amp; friends") if form == "html" else ("<b>Call</b>", "& friends")
    assert [one for one in words if one not in said] == []
    assert said.index("watch.vms.example") < said.index(words[0])
    if form == "plain":
        assert said.endswith("\nNot urgent? <b>Call</b> 112.\n\nVideo team & friends\n")


def test_short_and_test_mails_have_both_too() -> None:
    """The form that is sent where a mail was too large, and a test."""
    sent = notification("admins", ADMINS, NotificationKind.TEST, "", NOW)
    for one in (mail("several", OWN, short=True), sample_mail(sent, SENDER, WRITERS["en"], OWN)):
        assert one.subject.startswith("[Hafen ü] ")
        assert text_of(one).rstrip().endswith("Video team & friends")
