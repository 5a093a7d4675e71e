"""The dates of CRLs in files are judged: expired, expiring, replaced, not valid yet, without next update."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.assess import judge
from monitor.assess.crl.texts import crl_without_next_update, the_delta_crl
from monitor.model import (
    AlertKey,
    Assessment,
    Check,
    Margin,
    Policy,
    RevocationList,
    Scope,
    Severity,
    Superseded,
    Target,
)
from support.pki import days
from support.written import written

WEEKLY = RevocationList(
    "/crl/ca.crl", 0, "CN=Plant CA", days(-1), days(6) + timedelta(hours=12), sha256="a1", scope="plant"
)
FILE = Target("files:crl", "files", "/crl/ca.crl", None)
FOLDER = replace(FILE, id="files:all", location="/crl", collection=True)
OLDER = replace(
    WEEKLY, location="/crl/old.crl", this_update=days(-8), next_update=days(-1), sha256="a0", number="1"
)

REFUSED = "clients that check it refuse every certificate of this issuer"


def judged(*lists: RevocationList, target: Target = FILE, at: float = 0) -> Assessment:
    """Return the assessment of a target that showed these lists, so many days after NOW."""
    return judge(target, (), (), days(at), lists=lists)


def found(*lists: RevocationList, target: Target = FILE, at: float = 0) -> list[tuple[str, str]]:
    """Return severity and location of each finding."""
    return [(one.severity.value, one.location) for one in judged(*lists, target=target, at=at).findings]


@pytest.mark.parametrize(
    ("at", "severity"),
    [
        pytest.param(0, None, id="fresh"),
        pytest.param(6, None, id="a weekly list half a day before its end, when the next one is published"),
        pytest.param(6.2, Severity.WARNING, id="the next one is overdue"),
        pytest.param(6.49, Severity.WARNING, id="minutes before its end"),
        pytest.param(6.5, Severity.CRITICAL, id="at its end"),
        pytest.param(40, Severity.CRITICAL, id="long after its end"),
    ],
)
def test_a_weekly_list(at: float, severity: Severity | None) -> None:
    """A list that lives a week with half a day of overlap warns only when its successor is overdue."""
    assert [one.severity for one in judged(WEEKLY, at=at).findings] == ([severity] if severity else [])


def test_a_list_of_an_offline_ca_warns_a_week_ahead() -> None:
    """Somebody has to fetch a key from a safe: half a year's list warns 7 days before its end."""
    yearly = replace(WEEKLY, this_update=days(-100), next_update=days(80))
    assert (found(yearly, at=72.9), found(yearly, at=73.1)) == ([], [("warning", WEEKLY.location)])


def test_the_policy_says_how_early() -> None:
    """``crl_warn_before`` is the target's own."""
    early = replace(FILE, policy=Policy(crl_warn_before=(Margin(timedelta(days=2)),)))
    assert found(WEEKLY, target=early, at=5) == [("warning", WEEKLY.location)]


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (
            6.3,
            "expires in 4 hours (30 Nov 2026 00:00 UTC), and no newer one has been published there",
        ),
        (8.5, f"expired 2 days ago (30 Nov 2026 00:00 UTC): {REFUSED}"),
        (-2, "is not valid before 22 Nov 2026 12:00 UTC"),
    ],
)
def test_sentences(at: float, sentence: str) -> None:
    """A sentence names issuer and location, and what it means."""
    whole = f'the CRL of "CN=Plant CA" at /crl/ca.crl {sentence}'
    assert [written(one, days(at)) for one in judged(WEEKLY, at=at).findings] == [whole]


def test_a_list_without_next_update_is_said_and_no_alarm() -> None:
    """Nothing tells when it is too old: that is a word, also where a severity was chosen for the check."""
    endless = replace(WEEKLY, next_update=None, delta=True)
    chosen = replace(FILE, policy=Policy(checks=((Check.CRL_EXPIRY, Severity.CRITICAL),)))
    said = crl_without_next_update(who=the_delta_crl(issuer="CN=Plant CA", location="/crl/ca.crl"))
    for target in (FILE, chosen):
        assert [(one.severity, one.message) for one in judged(endless, target=target).findings] == [
            (Severity.OK, said)
        ]


def test_the_check_can_be_softened_and_switched_off() -> None:
    """``checks`` sets the severity as for every other check."""
    soft, off = (
        replace(FILE, policy=Policy(checks=((Check.CRL_EXPIRY, severity),)))
        for severity in (Severity.WARNING, None)
    )
    assert (found(WEEKLY, target=soft, at=9), found(WEEKLY, target=off, at=9)) == (
        [("warning", WEEKLY.location)],
        [],
    )


def test_in_a_folder_only_the_newest_list_of_an_issuer_counts() -> None:
    """An old list may lie beside its successor."""
    assert found(OLDER, WEEKLY, target=FOLDER) == []
    assert judged(OLDER, WEEKLY, target=FOLDER).superseded == (Superseded("a0", "a1"),)


def test_files_that_are_named_count_each() -> None:
    """Two files that somebody named are used by two programs."""
    assert found(OLDER, WEEKLY) == [("critical", OLDER.location)]


def test_in_one_file_only_the_newest_list_of_an_issuer_counts() -> None:
    """Anybody who reads a file with both uses the newer one."""
    assert found(replace(OLDER, location=WEEKLY.location), WEEKLY) == []


def test_a_list_that_is_not_in_force_yet_replaces_nothing() -> None:
    """A list valid from tomorrow does not resolve today's expired one, and is reported itself."""
    early = replace(WEEKLY, this_update=days(0.5), location="/crl/next.crl")
    assert found(OLDER, early, target=FOLDER) == [("critical", OLDER.location), ("critical", early.location)]


def test_lists_of_another_scope_stay() -> None:
    """A delta, or the list of the CA's next key, does not replace a list."""
    assert found(replace(OLDER, scope="other"), WEEKLY, target=FOLDER) == [("critical", OLDER.location)]


@pytest.mark.parametrize(
    ("at", "expected"), [(-9, days(-8)), (-8, days(-1.35)), (-1.2, days(-1)), (-1, None)]
)
def test_says_when_the_verdict_changes(at: float, expected: datetime | None) -> None:
    """Beginning, warning (here 5 % of a week before the end) and end are instants to judge again."""
    assert judged(OLDER, at=at).next_change_at == expected


def test_a_list_that_expires_before_it_is_valid_is_only_expired() -> None:
    """Nonsense in a file ends in a verdict."""
    assert found(replace(WEEKLY, next_update=days(-2))) == [("critical", WEEKLY.location)]


def test_lists_of_one_issuer_are_one_alert() -> None:
    """However many copies have expired, it is reported once."""
    copies = [replace(WEEKLY, location=f"/crl/{n}.crl") for n in range(3)]
    assert {one.shared_alert for one in judged(*copies, at=9).findings} == {
        AlertKey(Check.CRL_EXPIRY, Scope.ISSUER, "CN=Plant CA")
    }
