"""The few phrases that mails are made of: days, dates, troubles, and texts made safe to show."""

from datetime import datetime

from monitor.alerts.decision import Why
from monitor.model import Check
from monitor.model.certificate import DAY
from monitor.parse.display import display

TROUBLE = {
    Check.EXPIRY: "it ends soon",
    Check.CA_EXPIRY: "its CA ends soon",
    Check.NOT_YET_VALID: "not yet valid",
    Check.NAME: "wrong name",
    Check.NAME_IN_SUBJECT_ONLY: "the name is only in the subject",
    Check.TRUST: "not trusted",
    Check.OUTLIVES_CA: "a certificate outlives its CA",
    Check.WEAK_KEY: "weak key",
    Check.WEAK_SIGNATURE: "weak signature",
    Check.USAGE: "not meant for servers",
    Check.UNREACHABLE: "cannot be looked at",
    Check.INCONSISTENT: "different certificates for one name",
    Check.RECORDER_PAIR: "only one of the recorder's two certificates was renewed",
    Check.FAILOVER_OLDER: "the failover server was left with an older certificate",
    Check.PUBLIC_NAME: "a name given to clients is missing",
    Check.ENCRYPTION: "encryption is not as expected",
    Check.KEY_TYPE: "a kind of key that the product does not take",
    Check.NEVER_SEEN: "cannot be judged from the network",
    Check.DISCOVERY_STALE: "its list of targets is out of date",
    Check.NOT_DEPLOYED: "serving an older certificate than the one installed",
    Check.BINDING_STALE: "bound to a certificate that does not serve any more",
    Check.KEY_MISSING: "without its private key",
    Check.KEY_INACCESSIBLE: "out of reach of its service, which may not read the private key",
    Check.NOT_IN_STORE: "serving a certificate that is not in the machine's store",
    Check.CA_NOT_INSTALLED: "missing where it must be trusted",
    Check.REVOKED: "revoked",
    Check.REVOCATION_UNKNOWN: "nothing says which of its certificates are revoked",
    Check.CRL_EXPIRY: "a newer list is due",
    Check.RENEWAL_WINDOW: "the CA asks to renew it now",
}

WHY = {
    Why.FIRST: "",
    Why.WORSE: "worse than told before",
    Why.REMINDER: "reminder, still unsolved",
    Why.RENEWED: "renewed",
    Why.SOLVED: "solved",
    Why.ANSWERS: "answers again",
    Why.CLOCK: "the monitor's own clock",
    Why.INVENTORY: "",
}

LONGEST = 1000


def shown(text: str, longest: int = LONGEST) -> str:
    """Return a text that is safe on one line of a mail: cleaned, and cut where it is endless."""
    return display(text, longest)


def days_phrase(not_after: datetime, now: datetime) -> str:
    """Return when a certificate ends in whole days of 24 hours, such as ``ends in 3 days``.

    Both directions round towards now: 3.9 days left are 3, 1.9 days ago is 1; less than a day is today.
    """
    if not_after > now:
        left = (not_after - now) // DAY
        return f"ends in {count(left, 'day')}" if left else "ends today"
    gone = (now - not_after) // DAY
    return f"ended {count(gone, 'day')} ago" if gone else "ended today"


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def day(at: datetime) -> str:
    """Return the date of an instant in UTC."""
    return at.strftime("%Y-%m-%d")


def instant(at: datetime) -> str:
    """Return an instant in UTC to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
