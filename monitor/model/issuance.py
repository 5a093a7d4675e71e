"""How a certificate was made: a closed set."""

from enum import StrEnum


class Issuance(StrEnum):
    """How a certificate was made, as far as it can be recognized."""

    SCRIPT_CA = "script_ca"
    """By the PowerShell scripts of the XProtect certificates guide."""

    AD_CS = "ad_cs"
    """By Active Directory Certificate Services, from a template."""

    MSCP_PKI = "mscp_pki"
    """By the PKI of the plug-in MSCP for XProtect."""

    ACME = "acme"
    """By a public CA that issues through ACME, so an ACME client renews it."""

    PUBLIC_CA = "public_ca"
    """By another public CA."""

    PRODUCT_DEFAULT = "product_default"
    """By the product for itself, because it was given none."""

    SELF_SIGNED = "self_signed"
    """By itself; by whom is not known."""

    UNKNOWN = "unknown"
    """Not recognized."""
