"""Write what the packages carry as a bill of materials: CycloneDX 1.6 in JSON, equal for equal packages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from releasing import ReleaseError
from releasing.carried import Distribution
from releasing.locked import Key

CARRIED_BY = "cert-monitor:carried-by"
OWN = "cert-expiry-monitor"
_LICENSES = LicenseFactory()
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What metadata call the licenses that have an identifier; "BSD License" is one of several."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The CPython that packages carry."""

    version: str
    files: tuple[tuple[str, str], ...]
    """Names and SHA-256: the file that it was taken from, and binaries in it, such as OpenSSL's."""
    packages: tuple[str, ...]


def document(
    version: str,
    carried: Mapping[str, Iterable[Distribution]],
    accepted: Mapping[Key, tuple[str, ...]],
    *,
    interpreters: Iterable[Interpreter] = (),
    at: int,
) -> str:
    """Return the bill for the packages by their names; raise when it breaks the schema."""
    own = Component(
        name="cert-monitor",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"cert-monitor@{version}",
        licenses=[_LICENSES.make_with_id("Apache-2.0")],
    )
    bom = Bom(
        components=[*_libraries(carried, accepted), *map(_interpreter, interpreters)],
        metadata=BomMetaData(component=own, timestamp=datetime.fromtimestamp(at, UTC)),
    )
    bom.register_dependency(own, bom.components)
    bom.serial_number = uuid5(NAMESPACE_URL, JsonV1Dot6(_numbered(bom)).output_as_string())
    return _valid(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")


def _numbered(bom: Bom) -> Bom:
    """Give a bill any fixed number, so that its own can be made from the rest."""
    bom.serial_number = NAMESPACE_URL
    return bom


def _valid(text: str) -> str:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        raise ReleaseError(f"the bill of materials breaks the schema: {error.data}")
    return text


def _libraries(
    carried: Mapping[str, Iterable[Distribution]], accepted: Mapping[Key, tuple[str, ...]]
) -> list[Component]:
    found: dict[Key, list[tuple[str, Distribution]]] = {}
    for package, held in carried.items():
        for one in held:
            if one.name != OWN:
                found.setdefault((one.name, one.version), []).append((package, one))
    return [_library(key, held, accepted.get(key, ())) for key, held in sorted(found.items())]


def _library(key: Key, held: list[tuple[str, Distribution]], accepted: tuple[str, ...]) -> Component:
    url = PackageURL(type="pypi", name=key[0], version=key[1])
    wheels = {one.wheel: one.sha256 for _, one in held if one.wheel}
    return Component(
        name=key[0],
        version=key[1],
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        licenses=_licenses(held[0][1].licenses),
        external_references=[_accepted(url, accepted)] if accepted else [],
        properties=_carried_by(package for package, _ in held),
        components=[_file(name, sha256, within=url.to_string()) for name, sha256 in sorted(wheels.items())],
    )


def _licenses(said: tuple[str, ...]) -> list[License]:
    return [_LICENSES.make_from_string(_SPDX.get(one, one)) for one in said]


def _accepted(url: PackageURL, sha256s: Iterable[str]) -> ExternalReference:
    """Return the files one of which was installed: pip takes no other."""
    return ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(url.to_string()),
        comment="the files that the locked requirements accept",
        hashes=map(_sha256, sha256s),
    )


def _file(name: str, sha256: str, *, within: str) -> Component:
    return Component(name=name, type=ComponentType.FILE, bom_ref=f"{within}#{name}", hashes=[_sha256(sha256)])


def _interpreter(one: Interpreter) -> Component:
    url = PackageURL(type="generic", name="cpython", version=one.version)
    return Component(
        name="cpython",
        version=one.version,
        type=ComponentType.PLATFORM,
        bom_ref=url.to_string(),
        purl=url,
        cpe=f"cpe:2.3:a:python:python:{one.version}:*:*:*:*:*:*:*",
        licenses=[_LICENSES.make_with_id("PSF-2.0")],
        properties=_carried_by(one.packages),
        components=[_file(name, sha256, within=url.to_string()) for name, sha256 in one.files],
    )


def _carried_by(packages: Iterable[str]) -> list[Property]:
    return [Property(name=CARRIED_BY, value=name) for name in sorted(set(packages))]


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)
