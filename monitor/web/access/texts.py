"""The login page's own words as messages."""

from monitor.model import message
from monitor.model.message import plain

LOG_IN = plain("login.log_in", "Log in")
USER = plain("login.user", "User")
PASSWORD = plain("login.password", "Password")
WRONG = plain("login.wrong", "The name or the password is wrong.")
STALE = plain("login.stale", "The page was open for too long. Log in again.")
NO_PASSWORDS = plain(
    "login.no_passwords", "Nobody logs in with a password here. Ask whoever runs this monitor."
)


@message(
    "login.wait",
    "Too many logins failed. Try again in {count} second.",
    "Too many logins failed. Try again in {count} seconds.",
)
def wait(*, count: int) -> None: ...
