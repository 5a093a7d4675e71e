"""Decide what to tell now: a pure function of the snapshot, what was told before, and the time.

Nothing is rendered here and nothing is stored. Whoever calls stores the mail and the changes in one
transaction; deciding again with the changes applied tells nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.alerts.blindness import collect_blindness
from monitor.alerts.decision import Decision, Entry, Moment, Rung, Situation, Why
from monitor.alerts.due import due, keep_up, remember
from monitor.alerts.gone import settle
from monitor.alerts.inventory import take_inventory
from monitor.alerts.keys import CLOCK, INVENTORY, RENEWED, renewed
from monitor.alerts.lists import add_lists
from monitor.alerts.matter import Matter, collect
from monitor.alerts.order import as_entries, worst_first
from monitor.alerts.renewal import all_renewals, told_renewal
from monitor.model import Check, LogChange, NotificationRecord, Snapshot

FIRST_PASS_AT_MOST = timedelta(minutes=30)
# A clock that was once far ahead would otherwise silence everything for as long, after a single mail.
_CLOCK_AGAIN_AFTER = timedelta(days=1)
_BEFORE_INVENTORY = (Check.EXPIRY, Check.CA_EXPIRY)


def decide(
    snapshot: Snapshot, told: Mapping[str, NotificationRecord], now: datetime, *, situation: Situation
) -> Decision:
    """Return what is to be told now and how told-state changes.

    A clock that cannot be believed is told alone, once a day. Until the first pass has ended only ended and
    critically ending certificates are told; then one inventory; after that notices.
    """
    if situation.clock_suspect:
        return _clock_is_wrong(told, now)
    moment = Moment(snapshot, told, now, situation)
    matters = collect(snapshot, now)
    add_lists(matters, snapshot)
    if not (situation.inventory_sent or INVENTORY in told):
        return _first_pass(moment, matters)
    return _notice(moment, matters | collect_blindness(snapshot, told))


def _clock_is_wrong(told: Mapping[str, NotificationRecord], now: datetime) -> Decision:
    before = told.get(CLOCK)
    # Both ways, since such a clock may be set again.
    if before is not None and abs(now - before.last_notified_at) < _CLOCK_AGAIN_AFTER:
        return Decision()
    row = NotificationRecord(CLOCK, Rung.CRITICAL.value, before.first_notified_at if before else now, now)
    sentences = (
        (
            "The clock of this machine reads earlier than what was already recorded. "
            "Nothing else is told until it is right again: please set it."
        ),
        (
            "If it is right and was ahead for a while: stop cert-monitor, run DELETE FROM fact WHERE "
            "key = 'newest_instant' in its database (store.url) with the sqlite3 program, and start it again."
        ),
    )
    entry = Entry(Why.CLOCK, Rung.CRITICAL, (), "The monitor's own clock is wrong", sentences)
    return Decision((entry,), changes=(LogChange(CLOCK, row),))


def _first_pass(moment: Moment, matters: Mapping[str, Matter]) -> Decision:
    told, now, situation = moment.told, moment.now, moment.situation
    tried = len(moment.snapshot) > 0 and situation.never_probed == 0
    if tried or now - situation.first_pass_started_at >= FIRST_PASS_AT_MOST:
        return take_inventory(moment, matters)
    urgent = [m for m in matters.values() if m.check in _BEFORE_INVENTORY and m.rung is not Rung.WARNING]
    tell = [told_now for told_now in due(urgent, told, now) if told_now[1] is not Why.REMINDER]
    changes = [change for matter, _ in tell for change in remember(matter, told, now)]
    return Decision(worst_first(as_entries(tell, matters.values())), changes=tuple(changes))


def _notice(moment: Moment, matters: Mapping[str, Matter]) -> Decision:
    told, now = moment.told, moment.now
    tell = due(matters.values(), told, now)
    telling = {matter.key for matter, _ in tell}
    changes = [change for matter, _ in tell for change in remember(matter, told, now)]
    changes += [c for m in matters.values() if m.key not in telling for c in keep_up(m, told)]
    gone = settle(moment.snapshot, told, {key for m in matters.values() for key in (m.key, *m.marks)})
    entries = as_entries(tell, matters.values()) + gone.entries + _clock_is_right(told)
    more, renewals = _other_renewals(moment, entries)
    changes += gone.changes + renewals + ([LogChange(CLOCK, None)] if CLOCK in told else [])
    return Decision(worst_first(entries + more), changes=tuple(changes))


def _clock_is_right(told: Mapping[str, NotificationRecord]) -> list[Entry]:
    sentence = "The clock of the monitor is right again; telling goes on."
    return [Entry(Why.SOLVED, None, (), "The monitor's own clock", (sentence,))] if CLOCK in told else []


def _other_renewals(moment: Moment, entries: list[Entry]) -> tuple[list[Entry], list[LogChange]]:
    """Return every renewal that was not told so far, where that is wanted, and its told-state.

    A key is kept only while its pair can be seen, so that their number is bounded by what is watched.
    """
    told, now = moment.told, moment.now
    visible = all_renewals(moment.snapshot) if moment.situation.notify_all_renewals else {}
    new = {key: entry for key, entry in visible.items() if key not in told}
    known = {renewed(e.replaced, e.certificate.sha256) for e in entries if e.certificate and e.replaced}
    rows = [LogChange(key, told_renewal(key, entry, now)) for key, entry in new.items()]
    rows += [LogChange(key, None) for key in told if key.startswith(f"{RENEWED} ") and key not in visible]
    return [entry for key, entry in new.items() if key not in known], rows
