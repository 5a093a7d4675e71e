"""Phrase why a path is not trusted.

It must not verify anything: the walk and OpenSSL have.
"""

from dataclasses import dataclass

from monitor.assess.links import Held, signed
from monitor.model import Certificate

SELF_SIGNED = "is self-signed and not among the anchors"


@dataclass(frozen=True, slots=True)
class Refusal:
    """OpenSSL's reason for refusing a route, and how far above the leaf it applies."""

    reason: str
    depth: int


def problem(route: tuple[Held, ...], refusal: Refusal | None, namesakes: list[Held], *, known: bool) -> str:
    """Return the reason why a route is not trusted; ``known`` says whether there are any anchors at all.

    ``refusal`` belongs to a route that reached an anchor; ``namesakes`` carry the name of the issuer that is
    missing.
    """
    tip, der = route[-1]
    if refusal:
        meant = route[min(refusal.depth, len(route) - 1)][0]
        return f'the path to the anchor "{tip.title}" is refused: {refusal.reason} ("{meant.title}")'
    if tip.self_issued:
        return _self_issued(route, namesakes, genuine=signed(der, der) is not False)
    if namesakes:
        return _unmatched(tip, der, namesakes)
    where = "neither served nor among the anchors" if known else "not served, and there are no anchors"
    return f'incomplete chain: the issuer "{_issuer(tip)}" of "{tip.title}" is {where}'


def _self_issued(route: tuple[Held, ...], namesakes: list[Held], *, genuine: bool) -> str:
    tip = route[-1][0]
    if not genuine:
        return f'bad signature: "{tip.title}" names itself as its issuer but was not signed with its own key'
    other = " (another one of this name, with another key, is)" if namesakes else ""
    if len(route) == 1:
        return f'"{tip.title}" {SELF_SIGNED}{other}'
    return f'the root "{tip.title}" is not among the anchors{other}'


def _unmatched(tip: Certificate, der: bytes, namesakes: list[Held]) -> str:
    name = _issuer(tip)
    if any(signed(der, issuer) is None for _, issuer in namesakes):
        return f'the signature of "{tip.title}" by "{name}" cannot be checked: its form is not supported'
    return f'bad signature: "{tip.title}" was not signed with the key of any "{name}" at hand'


def _issuer(certificate: Certificate) -> str:
    return certificate.issuer_cn or certificate.issuer or "(without a name)"
