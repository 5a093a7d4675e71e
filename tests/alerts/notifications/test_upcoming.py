"""What expires next is found among many without keeping all of them."""

import random
from datetime import timedelta

from monitor.alerts.notifications.inventory import MOST_UPCOMING, upcoming_expiries
from support.factories.web.fakes import NOW, endpoint, snapshot


def test_the_first_of_many() -> None:
    """They are the first of all, in order; what has expired is left out where that is asked for."""
    days = list(range(-50, 950))
    random.Random(1).shuffle(days)
    shown = snapshot(*(endpoint(f"h{one}", one + 0.5) for one in days))
    found = [one.location for one in upcoming_expiries(shown)]
    later = [one.expires_at for one in upcoming_expiries(shown, after=NOW)]
    assert found == [f"h{one}:443" for one in range(-50, MOST_UPCOMING - 50)]
    assert later == [NOW + timedelta(days=one + 0.5) for one in range(MOST_UPCOMING)]
