"""The FTP script for TLS on the standard port (AUTH TLS)."""

from monitor.dialects.numbered import reply_code
from monitor.dialects.text import BEGIN_TLS, ReplyPattern, Script, Step

# RFC 959 section 5.4 (120: ready in some minutes, then 220), RFC 4217 section 4, RFC 2228 section 3 (504:
# mechanism unknown). Servers older than RFC 4217 know the mechanism as SSL.
FTP = Script(
    "FTP",
    {
        "greeting": Step(b"", reply_code, (ReplyPattern("220", "AUTH TLS"), ReplyPattern("120", "greeting"))),
        "AUTH TLS": Step(
            b"AUTH TLS\r\n", reply_code, (ReplyPattern("234", BEGIN_TLS), ReplyPattern("504", "AUTH SSL"))
        ),
        "AUTH SSL": Step(b"AUTH SSL\r\n", reply_code, (ReplyPattern("234", BEGIN_TLS),)),
    },
    goodbye=b"QUIT\r\n",
)
