"""CRLs in files on their whole way: found, judged, kept while files fail, in metrics, page, mails, check."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.assess import PathFinder
from monitor.messages import english
from monitor.metrics import Exposition
from monitor.model import (
    AlertKey,
    Anchors,
    Assessment,
    Check,
    Failure,
    FailureReason,
    Observation,
    Snapshot,
    TargetState,
    text,
)
from monitor.pipeline.judge import Judge
from monitor.store import Store
from monitor.web.pages.lists.certificates import certificate_list, certificate_source, title_of
from monitor.web.queries.cache.row_index import RowIndex
from monitor.web.queries.certificates.rows import CERTIFICATE_ROWS, CERTIFICATES
from monitor.web.queries.lists.listing import Selection, select
from support.factories.alerts.world import AFTER_INVENTORY, Row, apply, decide, mail_about, text_of
from support.factories.sources.file_probes import probe, reasons, target
from support.factories.web.pages import listed, reader_of
from support.pki import NOW, authority, days, leaf
from support.pki.crls import pem, weekly
from support.servers.daemon.command import check, run
from support.written import written

ROOT = authority("Plant CA")
LEAF = leaf("rec.vms.example", ROOT)
FRESH = weekly(ROOT, number=8, revoked=2)
ENDED = weekly(ROOT, number=7, issued=days(-9))
FAMILY = "cert_monitor_crl_next_update_timestamp_seconds"


def after(state: TargetState, now: datetime = NOW) -> TargetState:
    """Return the state after one more probe of the files."""
    observation = Observation(state.target.id, now, timedelta(0), probe(state.target))
    return Judge(PathFinder()).observed(state, observation, Anchors.of([]), now)


def seen(*paths: Path) -> TargetState:
    """Return the state after the first probe of some paths."""
    return after(TargetState(target(*paths)))


def series(state: TargetState) -> Mapping[str, float]:
    """Return the metric's value by location."""
    text = b"".join(Exposition().pieces(Snapshot({state.target.id: state}), NOW)).decode()
    return {
        sample.labels["location"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == FAMILY
    }


def test_a_named_file_with_a_list_only_is_seen(tmp_path: Path) -> None:
    """A CRL is a good probe, not a file without a certificate."""
    (tmp_path / "ca.crl").write_bytes(FRESH)
    state = seen(tmp_path / "ca.crl")
    assert (state.up, state.findings, [one.number for one in state.lists]) == (True, (), ["8"])


def test_a_folder_takes_lists_by_their_suffix(tmp_path: Path) -> None:
    """Files that end in .crl are read in folders, and an old list beside its successor is quiet."""
    (tmp_path / "ca.crl").write_bytes(FRESH)
    (tmp_path / "ca-old.crl").write_bytes(pem(ENDED))
    (tmp_path / "notes.txt").write_bytes(pem(ENDED))
    state = seen(tmp_path)
    assert ([one.number for one in state.lists], state.findings) == (["7", "8"], ())


def test_certificates_beside_a_list_are_seen_as_before(tmp_path: Path) -> None:
    """One file gives both; the list ended, the certificate did not."""
    (tmp_path / "all.pem").write_bytes(LEAF.pem + pem(ENDED) + ROOT.pem)
    state = seen(tmp_path / "all.pem")
    assert [one.check for one in state.findings] == [Check.CRL_EXPIRY]
    assert [one.certificate.title for one in state.sightings] == ["rec.vms.example", "Plant CA"]


def test_a_damaged_list_is_a_failure_of_its_file(tmp_path: Path) -> None:
    """A list that cannot be read does not pass for a good probe."""
    (tmp_path / "ca.crl").write_bytes(pem(FRESH).replace(b"\nMI", b"\nM!", 1))
    assert reasons(probe(target(tmp_path / "ca.crl"))) == [(FailureReason.BAD_CERTIFICATE, "ca.crl")]


def test_a_list_stays_judged_while_its_file_cannot_be_read(tmp_path: Path) -> None:
    """What was last known ends like everything else."""
    file = tmp_path / "ca.crl"
    file.write_bytes(FRESH)
    before = seen(file)
    file.unlink()
    later = after(before, days(7))
    assert (later.up, [one.check for one in later.assessment.findings]) == (False, [Check.CRL_EXPIRY])


def test_a_new_list_resolves_the_finding(tmp_path: Path) -> None:
    """The file is read again when it changes."""
    file = tmp_path / "ca.crl"
    file.write_bytes(ENDED)
    before = seen(file)
    file.write_bytes(FRESH)
    assert ([one.check for one in before.findings], after(before).findings) == ([Check.CRL_EXPIRY], ())


def test_a_quiet_probe_shares_the_judgment_before_it(tmp_path: Path) -> None:
    """Nothing is judged anew where nothing changed."""
    (tmp_path / "ca.crl").write_bytes(FRESH)
    first = seen(tmp_path / "ca.crl")
    second = after(first, NOW + timedelta(hours=1))
    assert second.assessment is first.assessment
    assert second.lists is first.lists


def test_the_verdict_changes_with_time_alone(tmp_path: Path) -> None:
    """The alert pass judges again at the list's instants, without a probe and without bytes."""
    (tmp_path / "ca.crl").write_bytes(FRESH)
    state = seen(tmp_path / "ca.crl")
    assert state.assessment.next_change_at == days(6) - 0.05 * timedelta(days=7)
    again = Judge(PathFinder()).again(state, {}, Anchors.of([]), days(6))
    assert [one.severity.value for one in again.assessment.findings] == ["critical"]


def test_lists_survive_a_restart(tmp_path: Path) -> None:
    """What is recorded is judged before the first probe."""
    (tmp_path / "ca.crl").write_bytes(ENDED)
    state = seen(tmp_path / "ca.crl")

    async def recorded() -> TargetState:
        store = await Store.open("sqlite://", app_version="1")
        await store.record([state], {})
        [[(loaded, _)]] = [some async for some in store.load([state.target])]
        await store.close()
        return loaded

    assert asyncio.run(recorded()).lists == state.lists


def test_the_metric_has_one_series_for_each_location(tmp_path: Path) -> None:
    """Two CAs in one file: the earliest expiry; a list that another replaces has none."""
    other = weekly(authority("Other CA"), until=days(2))
    (tmp_path / "both.crl").write_bytes(pem(FRESH) + pem(other))
    (tmp_path / "old.crl").write_bytes(ENDED)
    assert series(seen(tmp_path)) == {str(tmp_path / "both.crl"): days(2).timestamp()}


def test_the_metric_is_absent_without_a_list(tmp_path: Path) -> None:
    """Absent, never zero."""
    (tmp_path / "a.pem").write_bytes(LEAF.pem)
    assert series(seen(tmp_path)) == {}


def test_the_page_has_a_row_for_each_list(tmp_path: Path) -> None:
    """With its end, its issuer and its own finding; the certificate beside it is not blamed."""
    (tmp_path / "all.pem").write_bytes(LEAF.pem + pem(ENDED))
    state = seen(tmp_path / "all.pem")
    snapshot = Snapshot({state.target.id: state})
    rows = RowIndex(CERTIFICATE_ROWS).rows(snapshot, NOW).rows
    wanted = Selection(words="crl 7 plant ca")
    (shown,) = select(CERTIFICATES, rows, wanted).rows
    found = shown.locations[0].findings
    assert (written(title_of(shown)), shown.levels, shown.expires_at, len(found)) == (
        "CRL 7 of CN=Plant CA",
        ("critical",),
        NOW - timedelta(days=2),
        1,
    )
    others = [one for one in rows if one is not shown]
    assert [(one.title, one.levels) for one in others] == [("rec.vms.example", ("ok",))]


def test_the_page_names_no_second_end_and_no_second_issuer(tmp_path: Path) -> None:
    """A list has one end, and its issuer stands in its name already."""
    (tmp_path / "ca.crl").write_bytes(ENDED)
    state = seen(tmp_path / "ca.crl")
    reader = reader_of(Snapshot({state.target.id: state}), writer=english(NOW))
    page = listed(certificate_list(), certificate_source(), reader)
    assert (page.count("CRL 7 of CN=Plant CA</a>"), page.count("Plant CA</div>")) == (1, 0)
    assert "<small>certificate itself:" not in page


def test_a_replaced_list_is_called_so(tmp_path: Path) -> None:
    """The page says why an expired list causes no alert."""
    (tmp_path / "a.crl").write_bytes(FRESH)
    (tmp_path / "b.crl").write_bytes(ENDED)
    state = seen(tmp_path)
    rows = RowIndex(CERTIFICATE_ROWS).rows(Snapshot({state.target.id: state}), NOW).rows
    assert [(one.levels, [at.superseded for at in one.locations]) for one in rows] == [
        (("ok",), [False]),
        (("ok",), [True]),
    ]


def test_a_mail_names_issuer_and_location(tmp_path: Path) -> None:
    """The mail names the CA that has to publish, and the location of the copy."""
    (tmp_path / "ca.crl").write_bytes(ENDED)
    mail = mail_about(seen(tmp_path / "ca.crl"))
    assert mail.subject == "Plant CA: a newer CRL is due (critical)"
    assert f'The CRL of "CN=Plant CA" at {tmp_path / "ca.crl"} expired 2 days ago' in " ".join(
        text_of(mail).split()
    )


def test_it_is_reported_once_for_all_copies_and_taken_back(tmp_path: Path) -> None:
    """Ten copies of one list are one alert; it is resolved when the last copy was replaced."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    files = [tmp_path / "one" / "ca.crl", tmp_path / "two" / "ca.crl"]
    log: Mapping[AlertKey, Row] = {}
    news = []
    for contents in ((ENDED, ENDED), (FRESH, ENDED), (FRESH, FRESH)):
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        states = [seen(file.parent) for file in files]
        picture = Snapshot({state.target.id: state for state in states})
        decision = decide(picture, log, NOW, monitor_state=AFTER_INVENTORY)
        log = apply(log, decision)
        news.append([(entry.reason.value, entry.title, len(entry.locations)) for entry in decision.items])
    assert news == [
        [("first", "Plant CA", 2)],
        [],
        [("resolved", "Plant CA", 2)],
    ]


def test_it_is_not_resolved_by_being_forgotten(tmp_path: Path) -> None:
    """A folder that cannot be read for a month loses its lists; that is no good news."""
    (tmp_path / "ca.crl").write_bytes(ENDED)
    before = seen(tmp_path)
    first = decide(Snapshot({before.target.id: before}), {}, NOW, monitor_state=AFTER_INVENTORY)
    denied = Failure(FailureReason.PERMISSION, text("permission denied"), before.target.location)
    gone = replace(before, failed_probes=1, failures=(denied,), lists=(), assessment=Assessment())
    later = decide(Snapshot({gone.target.id: gone}), apply({}, first), NOW, monitor_state=AFTER_INVENTORY)
    assert (len(first.items), later.items) == (1, ())


@pytest.mark.parametrize(("until", "code", "severity"), [(3, 0, "ok"), (-3, 2, "critical")])
def test_check_of_a_list(tmp_path: Path, until: float, code: int, severity: str) -> None:
    """``check`` reads a list, judges it by today's date and gives its facts."""
    today = datetime.now(UTC).replace(microsecond=0)
    file = tmp_path / "ca.crl"
    file.write_bytes(weekly(ROOT, issued=days(-4, today), until=days(until, today), number=3))
    done = check(file)
    [element] = done.elements
    assert (done.code, element["severity"], element["certificates"]) == (code, severity, [])
    [facts] = element["crls"]
    assert (facts["issuer"], facts["number"], facts["entries"]) == ("CN=Plant CA", "3", 0)
    assert facts["days_to_next_update"] == pytest.approx(until, abs=0.1)


def test_check_shows_a_list_as_a_line(tmp_path: Path) -> None:
    """People see whose list it is and when it ends."""
    file = tmp_path / "ca.crl"
    file.write_bytes(weekly(ROOT, issued=days(-1), until=days(3000)))
    line = next(one for one in run("check", file).out.splitlines() if str(file) in one)
    words = line.split(maxsplit=6)
    assert words[2] == f"{days(3000):%Y-%m-%d}"
    assert words[5:] == [str(file), "CRL of CN=Plant CA"]
