"""Cameras and encoders: which are watched, on which port, and how they are judged."""

import pytest

from monitor.xprotect import Answers, Presets, SiteList, site_endpoints

ID = "AAAAAAAA-0000-0000-0000-000000000001"


def listed(address: object, settings: object, **fields: object) -> SiteList:
    """Return what one device with some settings means; ``None`` for settings that were not fetched."""
    answers = Answers(
        hardware=({"id": ID, "name": "Gate", "address": address} | fields,),
        hardware_settings={} if settings is None else {ID.lower(): (settings,)},
    )
    return site_endpoints(answers, Presets.built_in(), site="x", api_address="vms", include=["cameras"])


@pytest.mark.parametrize("yes", ["yes", "Yes", "true", "1", True, 1])
@pytest.mark.parametrize("key", ["HTTPSEnabled", "httpSEnabled", "httpsEnabled"])
def test_https_is_on(key: str, yes: object) -> None:
    """A device whose settings switch HTTPS on is watched, however they spell it."""
    assert [one.address for one in listed("http://10.0.0.7/", {key: yes}).found] == ["10.0.0.7:443"]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"hardwareDriverSettings": {"httpSEnabled": "yes", "httpSPort": "8443"}},
        {"hardwareDriverSettings": [{"httpSEnabled": "yes", "httpSPort": 8443}]},
        {"data": {"hardwareDriverSettings": {"HTTPSEnabled": "Yes", "HTTPSPort": "8443"}}},
    ],
)
def test_wrapped_settings(wrapped: object) -> None:
    """Settings are found in whatever they are wrapped, with their port."""
    assert [one.address for one in listed("http://10.0.0.7/", wrapped).found] == ["10.0.0.7:8443"]


@pytest.mark.parametrize(
    ("address", "settings", "expected"),
    [
        ("http://10.0.0.7/", {"HTTPSEnabled": "no"}, []),
        ("https://10.0.0.7/", {"HTTPSEnabled": "no"}, []),
        ("https://10.0.0.7:4443/", {"HTTPSEnabled": "yes"}, ["10.0.0.7:4443"]),
        ("https://10.0.0.7:4443/", None, ["10.0.0.7:4443"]),
        ("https://10.0.0.7/", {"other": 1}, ["10.0.0.7:443"]),
        ("http://10.0.0.7:8080/", {"HTTPSEnabled": "yes"}, ["10.0.0.7:443"]),
        ("http://10.0.0.7/", None, []),
        ("10.0.0.7", None, []),
        ("10.0.0.7:8080", {"other": 1}, []),
        ("10.0.0.7:8080", {"HttpSEnabled": "yes", "HttpSPort": 444}, ["10.0.0.7:444"]),
        ("cam.vms.example", {"HTTPSEnabled": "yes"}, ["cam.vms.example:443"]),
    ],
)
def test_settings_before_the_scheme(address: str, settings: object, expected: list[str]) -> None:
    """The settings decide; the address's scheme only where they say nothing."""
    assert [one.address for one in listed(address, settings).found] == expected


@pytest.mark.parametrize(
    ("settings", "preset"),
    [
        ({}, "camera.https"),
        ({"HTTPSValidateCertificate": "No"}, "camera.https"),
        ({"httpSValidateCertificate": "Yes"}, "camera.https_validated"),
        ({"HTTPSValidateCertificate": "yes", "HTTPSValidateHostname": "yes"}, "camera.https_validated"),
        ({"HTTPSValidateCertificate": "yes", "HTTPSValidateHostname": "No"}, "camera.https_trusted"),
    ],
)
def test_validation_chooses_the_preset(settings: dict[str, object], preset: str) -> None:
    """What XProtect validates decides how the device's certificate is judged."""
    (one,) = listed("http://10.0.0.7/", {"HTTPSEnabled": "yes"} | settings).found
    assert one.preset == preset


def test_labels() -> None:
    """A camera belongs to the VMS that listed it, and to no certificate group."""
    (one,) = listed("http://10.0.0.7/", {"HTTPSEnabled": "yes"}).found
    assert dict(one.labels) == {"component": "camera", "site": "x", "vms": "xprotect"}


def test_disabled_device_is_left_out() -> None:
    """A disabled device is not watched."""
    assert listed("https://10.0.0.7/", {"HTTPSEnabled": "yes"}, enabled=False) == SiteList((), ())


def test_unknown_settings_are_counted() -> None:
    """Devices whose settings were not fetched are reported once, as a number."""
    assert listed("http://10.0.0.7/", None).notes == (
        "hardware: devices whose HTTPS settings are not known, so they are not watched: 1",
    )


def test_odd_port_is_noted() -> None:
    """A port that is none is replaced by the usual one, and noted."""
    found = listed("http://10.0.0.7/", {"HTTPSEnabled": "yes", "HTTPSPort": "99999"})
    assert [one.address for one in found.found] == ["10.0.0.7:443"]
    assert found.notes == (f"hardware {ID.lower()}: its HTTPS port is none; 443 is watched instead",)


def test_odd_address_is_noted() -> None:
    """A device without a usable address is named with its id."""
    assert listed(5.5, None).notes == (f"hardware {ID.lower()}: no usable address, so it is not watched",)


def test_one_address_of_two_devices_is_one() -> None:
    """An encoder that is listed twice under one address is probed once."""
    hardware = tuple(
        {"id": str(number), "name": f"Cam {number}", "address": "https://10.0.0.7/"} for number in (1, 2)
    )
    found = site_endpoints(
        Answers(hardware=hardware), Presets.built_in(), site="x", api_address="vms", include=["cameras"]
    )
    assert [one.title for one in found.found] == ["Camera Cam 1, port 443"]
