"""Which certificates have ACME renewal information, and at which CA; pure.

It must cost nothing when no policy uses renewal information.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.assess import asked_paths
from monitor.model import Certificate, Snapshot

_PART = re.compile(r"(?:[^,+\\]|\\.)+")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Renewable:
    """One certificate and the directory of the CA that issued it."""

    certificate: Certificate
    directory: str


def renewable(snapshot: Snapshot, directories: Mapping[str, str], now: datetime) -> dict[str, Renewable]:
    """Return by SHA-256 every leaf to request renewal information for.

    Expired and replaced certificates are excluded (RFC 9773 section 4.3.3). ``directories`` maps issuers to
    the URLs of their directories.
    """
    found: dict[str, Renewable] = {}
    if not directories:
        return found
    by_name = {name.casefold(): url for name, url in directories.items()}
    for state in snapshot:
        if state.target.policy.renewal_information:
            for path in asked_paths(state):
                leaf = path.leaf
                # The CA's own certificate may be watched too, and was not issued over ACME.
                asked = now < leaf.not_after and not leaf.is_ca and not leaf.self_issued
                if asked and leaf.sha256 not in found:
                    directory = _directory(leaf, by_name)
                    if directory:
                        found[leaf.sha256] = Renewable(leaf, directory)
    return found


def _directory(leaf: Certificate, by_name: Mapping[str, str]) -> str:
    return next((by_name[name] for name in _names(leaf) if name in by_name), "")


def _names(leaf: Certificate) -> Iterator[str]:
    """Yield the names of the issuer that the configuration may use, the most specific first."""
    yield leaf.issuer.casefold()
    yield leaf.issuer_cn.casefold()
    for part in _PART.findall(leaf.issuer):
        kind, _, value = part.strip().partition("=")
        if kind == "O":
            yield _ESCAPED.sub(r"\1", value).casefold()
