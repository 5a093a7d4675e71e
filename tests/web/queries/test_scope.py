"""A narrowed snapshot has nothing of targets that may not be seen."""

from dataclasses import replace

from monitor.alerts import alerts_of_target
from monitor.model import DiscoveryState, Matcher, Snapshot, TargetState, text
from monitor.web.queries.scope import TargetScope, scoped
from support.factories.web.fakes import NOW, endpoint, snapshot

HARBOUR = TargetScope((Matcher("site", ("harbour",)),))


def at_site(state: TargetState, site: str) -> TargetState:
    """Return a state of a target at another site."""
    return replace(state, target=replace(state.target, labels=(("site", site),)))


SEEN = endpoint("seen", 5, sentence="it expires", title="Seen")
HIDDEN = at_site(endpoint("hidden", 5, sentence="it expires", title="Secret server"), "attic")


def both(*, shared: bool = False) -> Snapshot:
    """Return a snapshot of both sites with their alerts; ``shared`` makes them one alert."""
    first, second = (one for state in (SEEN, HIDDEN) for one in alerts_of_target(state, NOW))
    joined = replace(
        first,
        title="Secret server",
        targets=first.targets + second.targets,
        locations=first.locations + second.locations,
        messages=(*first.messages, text("Secret server too")),
    )
    return replace(
        snapshot(SEEN, HIDDEN),
        alerts=(joined,) if shared else (first, second),
        correlated={HIDDEN.target.id: HIDDEN.assessment.findings},
        discoveries={"csv:secret": DiscoveryState("csv:secret")},
    )


def test_everything() -> None:
    """Without matchers nothing is hidden."""
    whole = both()
    assert scoped(whole, TargetScope()) is whole


def test_other_targets_are_hidden() -> None:
    """Their states, findings, alerts and the lists that they come from are not there."""
    found = scoped(both(), HARBOUR)
    assert list(found.states) == [SEEN.target.id]
    assert (dict(found.correlated), dict(found.discoveries)) == ({}, {})
    assert [one.title for one in found.alerts] == ["Seen"]


def test_a_shared_alert_shows_the_visible_part() -> None:
    """Of an alert of both, the other's name, location and sentences are left out."""
    (found,) = scoped(both(shared=True), HARBOUR).alerts
    assert (found.title, found.targets) == ("Seen", (SEEN.target.id,))
    assert [one.location for one in found.locations] == ["seen:443"]
    assert "Secret" not in repr(found)


def test_nothing_matches() -> None:
    """Whoever may see nothing sees nothing, not even alerts of the monitor itself."""
    found = scoped(both(), TargetScope((Matcher("site", ("nowhere",)),)))
    assert (len(found), found.alerts) == (0, ())
