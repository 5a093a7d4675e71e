"""The pages of one certificate and of one target: complete, harmless, nothing outside the scope."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import RenewalSteps, alerts_of_target
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Check,
    FailureReason,
    Matcher,
    PolicyOrigin,
    PolicyValue,
    Scope,
    text,
)
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web.caller import Caller, Role
from monitor.web.pages.details.certificate import certificate_values
from monitor.web.pages.details.outcome_strip import MOST_ROWS
from monitor.web.pages.details.outcome_texts import REASONS
from monitor.web.pages.details.target import TargetRecord, target_values
from monitor.web.queries.targets.detail import target_detail
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, endpoint, pending, snapshot, unreachable
from support.factories.web.pages import get, reader_of, rendered

NEAR = endpoint("near", 5, sentence="it expires", title="Recorder 01")
LEAF = NEAR.sightings[0].certificate
SHOWN = snapshot(NEAR, unreachable("gone"), pending("new"))
DAY = timedelta(days=1)


def entry(target_id: str = "endpoint:near:443", *, ended: bool = False) -> HistoryEntry:
    """Return an entry of the history of the certificate."""
    end = NOW - DAY if ended else None
    return HistoryEntry(
        target_id, "near:443", 0, LEAF.sha256, "CN=near", LEAF.not_after, NOW - 9 * DAY, NOW, end, ""
    )


def certificate_page(*history: HistoryEntry, caller: Caller | None = None) -> str:
    """Return the page of the certificate."""
    reader = reader_of(SHOWN, caller=caller or Caller())
    return rendered("details/certificate.html", reader, lambda one: certificate_values(one, LEAF, history))


def target_page(
    target_id: str,
    *history: HistoryEntry,
    alerts: tuple[AlertRecord, ...] = (),
    outcomes: Sequence[OutcomePeriod] = (),
) -> str:
    """Return the page of a target."""
    reader = reader_of(SHOWN)
    detail = target_detail(SHOWN, target_id, NOW)
    assert detail is not None
    record = TargetRecord(history, alerts, outcomes)
    policy = [PolicyValue("interval", "1h", PolicyOrigin.RULE, "site: harbour")]
    return rendered(
        "details/target.html",
        reader,
        lambda one: target_values(one, detail, record, policy),
    )


def test_a_certificate_has_its_facts_and_links() -> None:
    """Thumbprints in both forms, the locations, and its history."""
    page = certificate_page(entry())
    assert (LEAF.sha1 in page, LEAF.sha256 in page, "28 Nov 2026 12:00 UTC (expires in 5 days)" in page) == (
        True,
        True,
        True,
    )
    assert '<a href="/targets/endpoint%3Anear%3A443">Recorder 01</a>' in page
    assert re.findall(r'data-label="Until">(.*?)</td>', page) == ["now"]


def test_history_of_other_targets_is_hidden() -> None:
    """A certificate that is shared with targets outside the scope shows nothing of them."""
    caller = Caller("ana", Role.VIEWER, (Matcher("site", ("harbour",)),))
    assert "secret" not in certificate_page(entry("endpoint:secret:443"), caller=caller)


def test_a_target_has_problem_steps_strip_and_policy() -> None:
    """What is wrong, how to mend it, what was seen, and why this policy is in force."""
    page = target_page("endpoint:near:443", entry(), entry(ended=True))
    assert re.findall(r'<p><span class="badge critical">critical</span> (.*?)</p>', page) == ["it expires"]
    assert page.count('<rect class="bar seen-') == 2
    assert re.findall(r'data-label="Set in">(.*?)</td>', page) == ["policies (site: harbour)"]


def test_what_has_expired_is_called_so() -> None:
    """The page of a target has the word of the lists, where the alert is known."""
    late = endpoint("late", -5, sentence="it expired")
    known = replace(snapshot(late), alerts=tuple(alerts_of_target(late, NOW)))
    detail = target_detail(known, late.target.id, NOW)
    assert detail is not None
    page = rendered("details/target.html", reader_of(known), lambda one: target_values(one, detail))
    assert '<span class="badge expired">expired</span>' in page


def test_an_outage_is_on_the_strip() -> None:
    """As long as it lasted."""
    key = AlertKey(Check.UNREACHABLE, Scope.TARGET, "endpoint:gone:443")
    outage = AlertRecord(key, AlertLevel.WARNING, NOW - 9 * DAY, NOW - 9 * DAY, resolved_at=NOW - 8 * DAY)
    page = target_page("endpoint:gone:443", alerts=(outage,))
    assert re.findall(r'<rect class="bar expired" x="([\d.]+)" y="0" width="([\d.]+)"', page) == [
        ("540.0", "6.7")
    ]
    assert "the name has no address" in page


def test_the_outcomes_of_probes_are_a_strip_and_a_table() -> None:
    """What failed is higher than what succeeded, and the table says the same in words."""
    outcomes = (
        OutcomePeriod(None, NOW - 8 * DAY, None),
        OutcomePeriod(FailureReason.TIMEOUT, NOW - 9 * DAY, NOW - 8 * DAY),
        OutcomePeriod(None, NOW - 200 * DAY, NOW - 9 * DAY),
        OutcomePeriod(FailureReason.DNS, NOW - 201 * DAY, NOW - 200 * DAY),  # not one of the last 90 days
    )
    page = target_page("endpoint:near:443", outcomes=outcomes)
    assert re.findall(
        r'<rect class="bar (\w+)" x="([\d.]+)" y="(\d)" width="([\d.]+)" height="\d+">', page
    ) == [
        ("up", "546.7", "3", "53.3"),
        ("up", "0.0", "3", "540.0"),
        ("expired", "540.0", "0", "6.7"),
    ]
    assert re.findall(r'data-label="Result">(.*?)</td>', page) == [
        "succeeded",
        "failed: no answer in time",
        "succeeded",
    ]
    assert "<title>failed: no answer in time, from " in page
    assert "style=" not in page


def test_a_target_that_fails_all_the_time_has_a_short_table() -> None:
    """The strip shows every change, the table the newest."""
    outcomes = [
        OutcomePeriod(FailureReason.REFUSED if n % 2 else None, NOW - (n + 1) * DAY, NOW - n * DAY)
        for n in range(MOST_ROWS + 5)
    ]
    page = target_page("endpoint:near:443", outcomes=outcomes)
    assert (page.count('data-label="Result"'), "5 more." in page) == (MOST_ROWS, True)
    assert page.count('<rect class="bar ') == len(outcomes)


def test_every_reason_has_words() -> None:
    """The set is closed, but grows."""
    assert REASONS.keys() == set(FailureReason)


def test_a_target_of_a_zone_names_it() -> None:
    """The same address is another target elsewhere."""
    state = SHOWN.states["endpoint:new:443"]
    there = snapshot(replace(state, target=replace(state.target, zone="dmz")))
    detail = target_detail(there, state.target.id, NOW)
    assert detail is not None
    page = rendered("details/target.html", reader_of(there), lambda one: target_values(one, detail))
    assert "<dt>Zone</dt><dd>dmz</dd>" in re.sub(r">\s+<", "><", page)


def test_a_target_that_was_never_checked() -> None:
    """The page says so."""
    assert "not checked yet" in target_page("endpoint:new:443")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/certificates/{LEAF.sha256}", 200),
        (f"/certificates/{LEAF.sha1}", 302),
        ("/certificates/" + "0" * 64, 404),
        ("/targets/endpoint:near:443", 200),
        ("/targets/endpoint%3Anear%3A443", 200),
        ("/targets/files:/etc/other", 404),
    ],
)
def test_addresses(path: str, status: int) -> None:
    """Each has its page, in any quoting; what is not there gives 404."""
    daemon = FakeDaemon(SHOWN, seen=[entry()])
    assert get(daemon, path).status_code == status


def test_hostile_texts_stay_text() -> None:
    """Names of certificates, targets and labels arrive as text."""
    bad = endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)
    bad = replace(bad, target=replace(bad.target, labels=((HOSTILE, HOSTILE),)))
    shown = snapshot(bad)
    detail = target_detail(shown, bad.target.id, NOW)
    assert detail is not None
    reader = reader_of(shown)
    pages = (
        rendered("details/target.html", reader, lambda one: target_values(one, detail)),
        rendered(
            "details/certificate.html",
            reader,
            lambda one: certificate_values(one, bad.sightings[0].certificate, ()),
        ),
    )
    assert [page.count("<script") for page in pages] == [1, 1]


def test_steps_of_several_alerts_say_what_they_are_for() -> None:
    """Of two cards each begins with what its alert says; a single one needs no word."""
    detail = target_detail(SHOWN, "endpoint:near:443", NOW)
    assert detail is not None
    steps = RenewalSteps(text("no video")), RenewalSteps(text("no recordings"))
    about = (text("it expires"),), (text("it is weak"),)
    two = replace(detail, steps=steps, about=about)
    alone = replace(detail, steps=steps[1:], about=about[1:])
    for shown, said in ((two, True), (alone, False)):
        page = rendered("details/target.html", reader_of(SHOWN), lambda one, it=shown: target_values(one, it))
        assert ('<p class="soft">it is weak</p>' in page, "no recordings" in page) == (said, True)
