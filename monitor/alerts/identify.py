"""Find the alert group on the board that an item of a notification belongs to; decides nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import NotificationItem
from monitor.alerts.digest import Digest
from monitor.alerts.groups import notified_of
from monitor.model import AlertGroup, AlertState, ReceiverRecord


class GroupsOfItems:
    """The groups of all open alerts, and what each receiver was notified of them."""

    def __init__(self, groups: Iterable[AlertGroup], receivers: Sequence[ReceiverRecord]) -> None:
        """Take them."""
        self._by_member = {key.id: group for group in groups for key in group.alerts}
        self._receivers = receivers

    def identified(self, decision: ReceiverDecision) -> ReceiverDecision:
        """Return a decision whose items have the id of their group of alerts, and what is known of it."""
        if decision.nothing_to_send and decision.digest is None:
            return decision
        inventory, digest = decision.inventory, decision.digest
        return replace(
            decision,
            items=self._items(decision.items),
            inventory=inventory and replace(inventory, items=self._items(inventory.items)),
            digest=digest and self._digest(digest),
        )

    def _digest(self, digest: Digest) -> Digest:
        return replace(
            digest,
            new=self._items(digest.new),
            open=self._items(digest.open),
            acknowledged=tuple(replace(one, item=self._item(one.item)) for one in digest.acknowledged),
        )

    def _items(self, items: Iterable[NotificationItem]) -> tuple[NotificationItem, ...]:
        return tuple(map(self._item, items))

    def _item(self, item: NotificationItem) -> NotificationItem:
        group = self._by_member.get(item.alert_id)
        if group is None:
            return item
        return replace(
            item,
            alert_id=group.id,
            since=group.since,
            targets=group.targets,
            silenced=group.state is AlertState.SILENCED,
            notified=tuple(notified_of(group, self._receivers)),
        )
