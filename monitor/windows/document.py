"""The JSON document that the collector on a Windows machine writes: its schema and its limits; no I/O.

Windows PowerShell writes it (``deploy/windows``) to a folder or returns it over WinRM. Fields that a newer
collector adds within one major version are ignored. ``null`` means that something could not be read.
"""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from monitor.addresses import read_ip
from monitor.parse import display
from monitor.windows.stores import canonical_name

_NO_NAME = re.compile(r"[\s/\\:*?\"<>|\x00-\x1f]")


def _clean(value: str) -> str:
    return display(value)


def _sentence(value: str) -> str:
    return display(value, 1000)


def _host_name(value: str) -> str:
    if _NO_NAME.search(value) or display(value) != value:
        raise ValueError("is no name of a host")
    return value.rstrip(".")


def _address(value: str) -> str:
    address = read_ip(value)
    if address is None:
        raise ValueError("is no IP address")
    return str(address)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies beyond all calendars") from None


def _store_name(value: str) -> str:
    if not re.fullmatch(r"LocalMachine/[^/\\\x00-\x1f]{1,200}", value):
        raise ValueError("is written as LocalMachine/NAME")
    location, _, name = display(value).partition("/")
    return f"{location}/{canonical_name(name)}"


Text = Annotated[str, Field(max_length=4096), AfterValidator(_clean)]
Sentence = Annotated[str, Field(max_length=65536), AfterValidator(_sentence)]
HostName = Annotated[str, Field(max_length=253), AfterValidator(_host_name)]
Address = Annotated[str, Field(max_length=128), AfterValidator(_address)]
Store = Annotated[str, AfterValidator(_store_name)]
UtcTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Sid = Annotated[str, Field(pattern=r"^S-1-[0-9]{1,20}(-[0-9]{1,10}){0,15}$")]
Thumbprint = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{40}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]


class ReportModel(BaseModel):
    """Base of the document's models: immutable, strict types, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class ReportedNames(ReportModel):
    """The machine's own names, and its addresses without loopback and link-local ones."""

    netbios: Annotated[HostName, Field(min_length=1, description="computer name")]
    fqdn: HostName = Field("", description="full name, empty in a workgroup without one")
    addresses: tuple[Address, ...] = Field((), max_length=1000, description="its IP addresses")


class KeyReader(ReportModel):
    """An entry of a key file's access list that grants or denies reading."""

    sid: Sid
    name: Text = ""
    allowed: bool = Field(description="false for an entry that denies")


class KeyInfo(ReportModel):
    """What is known about a private key, never the key."""

    link: Literal["present", "missing", "unknown"] = Field(description="whether a private key belongs to it")
    provider: Text = ""
    container: Text = Field("", description="unique name of the key, as its file is called")
    hardware: bool = Field(False, description="smart card, TPM or HSM")
    readers: tuple[KeyReader, ...] | None = Field(
        None, max_length=1000, description="in the order of the list; null: could not be seen"
    )
    error: Sentence = Field("", description="why the key or its file could not be read")


class ReportedCertificate(ReportModel):
    """One certificate of one store; its contents are in ``raw``."""

    store: Store
    raw: str = Field(max_length=400_000, description="the certificate's DER bytes in Base64")
    thumbprint: Thumbprint = Field(description="SHA-1; for people, what counts is raw")
    friendly_name: Text = ""
    archived: bool = False
    key: KeyInfo


class InstalledCertificate(ReportModel):
    """One certificate of the logical Root or CA store."""

    thumbprint: Thumbprint
    sha256: Sha256


class SslBinding(ReportModel):
    """One binding of http.sys."""

    address: Text = Field(description="IP address or host name, without the port")
    port: int = Field(ge=0, le=65535)
    thumbprint: Thumbprint
    store: Text = "My"
    app_id: Text = ""


class Service(ReportModel):
    """One service or IIS application pool and the account it runs as."""

    name: Text
    display_name: Text = ""
    account: Text = ""
    sids: tuple[Sid, ...] | None = Field(
        None, max_length=2000, description="of the account and its groups; null: not all could be seen"
    )
    running: bool | None = None


class CollectorFailure(ReportModel):
    """What could not be read; ``part`` is a store, or ``roots``, ``bindings``, ``services`` and so on."""

    part: Text
    message: Sentence


class Report(ReportModel):
    """One document of the collector."""

    version: str = Field(
        pattern=r"^1\.[0-9]{1,4}$", description="of this format; the same before the dot fits"
    )
    collector: Text = Field(description="version of the script")
    taken_at: UtcTime = Field(description="when the script began, in UTC")
    host: ReportedNames
    stores: tuple[Store, ...] = Field(max_length=200, description="stores that were read, empty ones too")
    certificates: tuple[ReportedCertificate, ...] = Field(max_length=20_000)
    roots: tuple[InstalledCertificate, ...] | None = Field(
        max_length=20_000, description="logical Root store"
    )
    intermediates: tuple[InstalledCertificate, ...] | None = Field(
        max_length=20_000, description="logical CA store"
    )
    bindings: tuple[SslBinding, ...] | None = Field(max_length=20_000)
    services: tuple[Service, ...] | None = Field(max_length=5_000)
    errors: tuple[CollectorFailure, ...] = Field((), max_length=5_000)


def schema() -> str:
    """Return the published JSON schema of the document."""
    whole = Report.model_json_schema() | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of cert-monitor's collector for Windows",
    }
    return json.dumps(whole, indent=2, sort_keys=True) + "\n"
