"""Make the parts of a daemon that decide about notifications and deliver them."""

from dataclasses import dataclass
from functools import partial

from monitor.daemon.cluster.leadership import may_note, sender
from monitor.daemon.cluster.probing_elsewhere import silent_zones
from monitor.daemon.notifications.alert_loop import AlertLoop, AlertServices
from monitor.daemon.notifications.delivery_loop import DELIVER_EVERY, DELIVERY_ROUND_LIMIT, DeliveryLoop
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.renewal_days import RenewalDays, RenewalServices
from monitor.daemon.shared_parts import SharedParts
from monitor.daemon.system.alert_events import AlertEvents
from monitor.daemon.web.page_links import page_links
from monitor.pipeline.alert_pass import AlertPass


@dataclass(frozen=True, slots=True)
class DecidingParts:
    """From the board to the receivers; ``delivery`` is the task of ``deliveries``."""

    alerts: AlertLoop
    deliveries: DeliveryLoop
    delivery: PeriodicTask
    renewal_days: RenewalDays


def deciding_parts(shared: SharedParts) -> DecidingParts:
    """Return the parts that decide about the board of a daemon and deliver notifications."""
    probing, store, clock = shared.probing, shared.store, shared.clock
    links = partial(page_links, shared.config, shared.access.file, shared.link_key)
    deliveries = DeliveryLoop(store, clock, probing.metrics, shared.config, shared.decide_again, links=links)
    round_of_deliveries = sender(shared.leadership)(deliveries.round)
    delivery = shared.task("delivery", DELIVER_EVERY, round_of_deliveries, DELIVERY_ROUND_LIMIT)
    renewal_days = RenewalDays(
        RenewalServices(store, probing.board, probing.pipeline, clock, shared.decide_again)
    )
    alert_pass = AlertPass(
        probing.board,
        probing.judge,
        probing.trust_stores.anchors,
        store,
        may_note(shared.leadership, AlertEvents(clock, shared.config).write),
    )
    services = AlertServices(
        alert_pass,
        probing.judge,
        clock,
        shared.clock_watch,
        shared.outages,
        store,
        probing.metrics,
        delivery.nudge,
        renewal_days.working_targets,
        silent_zones(shared.agents, probing.workers, clock, shared.config),
    )
    return DecidingParts(AlertLoop(services, shared.config), deliveries, delivery, renewal_days)
