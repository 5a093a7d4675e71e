"""Cameras and encoders: which use HTTPS, on which port, and whether the VMS validates their certificates."""

from collections.abc import Iterator, Mapping

from monitor.xprotect import fields, hosts
from monitor.xprotect.answers import Answers
from monitor.xprotect.presets import Presets
from monitor.xprotect.recorders import Note
from monitor.xprotect.site_endpoint import SiteEndpoint


def cameras(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield every enabled device with HTTPS, and notes about those with unknown settings."""
    settings_of = {
        fields.guid(key) or key: found
        for key, items in answers.hardware_settings.items()
        if (found := _https(items))
    }
    unknown = 0
    for item in answers.hardware:
        if not fields.enabled(item):
            continue
        address = _address(fields.text(item, "address"))
        if address is None:
            yield f"{fields.description('hardware', item)}: no usable address, so it is not watched"
            continue
        settings = settings_of.get(fields.identity(item), {})
        unknown += not settings and not address.encrypted
        yield from _camera(item, address, settings, presets)
    if unknown:
        yield f"hardware: devices whose HTTPS settings are not known, so they are not watched: {unknown}"


def _address(text: str) -> hosts.ServiceUrl | None:
    """Return the address of a device; a bare one, as of 2025 R1, does not say that HTTPS is used."""
    return hosts.url(text if "://" in text else f"http://{text}")


def _https(settings: object) -> Mapping[str, object]:
    """Return the object with the HTTPS settings at any depth, empty if there is none."""
    return next(
        (table for table in fields.tables(settings) if fields.value(table, "HTTPSEnabled") is not None), {}
    )


def _camera(
    item: object, address: hosts.ServiceUrl, settings: Mapping[str, object], presets: Presets
) -> Iterator[SiteEndpoint | Note]:
    said = fields.flag(settings, "HTTPSEnabled")
    # The settings outweigh the scheme of the address, but some drivers have none.
    if said is False or (said is None and not address.encrypted):
        return
    preset = presets.get(f"camera.{_validation(settings)}")
    if preset is None:
        return
    port = fields.port(settings, "HTTPSPort") or (address.port if address.encrypted else None)
    if port is None and fields.text(settings, "HTTPSPort"):
        name = fields.description("hardware", item)
        yield f"{name}: its HTTPS port is none; {preset.port} is watched instead"
    yield SiteEndpoint(preset, fields.display_name(item), address.host, port or preset.port)


def _validation(settings: Mapping[str, object]) -> str:
    if not fields.flag(settings, "HTTPSValidateCertificate"):
        return "https"
    return "https_trusted" if fields.flag(settings, "HTTPSValidateHostname") is False else "https_validated"
