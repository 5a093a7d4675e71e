"""Decide whether version, changelog, chart and tag of a checkout agree; reads no file and runs no program."""

import re
from dataclasses import dataclass

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>\S+))?$", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# https://learn.microsoft.com/en-us/windows/win32/msi/productversion
_MSI_LIMITS = (255, 255, 65535)


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a checkout says of its version."""

    version: str
    """``monitor.__version__``"""
    changelog: str
    chart: str
    """``Chart.yaml``"""
    tags: tuple[str, ...]
    """The tags of the commit that is checked out."""
    changed: tuple[str, ...]
    """Files that differ from that commit, or are not in it."""


def problems(checkout: Checkout, *, preview: bool) -> list[str]:
    """Return what forbids a release; a preview may be of files not committed, without date and tag."""
    always = [*_of_version(checkout.version), *_of_chart(checkout), *_of_tags(checkout)]
    return always if preview else [*always, *_of_changelog(checkout), *_of_files(checkout)]


def _of_version(version: str) -> list[str]:
    found = _VERSION.fullmatch(version)
    if found is None:
        return [f"the version {version} is not of the form 1.2.3, which Windows Installer needs"]
    if any(int(number) > limit for number, limit in zip(found.groups(), _MSI_LIMITS, strict=True)):
        return [f"the version {version} is above 255.255.65535, Windows Installer's limit"]
    return []


def _of_chart(checkout: Checkout) -> list[str]:
    said = dict(re.findall(r"^(version|appVersion): \"?([^\s\"]+)", checkout.chart, re.MULTILINE))
    return [
        f"the chart's {key} is {said.get(key)}, not {checkout.version}"
        for key in ("version", "appVersion")
        if said.get(key) != checkout.version
    ]


def _of_tags(checkout: Checkout) -> list[str]:
    versions = [tag for tag in checkout.tags if re.match(r"v\d", tag)]
    return [f"the tag {tag} is not v{checkout.version}" for tag in versions if tag != f"v{checkout.version}"]


def _of_changelog(checkout: Checkout) -> list[str]:
    newest = _HEADING.search(checkout.changelog)
    if newest is None or newest["name"] != checkout.version:
        name = newest["name"] if newest else "no version"
        return [f"CHANGELOG.md begins with {name}, not with {checkout.version} and its date"]
    if not _DATE.fullmatch(newest["date"] or ""):
        return [f"CHANGELOG.md gives {checkout.version} no date"]
    return []


def _of_files(checkout: Checkout) -> list[str]:
    return [f"not committed: {name}" for name in checkout.changed]


def notes(changelog: str) -> str:
    """Return the newest section of the changelog without its heading."""
    newest, *older = _HEADING.finditer(changelog)
    end = older[0].start() if older else len(changelog)
    return changelog[newest.end() : end].strip() + "\n"
