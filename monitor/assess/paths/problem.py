"""Explain why a path is not trusted.

It must not verify anything: the walk and OpenSSL have.
"""

from dataclasses import dataclass

from monitor.assess import texts
from monitor.assess.paths.links import CertificateWithDer, is_signed_by
from monitor.model import Certificate, DateForm, Message


@dataclass(frozen=True, slots=True)
class PathRefusal:
    """OpenSSL's reason for refusing a route, and how far above the leaf it applies."""

    reason: str
    depth: int


def problem(
    route: tuple[CertificateWithDer, ...],
    refusal: PathRefusal | None,
    namesakes: list[CertificateWithDer],
    *,
    known: bool,
) -> Message:
    """Return the reason why a route is not trusted; ``known`` says whether there are any anchors at all.

    ``refusal`` belongs to a route that reached an anchor; ``namesakes`` carry the name of the issuer that is
    missing.
    """
    tip, der = route[-1]
    if refusal:
        meant = route[min(refusal.depth, len(route) - 1)][0]
        return texts.path_refused(ca=tip.title, reason=refusal.reason, title=meant.title)
    if tip.self_issued:
        return _self_issued(route, namesakes, genuine=is_signed_by(der, der) is not False)
    if namesakes:
        return _unmatched(tip, der, namesakes)
    missing = texts.incomplete_chain if known else texts.incomplete_chain_no_trusted_ca
    return missing(issuer=_issuer(tip), title=tip.title)


def _self_issued(
    route: tuple[CertificateWithDer, ...], namesakes: list[CertificateWithDer], *, genuine: bool
) -> Message:
    title = route[-1][0].title
    if not genuine:
        return texts.bad_self_signature(title=title)
    if len(route) == 1:
        return (texts.self_signed_other_key if namesakes else texts.self_signed)(title=title)
    return (texts.root_not_trusted_other_key if namesakes else texts.root_not_trusted)(title=title)


def _unmatched(tip: Certificate, der: bytes, namesakes: list[CertificateWithDer]) -> Message:
    unsupported = any(is_signed_by(der, issuer) is None for _, issuer in namesakes)
    if unsupported and tip.date_form is not DateForm.STANDARD:
        return texts.unreadable_dates(title=tip.title)
    bad = texts.unsupported_signature if unsupported else texts.bad_signature
    return bad(title=tip.title, issuer=_issuer(tip))


def _issuer(certificate: Certificate) -> str:
    return certificate.issuer_cn or certificate.issuer or "(without a name)"
