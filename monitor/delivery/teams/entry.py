"""An entry of ``receivers`` of the kind ``teams``; the address of its workflow is a secret."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from monitor.delivery.links import LinksNow
from monitor.delivery.post_settings import ChatEntry, WriterAt
from monitor.model import Message

if TYPE_CHECKING:
    from monitor.delivery.http_receiver import Render


class TeamsEntry(ChatEntry):
    """A channel or chat in Microsoft Teams, through a workflow that takes cards."""

    kind: Literal["teams"]

    def renderer(self, monitor: Callable[[], Message], writer: WriterAt, links: LinksNow) -> "Render":
        """Return the function that makes the messages."""
        from monitor.delivery.chat import renderer  # noqa: PLC0415
        from monitor.delivery.teams.card import card  # noqa: PLC0415

        return renderer(monitor, writer, card, links, full=self.detail == "full")
