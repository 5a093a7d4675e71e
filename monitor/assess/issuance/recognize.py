"""Recognize how a certificate was made, from issuer, extensions and lifetime of a path.

It must not guess: what no rule is sure of is ``unknown``.
"""

from datetime import timedelta

from monitor.assess.case import named_like_authority
from monitor.assess.traits import made_at_start, made_by_product
from monitor.model import Certificate, Issuance, Path, Target

# The script in appendix A of the vendor's "Certificates guide" (XProtect 2021 R1) makes the CA with
# -DnsName 'VMS Certificate Authority' and no subject, so this is the whole of its name. The same script is in
# the manuals of the vendor's integrations, and newer ones differ only in a mark as a CA.
_SCRIPT_CA = "CN=VMS Certificate Authority"

# "Auto setup" of the plug-in names its root "MSCP PKI (yyyy.MM) - Root CA", and its help proposes such
# as "MSCP PKI 2026 - Issuing CA" (Cacsjep/mscp 68b36d5, Admin Plugins/PKI/Admin: PkiOverviewUserControl.cs,
# HelpPage_IntermediateCA.html). It issues for 15 years, by hand for any time: lifetimes tell nothing.
_MSCP_CA = "MSCP PKI "

# Public CAs whose certificates of up to 90 days come through ACME (the table of CAs in acme.sh's wiki; Google
# Trust Services' FAQ). Others issue such short ones in other ways too.
_ACME_CAS = ("O=Let's Encrypt", "O=ZeroSSL", "O=Google Trust Services")
_LONGEST_OF_ACME = timedelta(days=91)


def issuance(path: Path, target: Target | None = None) -> Issuance:
    """Return how the first certificate of a path was made; its target shows the product."""
    leaf, issuers = path.leaf, path.certificates[1:]
    if leaf.template or (issuers and _is_root_of_ad_cs(issuers[0])):
        return Issuance.AD_CS
    if leaf.issuer == _SCRIPT_CA:
        return Issuance.SCRIPT_CA
    if any(name.startswith(_MSCP_CA) for name in (leaf.issuer_cn, *(one.subject_cn for one in issuers))):
        return Issuance.MSCP_PKI
    if leaf.public_policy:
        return Issuance.ACME if _is_from_acme(leaf) else Issuance.PUBLIC_CA
    if target is not None and (made_at_start(target, path) or made_by_product(target, path)):
        return Issuance.PRODUCT_DEFAULT
    # A root of somebody's own CA is self-issued as well, and how it was made is not known.
    made_itself = leaf.self_issued and not issuers and not named_like_authority(leaf)
    return Issuance.SELF_SIGNED if made_itself else Issuance.UNKNOWN


def _is_root_of_ad_cs(certificate: Certificate) -> bool:
    """Return whether a CA is a root of AD CS, which names its own template ("CA") in it.

    A CA below one may be of any make: AD CS issues the certificates of firewalls and other products too.
    """
    return certificate.self_issued and bool(certificate.template)


def _is_from_acme(leaf: Certificate) -> bool:
    return leaf.lifetime <= _LONGEST_OF_ACME and any(known in leaf.issuer for known in _ACME_CAS)
