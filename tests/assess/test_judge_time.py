"""Time alone never improves a judgment, and the time of the next change is known."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import PathFinder, judge, split_chains
from monitor.model import Certificate, Check, Margin, Path, Policy
from monitor.parse import UnreadableCertificateError, parse_certificate
from support.factories.assess.judging import (
    COLLECTION,
    CRITICAL,
    ENDPOINT,
    FILES,
    INTERMEDIATE,
    LEAF,
    PLACE,
    ROOT,
    held,
    trusting,
    verdicts,
    with_policy,
)
from support.pki import NOW, raw

FAR = parse_certificate(LEAF.der)
SPANS = st.timedeltas(timedelta(days=-4000), timedelta(days=4000))
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=36500))
SHARES = st.floats(0.01, 1)
MARGINS = st.lists(st.builds(Margin, LENGTHS) | st.builds(Margin, st.none(), SHARES), max_size=3).map(tuple)
POLICIES = st.builds(Policy, warn_before=MARGINS, critical_before=MARGINS)


def expiry_rank(one: Certificate, policy: Policy, now: datetime) -> int:
    """Return how bad the expiry of one certificate is."""
    found = judge(with_policy(FILES, policy), (), (Path("p", (one,), trusted=True),), now)
    return max(
        (finding.severity.rank for finding in found.findings if finding.check is Check.EXPIRY), default=0
    )


@given(POLICIES, SPANS, SPANS, SPANS, SPANS)
def test_expiry_never_gets_better_as_time_passes(
    policy: Policy,
    start: timedelta,
    end: timedelta,
    first: timedelta,
    second: timedelta,
) -> None:
    """For one certificate and policy a later judgment is at least as bad."""
    one = replace(FAR, not_before=NOW + start, not_after=NOW + end)
    early, late = sorted((NOW + first, NOW + second))
    assert expiry_rank(one, policy, early) <= expiry_rank(one, policy, late)


@given(POLICIES, SPANS)
def test_what_has_expired_is_critical(policy: Policy, end: timedelta) -> None:
    """No policy of thresholds makes an expired certificate less than critical."""
    one = replace(FAR, not_before=NOW + end - timedelta(days=10), not_after=NOW + end)
    assert expiry_rank(one, policy, NOW + end) == CRITICAL.rank


@given(SPANS, SPANS, SPANS)
def test_nothing_changes_before_the_next_change(start: timedelta, end: timedelta, when: timedelta) -> None:
    """Until the announced instant every judgment has the same severities."""
    one = replace(FAR, not_before=NOW + start, not_after=NOW + end)
    paths = (Path("p", (one,), trusted=True),)
    now = NOW + when
    found = judge(FILES, (), paths, now)
    change = found.next_change_at or now + timedelta(days=10_000)
    assert verdicts(judge(FILES, (), paths, change - timedelta(microseconds=1))) == verdicts(found)


SHAPES = [LEAF.der, ROOT.der, INTERMEDIATE.der, raw(version=b"")]


@given(st.data())
def test_any_certificate_is_judged(data: st.DataObject) -> None:
    """Whatever can be parsed finds a path and a judgment at any time."""
    der = bytearray(data.draw(st.sampled_from(SHAPES)))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        shown = [held(bytes(der)), held(INTERMEDIATE)]
    except UnreadableCertificateError:
        return
    now = NOW + data.draw(SPANS)
    paths = tuple(PathFinder().find(PLACE, one, trusting(ROOT), now) for one in (shown, *split_chains(shown)))
    for target in (ENDPOINT, COLLECTION):
        assert judge(target, (), paths, now).paths == paths
