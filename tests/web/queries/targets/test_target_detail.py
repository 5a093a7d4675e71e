"""One target with its findings, failures, certificates, alerts, and the steps that it needs itself."""

from dataclasses import replace

from monitor.alerts import alerts_of_target
from monitor.model import text
from monitor.web.queries.targets.detail import target_detail
from support.factories.web.fakes import NOW, endpoint, snapshot, unreachable

NEAR = endpoint("near", 5, sentence="it expires", title="Recorder 01")
SHOWN = replace(snapshot(NEAR, unreachable("gone")), alerts=tuple(alerts_of_target(NEAR, NOW)))


def test_a_finding_leads_to_its_alert() -> None:
    """The id is that of the alert which says the same."""
    found = target_detail(SHOWN, "endpoint:near:443", NOW)
    assert found is not None
    assert [(one.finding.message, one.alert_id) for one in found.problems] == [
        (text("it expires"), SHOWN.alerts[0].id)
    ]
    assert [one.certificate.title for one in found.shown] == ["near"]
    assert (len(found.steps), found.about) == (1, ((text("it expires"),),))


def test_an_unreachable_target_has_its_failures() -> None:
    """The last error is there in words."""
    found = target_detail(SHOWN, "endpoint:gone:443", NOW)
    assert found is not None
    assert [one.message for one in found.failures] == [text("the name has no address")]


def test_a_target_that_is_not_watched() -> None:
    """There is nothing to show of it."""
    assert target_detail(SHOWN, "endpoint:other:443", NOW) is None
