"""What the certificate groups of XProtect are called in a sentence; judges nothing."""

from monitor.model import Message, text
from monitor.model.message import plain

_NAMED = {
    "server": plain("group_server", "server"),
    "streaming_media": plain("group_streaming_media", "streaming media"),
    "event_server": plain("group_event_server", "event server"),
    "mobile": plain("group_mobile", "mobile"),
}


def group_named(label: str) -> Message:
    """Return the name of the certificate group of a label; any other label is returned as it is."""
    return _NAMED.get(label) or text(label.replace("_", " "))
