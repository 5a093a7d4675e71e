"""The words of the page on calendars; must not decide when they are shown."""

from monitor.model import message
from monitor.model.message import plain

CALENDARS = plain("calendars.title", "Calendars")
SUBSCRIBE = plain("calendars.subscribe", "Subscribe in Outlook")
WHAT = plain(
    "calendars.what",
    "A calendar has an entry on the day on which each certificate and each CA expires. Whoever knows its "
    "address reads it without a login.",
)
NEW = plain("calendars.new", "New calendar")
NAME = plain("calendars.name", "Name")
ALL_MUST_MATCH = plain("calendars.all_must_match", "It shows the targets that have all of these.")
ANY = plain("calendars.any", "any")
CREATE = plain("calendars.create", "Create its address")
CREATED = plain("calendars.created", "The address of the new calendar")
ONLY_ONCE = plain(
    "calendars.only_once",
    "Copy it now: it is shown only once. In Outlook: Add calendar, Subscribe from web, paste the address.",
)
ONLY_HERE = plain(
    "calendars.only_here",
    "It has the name by which this page was opened. Set web.external_url for the name on other machines.",
)
SHOWS = plain("calendars.shows", "Shows")
EVERYTHING = plain("calendars.everything", "everything")
CREATED_AT = plain("calendars.created_at", "Created")
LAST_READ = plain("calendars.last_read", "Last read")
NEVER = plain("calendars.never", "never")
REVOKE = plain("calendars.revoke", "Revoke")
NONE = plain("calendars.none", "There are no calendars yet.")
BY_COMMAND = plain(
    "calendars.by_command",
    "Operators who are logged in make calendars here. On the machine of the monitor a command does:",
)


@message("calendars.by", "by {who}")
def by(*, who: str) -> None: ...


@message("calendars.no_calendar", "There is no calendar {name:quoted}.")
def no_calendar(*, name: str) -> None: ...
