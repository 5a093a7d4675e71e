"""What must hold of mails however often their sender was killed: none is lost, few are repeated."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from support.campaigns.campaign import require
from support.servers.daemon.process import ask
from support.servers.daemon.site import Post, Site

MESSAGE_IDS = "SELECT '<' || id || '@vms.example>' FROM notification"
UNFINISHED = f"{MESSAGE_IDS} WHERE finished_at IS NULL"
NOTIFIED_AS_NEW = (
    "SELECT alert.scope_id, sum(n.reason = 'first') FROM notification_alert n"
    " JOIN alert ON alert.id = n.alert_id"
    " WHERE alert.\"check\" = 'expiry' AND n.reason IN ('first', 'inventory') GROUP BY alert.scope_id"
)
"""How often each alert was notified as new; an inventory may have it once more."""
_NAMES = re.compile(r"\bn\d+\.vms\.example")


class MailedNames:
    """The names of the certificates in all mails so far; each mail is read once."""

    def __init__(self, post: Post) -> None:
        """Take where mails arrive."""
        self._post = post
        self._read = 0
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        """Return whether a mail has a name."""
        fresh = self._post.mails[self._read :]
        self._read += len(fresh)
        for mail in fresh:
            body = mail.get_body(("plain",))
            self._names.update(_NAMES.findall(body.get_content() if body is not None else ""))
        return name in self._names


def mails_as_recorded(where: Site, repeated_by: int) -> Counter[str]:
    """Compare the mails that arrived with what is recorded; at most one for each kill was repeated."""
    forms = defaultdict(set)
    for mail in where.post.mails:
        forms[mail["Message-ID"]].add(mail.as_bytes())
    require(set(forms) == {row[0] for row in ask(where.database, MESSAGE_IDS)}, "a mail was lost")
    require(ask(where.database, UNFINISHED) == [], "a mail that arrived is still to be sent")
    repeats = len(where.post.mails) - len(forms)
    require(all(len(each) == 1 for each in forms.values()), "a repeated mail has other bytes")
    require(repeats <= repeated_by, f"{repeats} mails were repeated by {repeated_by} kills")
    return Counter({"mails": len(forms), "mails repeated": repeats})


def notified_once(where: Site, served: Iterable[str]) -> Counter[str]:
    """Require that each alert was mailed once, and one about each certificate that is served."""
    notified = dict(ask(where.database, NOTIFIED_AS_NEW))
    twice = [sha256 for sha256, times in notified.items() if times > 1]
    require(not twice, f"alerts were mailed twice, about {twice}")
    never = set(served) - notified.keys()
    require(not never, f"certificates that are served were never mailed: {never}")
    return Counter({"alerts mailed": len(notified)})
