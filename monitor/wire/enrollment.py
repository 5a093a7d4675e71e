"""The one line that enrolls an agent: the address of its center, the hash of its CA, and a one-time code."""

import re
from dataclasses import dataclass
from typing import Self

from monitor.addresses import read_url
from monitor.wire.document import WireError

_CODE = re.compile(r"[A-Za-z0-9_-]{40,128}")
_IN_COMMAND = re.compile(r"https://[^\s\"'#]+#[^\s\"']+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What the line says; ``center`` is a URL without a path, ``ca`` the SHA-256 of the DER of its CA."""

    center: str
    ca: str
    code: str

    def __str__(self) -> str:
        """Return the line, ``https://center.example:9852#CA.CODE``: a URL whose fragment is never sent."""
        return f"{self.center}#{self.ca}.{self.code}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a pasted line; raise ``WireError`` for anything else.

        The whole command that the center printed is taken too: people paste it where the line belongs.
        """
        found = _IN_COMMAND.search(line)
        center, _, rest = (found[0] if found else line.strip()).partition("#")
        ca, _, code = rest.partition(".")
        try:
            read_url(center, ("https",), "it begins with https://")
        except ValueError as error:
            raise WireError(f"the line does not begin with the address of a center: {error}") from None
        if not _SHA256.fullmatch(ca) or not _CODE.fullmatch(code):
            raise WireError("the line is not complete; paste it whole, as the center printed it")
        return cls(center.rstrip("/"), ca, code)
