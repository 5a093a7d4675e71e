"""How answers are combined over time, and when the next query is due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.issuers.backoff import LATEST, SOONEST, merge_attempts, wait
from monitor.issuers.verdict import RevocationVerdict, unknown
from monitor.model import Revocation, RevocationStatus, text
from support.servers.issuers.issuer_world import DAY, HOUR, NOW

GOOD = RevocationVerdict(RevocationStatus.GOOD, text("good"), good_until=NOW + 5 * HOUR)
REVOKED = RevocationVerdict(RevocationStatus.REVOKED, text("revoked"), NOW - DAY)
HOLD = replace(REVOKED, on_hold=True)
SILENCE = unknown(text("nobody answered"))


def after(*answers: tuple[str, RevocationVerdict], at: timedelta = timedelta(0)) -> Revocation:
    """Return what is known after some answers, the last one at another time."""
    known = None
    for index, (source, verdict) in enumerate(answers):
        known = merge_attempts(
            known, "ab", source, verdict, NOW + (at if index + 1 == len(answers) else timedelta(0))
        )
    assert known is not None
    return known


def test_an_answer() -> None:
    """What is reported is noted with its source."""
    known = after(("crl", GOOD))
    assert (known.status, known.source, known.good_until, known.attempts) == (
        RevocationStatus.GOOD,
        "crl",
        NOW + 5 * HOUR,
        0,
    )


def test_no_answer_is_counted() -> None:
    """Attempts that told nothing are counted in a row, and an answer ends the row."""
    known = after(("", SILENCE), ("", SILENCE))
    assert (known.status, known.attempts, known.message) == (
        RevocationStatus.UNKNOWN,
        2,
        text("nobody answered"),
    )
    assert after(("", SILENCE), ("", SILENCE), ("ocsp", GOOD)).attempts == 0


def test_a_good_answer_holds_while_it_lasts() -> None:
    """A CA that is away for an hour does not undo what it said; after its word ended it does."""
    assert after(("crl", GOOD), ("", SILENCE), at=HOUR).status is RevocationStatus.GOOD
    assert after(("crl", GOOD), ("", SILENCE), at=6 * HOUR).status is RevocationStatus.UNKNOWN


@pytest.mark.parametrize("then", [("", SILENCE), ("crl", GOOD), ("ocsp", GOOD), ("ocsp", REVOKED)])
def test_revoked_stays_revoked(then: tuple[str, RevocationVerdict]) -> None:
    """Neither silence nor a late responder takes a revocation back."""
    assert after(("crl", REVOKED), then, at=DAY).status is RevocationStatus.REVOKED


@pytest.mark.parametrize(
    ("source", "revocation_status"), [("crl", RevocationStatus.GOOD), ("ocsp", RevocationStatus.REVOKED)]
)
def test_a_hold_is_lifted_by_its_source(source: str, revocation_status: RevocationStatus) -> None:
    """A hold ends when its own source says so."""
    assert after(("crl", HOLD), (source, GOOD)).status is revocation_status


def test_an_end_without_a_date() -> None:
    """A good answer that does not say how long it holds is kept for a few hours."""
    endless = replace(GOOD, good_until=None)
    assert after(("ocsp", endless), ("", SILENCE), at=HOUR).status is RevocationStatus.GOOD
    assert after(("ocsp", endless), ("", SILENCE), at=7 * HOUR).status is RevocationStatus.UNKNOWN


def within(span: timedelta, wanted: timedelta) -> bool:
    """Return whether a time is the wanted one, less a spread of at most a tenth."""
    return wanted * 0.9 <= span <= wanted


@pytest.mark.parametrize(
    ("until", "span"),
    [
        (timedelta(minutes=1), SOONEST),
        (-DAY, SOONEST),
        (3 * HOUR, 3 * HOUR),
        (30 * DAY, LATEST),
        (None, HOUR),
    ],
)
def test_waiting_after_a_good_answer(until: timedelta | None, span: timedelta) -> None:
    """Asked is again when the answer ends, within bounds."""
    good = RevocationVerdict(
        RevocationStatus.GOOD, text(""), good_until=None if until is None else NOW + until
    )
    assert within(wait(after(("crl", good)), NOW), span)


@pytest.mark.parametrize(("times", "minutes"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 360), (100, 360)])
def test_waiting_without_an_answer(times: int, minutes: int) -> None:
    """The waits grow, up to six hours."""
    assert within(wait(after(*[("", SILENCE)] * times), NOW), timedelta(minutes=minutes))


def test_waiting_for_an_end_that_comes() -> None:
    """While a good answer still holds, nobody sleeps over its end."""
    known = after(("crl", GOOD), *[("", SILENCE)] * 8, at=5 * HOUR - timedelta(minutes=20))
    assert within(wait(known, NOW + 5 * HOUR - timedelta(minutes=20)), timedelta(minutes=20))


def test_certificates_are_spread() -> None:
    """Those that were asked about together are not asked about together again."""
    spans = {wait(replace(after(("crl", GOOD)), sha256=f"{n:064x}"), NOW) for n in range(50)}
    assert len(spans) > 20
