"""How headers are written; must not decide what they say."""

from email.header import Header
from email.policy import EmailPolicy


class HeaderPolicy(EmailPolicy):
    """A policy that encodes a subject beyond ASCII as a whole.

    The standard library encodes each such word by itself and leaves out the space between two of them (RFC
    2047 section 6.2 makes readers ignore what is between encoded words).
    """

    def fold(self, name: str, value: str) -> str:
        """Return a header as lines."""
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as lines of bytes."""
        return self._whole(name, value).encode("ascii") or super().fold_binary(name, value)

    def _whole(self, name: str, value: str) -> str:
        if self.utf8 or name.casefold() != "subject" or value.isascii():
            return ""
        encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"
