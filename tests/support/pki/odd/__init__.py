"""Odd certificates and chains, by which our verdicts are compared with those of other programs."""

from support.pki.odd.case import Case
from support.pki.odd.of_dates import date_cases
from support.pki.odd.of_encoding import encoding_cases
from support.pki.odd.of_names import name_cases
from support.pki.odd.of_paths import path_cases
from support.pki.odd.of_usage import usage_cases

__all__ = ["Case", "odd_cases"]


def odd_cases() -> list[Case]:
    """Return all of them, made anew."""
    return [*name_cases(), *usage_cases(), *date_cases(), *path_cases(), *encoding_cases()]
