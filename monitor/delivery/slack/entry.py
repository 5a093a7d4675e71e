"""An entry of ``receivers`` of the kind ``slack``; the address of its webhook is a secret."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from monitor.delivery.links import LinksNow
from monitor.delivery.post_settings import ChatEntry, WriterAt
from monitor.model import Message

if TYPE_CHECKING:
    from monitor.delivery.http_receiver import Render


class SlackEntry(ChatEntry):
    """A channel in Slack, through an incoming webhook."""

    kind: Literal["slack"]

    def renderer(self, monitor: Callable[[], Message], writer: WriterAt, links: LinksNow) -> "Render":
        """Return the function that makes the messages."""
        from monitor.delivery.chat import renderer  # noqa: PLC0415
        from monitor.delivery.slack.blocks import blocks  # noqa: PLC0415

        return renderer(monitor, writer, blocks, links, full=self.detail == "full")
