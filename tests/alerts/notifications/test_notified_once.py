"""One thing that several checks find wrong is notified once, and its end too."""

from datetime import datetime, timedelta

import pytest

from monitor.alerts import ReceiverDecision
from monitor.model import (
    AlertKey,
    Check,
    Finding,
    FormerLeaf,
    ReceiverRecord,
    Scope,
    Severity,
    TargetState,
    text,
)
from support.factories.alerts.passes import Passes, in_digest, said
from support.factories.alerts.world import DAYS, NOW, certificate, finding, picture, seen
from support.factories.years.year import RULES

OLD_CA = certificate(900, 55, name="VMS CA", ca=True)
NEW_CA = certificate(901, 3650, age=1, name="VMS CA", ca=True)


def below(number: int, *, renewed: int = 0) -> TargetState:
    """Return a recorder below a CA that expires before it, or below the new one as so many probes saw."""
    where, leaf, new = f"rec{number}:443", certificate(number, 200), certificate(100 + number, 364, age=1)
    if renewed:
        return seen(where, new, above=(NEW_CA,), former_leaves=(FormerLeaf(where, leaf, new, renewed),))
    shared = AlertKey(Check.OUTLIVES_CA, Scope.CERTIFICATE, OLD_CA.sha256)
    outlives = Finding(Check.OUTLIVES_CA, Severity.WARNING, text("outlives it"), leaf.sha256, where, shared)
    return seen(where, leaf, finding(Check.CA_EXPIRY, OLD_CA, where), outlives, above=(OLD_CA,))


def end_of_ca(inventory_at: datetime | None) -> list[ReceiverDecision]:
    """Return what is decided after a CA was renewed with all that depends on it, probe by probe."""
    passes = Passes({"lisbon": ReceiverRecord("lisbon", inventory_at=inventory_at)}, dict(RULES))
    passes.decide(picture(*(below(number) for number in range(60))), NOW)
    decided = []
    for number, hours in enumerate((1, 2, 24, 48), start=1):
        after = picture(*(below(recorder, renewed=number) for recorder in range(60)))
        decided.append(passes.decide(after, NOW + hours * timedelta(hours=1)).receivers[0])
    return decided


@pytest.mark.parametrize("inventory_at", [None, NOW - DAYS])
def test_end_of_a_ca_is_one_item(inventory_at: datetime | None) -> None:
    """It is renewed, as two probes saw; that nothing outlives it is no item, now or in the next digest."""
    decided = end_of_ca(inventory_at)
    assert [said(one.items) for one in decided] == [[], [("renewed", "VMS CA")], [], []]
    assert [in_digest(one) for one in decided] == [[], [], [], []]
    assert decided[1].items[0].checks == (Check.EXPIRY, Check.OUTLIVES_CA)
