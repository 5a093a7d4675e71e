"""What a center says while it does not lead, as messages."""

from monitor.model import message
from monitor.model.message import plain

TITLE = plain("standby.title", "standby")
ITS_PAGE = plain("standby.its_page", "Its page:")


@message("standby.of", "{name} is a standby; {leader} leads")
def standby_of(*, name: str, leader: str) -> None: ...


@message("standby.alone", "{name} is a standby; it is not known here who leads")
def standby_alone(*, name: str) -> None: ...
