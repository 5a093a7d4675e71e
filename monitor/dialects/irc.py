"""How TLS begins in IRC on its plain port; only a script and how its messages are read."""

import re
from collections.abc import Sequence

from monitor.dialects.text import BEGIN_TLS, NONSENSE, Answer, Script, Step

# Only a server sends numbers, and always behind its own name (RFC 2812 section 2.4).
_MESSAGE = re.compile(rb"(?:@\S+ +)?(?::\S+ +(\d{3})|(?::\S+ +)?([A-Z]+))(?: |$)")

# Unknown command, not registered, too few parameters, TLS failed; before that come notices of all kinds.
_FINAL = frozenset({"670", "421", "451", "461", "691", "ERROR"})


def _message(lines: Sequence[bytes]) -> str | None:
    found = _MESSAGE.match(lines[-1])
    if found is None:
        return NONSENSE
    status = (found[1] or found[2]).decode()
    return status if status in _FINAL else None


# https://ircv3.net/specs/deprecated/tls (670 go ahead, 691 failed): the command may come before anything
# else, and asking with CAP LS first would tell no more than the answer to it.
IRC = Script(
    "IRC",
    {"STARTTLS": Step(b"STARTTLS\r\n", _message, (Answer("670", BEGIN_TLS),))},
    goodbye=b"QUIT\r\n",
    hint="many IRC servers have TLS only from the start, mostly at port 6697: use protocol tls there",
)
