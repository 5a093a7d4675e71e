"""Whole mails of each kind in each language, as recorded in ``tests/data/mails`` and read by people."""

import pytest

from support.factories.alerts.world import text_of
from support.factories.delivery.mail_samples import samples
from support.folders import DATA

MAILS = dict(samples())


def test_every_recorded_mail_is_made() -> None:
    """No record is left of a kind that there is no more; ``tests/data/mails/make`` writes them."""
    assert sorted(path.stem for path in (DATA / "mails").glob("*.txt")) == sorted(MAILS)


@pytest.mark.parametrize("name", MAILS)
def test_as_recorded(name: str) -> None:
    """Subject and plain text, word for word."""
    mail = MAILS[name]
    body = text_of(mail).replace("\r\n", "\n")
    recorded = (DATA / "mails" / f"{name}.txt").read_text(encoding="utf-8")
    assert f"Subject: {mail.subject}\n\n{body}" == recorded
