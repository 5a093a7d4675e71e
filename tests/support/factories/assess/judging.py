"""Targets that show certificates, and what is judged of them in short words."""

from dataclasses import replace
from datetime import datetime

from monitor.assess import CertificateWithDer
from monitor.model import Anchor, Anchors, Assessment, Check, Policy, Severity, Target
from monitor.parse import parse_certificate
from support.pki import NOW, Issued, authority, leaf
from support.written import written

PLACE = "nvr.example:443"
ENDPOINT = Target("endpoint:nvr.example:443", "endpoint", PLACE, None, server_name="nvr.example")
FILES = Target("files:web", "files", "/etc/ssl/*.pem", None)
COLLECTION = replace(FILES, collection=True)
ROOT = authority("Root")
INTERMEDIATE = authority("Intermediate", ROOT)
LEAF = leaf("nvr.example", INTERMEDIATE)
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def held(one: Issued | bytes) -> CertificateWithDer:
    """Return a certificate with its DER."""
    der = one if isinstance(one, bytes) else one.der
    return parse_certificate(der), der


def trusting(*trusted: Issued) -> Anchors:
    """Return a set of anchors."""
    return Anchors.of(Anchor(*held(one), "test") for one in trusted)


def verdicts(assessment: Assessment) -> list[tuple[Check, Severity]]:
    """Return the findings without their words."""
    return [(finding.check, finding.severity) for finding in assessment.findings]


def sentences(assessment: Assessment, now: datetime = NOW) -> list[str]:
    """Return the findings' words."""
    return [written(finding, now) for finding in assessment.findings]


def with_policy(target: Target, policy: Policy) -> Target:
    """Return a target with another policy."""
    return replace(target, policy=policy)
