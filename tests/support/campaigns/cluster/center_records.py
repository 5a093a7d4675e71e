"""What mails and records must say after anything was done to centers: nothing lost, nothing sent by two."""

from collections import Counter, defaultdict
from collections.abc import Collection

from monitor.store.alerts.withdrawn import WITHDRAWN
from support.campaigns.campaign import require
from support.servers.cluster.centers import Arrival
from support.servers.cluster.lease_observer import LeaseObserver
from support.servers.daemon.site import Site

LINK_KEY = "SELECT value FROM fact WHERE key = 'link_key'"

_MESSAGE_IDS = "SELECT '<' || id || '@vms.example>' FROM notification"
_WAITING = f"{_MESSAGE_IDS} WHERE finished_at IS NULL"
_WITHDRAWN = f"{_MESSAGE_IDS} WHERE last_error = '{WITHDRAWN}'"
_FLAPPING = "SELECT 1 FROM alert WHERE \"check\" = 'flapping'"
_UNFENCED = "SELECT DISTINCT writer, holder, changed FROM observer.unfenced"


def alerts_in(where: Site, one: Arrival) -> list[str]:
    """Return the certificates whose alerts a mail has; an inventory is about no certificate alone."""
    return [] if " watched" in one.mail["Subject"] else where.mailed_in(one.mail)


async def require_all_notified(
    where: Site, observer: LeaseObserver, arrivals: Collection[Arrival], served: Collection[str], faults: int
) -> Counter[str]:
    """Compare the mails with the records and with what was served; return what was found."""
    kept = {arrival.mail["Message-ID"]: arrival for arrival in arrivals}
    await _require_recorded(observer, set(kept))
    repeated = _require_same_bytes(arrivals, faults)
    await _require_one_sender(observer, arrivals, repeated)
    mailed = Counter(fingerprint for one in kept.values() for fingerprint in alerts_in(where, one))
    require(set(served) <= set(mailed), "an alert was never mailed")
    found = Counter({"mails": len(kept), "mails repeated": len(arrivals) - len(kept), "alerts": len(mailed)})
    if await observer.ask(_FLAPPING):
        # Two that probe at the same time may each see a change at each probe, which is one alert.
        return found + Counter({"rounds with flapping": 1})
    twice = [fingerprint for fingerprint, times in mailed.items() if times > 1]
    said = [
        (one.center, one.mail["Subject"], one.mail["Message-ID"])
        for one in kept.values()
        if set(twice) & set(alerts_in(where, one))
    ]
    require(not twice, f"alerts were mailed twice: {said}")
    return found


async def _require_recorded(observer: LeaseObserver, kept: set[str]) -> None:
    """Require that each mail is recorded as sent, and nothing else is.

    What the last center decided just before its end still waits. A center whose clock is an hour ahead
    withdraws what waits, since to it that has waited for long, and says it in another mail.
    """
    recorded, waiting, withdrawn = [
        {row[0] for row in await observer.ask(query)} for query in (_MESSAGE_IDS, _WAITING, _WITHDRAWN)
    ]
    require(kept <= recorded, f"mails without a record: {kept - recorded}")
    require(not kept & waiting, f"mails that arrived are still to be sent: {kept & waiting}")
    require(not kept & withdrawn, f"mails that arrived were withdrawn: {kept & withdrawn}")
    lost = recorded - kept - waiting - withdrawn
    require(not lost, f"recorded as sent, and never mailed: {lost}")


def _require_same_bytes(arrivals: Collection[Arrival], faults: int) -> set[str]:
    """Return the Message-IDs that came more than once."""
    copies = defaultdict(list)
    for one in arrivals:
        copies[one.mail["Message-ID"]].append(one.mail.as_bytes())
    require(all(len(set(each)) == 1 for each in copies.values()), "a repeated mail has other bytes")
    repeats = sum(len(each) - 1 for each in copies.values())
    require(repeats <= faults, f"{repeats} mails were repeated, and {faults} things happened")
    return {name for name, each in copies.items() if len(each) > 1}


async def _require_one_sender(
    observer: LeaseObserver, arrivals: Collection[Arrival], repeated: Collection[str]
) -> None:
    """Require that who had no lease sent nothing but what was in delivery, and wrote nothing at all."""
    for one in arrivals:
        if one.center != observer.holder_at(one.at):
            name = one.mail["Message-ID"]
            require(name in repeated, f"{one.center} sent {name} while another center led, and recorded it")
    unfenced = await observer.ask(_UNFENCED)
    require(not unfenced, f"written without the lease: {unfenced}")
    epochs = [one.epoch for one in observer.terms]
    require(epochs == [*range(1, len(epochs) + 1)], f"the epochs have a gap: {epochs}")
    require(all(one.was_over for one in observer.terms), f"a lease was taken that lasted: {observer.terms}")
