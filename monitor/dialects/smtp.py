"""The SMTP (ports 25 and 587) and LMTP scripts for STARTTLS."""

import re

from monitor.dialects.numbered import reply_code
from monitor.dialects.text import BEGIN_TLS, ReplyPattern, Script, Step

# A reserved name (RFC 2606 section 2): servers require a fully qualified one, and it identifies this program
# in their logs.
EHLO_NAME = b"cert-monitor.invalid"

_OFFER = re.compile(rb"^250[ -]STARTTLS\s*$", re.IGNORECASE | re.MULTILINE)
_STARTTLS = Step(b"STARTTLS\r\n", reply_code, (ReplyPattern("220", BEGIN_TLS),))

# RFC 5321 sections 3.1 and 3.2, RFC 3207 section 4. HELO is only sent to a server without EHLO; such a server
# cannot advertise STARTTLS, so it is requested without an offer.
SMTP = Script(
    "SMTP",
    {
        "greeting": Step(b"", reply_code, (ReplyPattern("220", "EHLO"),)),
        "EHLO": Step(
            b"EHLO " + EHLO_NAME + b"\r\n",
            reply_code,
            (ReplyPattern("250", "STARTTLS", _OFFER), ReplyPattern("50", "HELO")),
        ),
        "HELO": Step(b"HELO " + EHLO_NAME + b"\r\n", reply_code, (ReplyPattern("250", "STARTTLS"),)),
        "STARTTLS": _STARTTLS,
    },
    goodbye=b"QUIT\r\n",
)

# RFC 2033 section 4.1: SMTP with another greeting, and never HELO.
LMTP = Script(
    "LMTP",
    {
        "greeting": Step(b"", reply_code, (ReplyPattern("220", "LHLO"),)),
        "LHLO": Step(b"LHLO " + EHLO_NAME + b"\r\n", reply_code, (ReplyPattern("250", "STARTTLS", _OFFER),)),
        "STARTTLS": _STARTTLS,
    },
    goodbye=b"QUIT\r\n",
)
