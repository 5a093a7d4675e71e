"""Tests of what one odd store of a remote registry costs: itself, and nothing of the others."""

import struct
import time
from contextlib import nullcontext

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from stored_blobs import blob

from monitor.model import Reason, Seen
from monitor.sources.windows_remote import registry as transport
from monitor.sources.windows_remote.registry_tree import LARGEST_VALUE
from monitor.sources.windows_remote.visit import Visit
from monitor.windows import registry
from monitor.windows.access import Remote, Transport

ROOT = pki.authority()
LEAF = pki.leaf("rec01.vms.example", ROOT)
SYSTEM = r"SOFTWARE\Microsoft\SystemCertificates"
MY, CAS = rf"{SYSTEM}\My\Certificates", rf"{SYSTEM}\Root\Certificates"
ENTERPRISE = r"SOFTWARE\Microsoft\EnterpriseCertificates\Root\Certificates"
PLACE = "rec01.vms.example/LocalMachine"


class Registry:
    """Answer calls from keys and values in memory; a number in place of values is the error of that key."""

    def __init__(self, keys: dict[str, dict[str, bytes] | int]) -> None:
        """Hold the keys below HKEY_LOCAL_MACHINE."""
        self._keys = keys
        self._open: list[tuple[str, str]] = []

    def call(self, number: int, arguments: bytes) -> bytes:
        """Answer one call; a handle is the number of what was opened."""
        if number == registry.OPEN_LOCAL_MACHINE:
            return self._opened("", "")
        path, name = self._open[arguments[0]]
        if number == registry.OPEN_KEY:
            return self._key(path, _string(arguments[20:]))
        if number == registry.ENUM_KEY:
            return self._name(path, struct.unpack_from("<I", arguments, 20)[0])
        return self._value(path, name) if number == registry.QUERY_VALUE else bytes(24)

    def _opened(self, path: str, name: str) -> bytes:
        self._open.append((path, name))
        return bytes([len(self._open) - 1]) + bytes(23)

    def _key(self, path: str, name: str) -> bytes:
        if path:
            return self._opened(path, name)
        found = self._keys.get(name, registry.NOT_FOUND)
        return bytes(20) + struct.pack("<I", found) if isinstance(found, int) else self._opened(name, "")

    def _values(self, path: str) -> dict[str, bytes]:
        found = self._keys[path]
        assert isinstance(found, dict)
        return found

    def _name(self, path: str, index: int) -> bytes:
        names = list(self._values(path))
        if index >= len(names):
            return struct.pack("<I", registry.NO_MORE)
        octets = names[index].encode("utf-16-le")
        count = len(octets) // 2
        return struct.pack("<HHIIII", len(octets) & 0xFFFF, 1024, 1, 512, 0, count) + octets + bytes(12)

    def _value(self, path: str, name: str) -> bytes:
        data = self._values(path)[name]
        if len(data) > LARGEST_VALUE:
            return struct.pack("<I", registry.MORE_DATA)
        return struct.pack("<6I", 1, 3, 1, len(data), 0, len(data)) + data + bytes(20)


def _string(arguments: bytes) -> str:
    (count,) = struct.unpack_from("<I", arguments, 16)
    return arguments[20 : 20 + 2 * count].decode("utf-16-le").rstrip("\0")


def kept(one: pki.Issued) -> dict[str, bytes]:
    """Return a store that holds one certificate."""
    return {one.certificate.fingerprint(hashes.SHA1()).hex().upper(): blob(one.der)}


def look(monkeypatch: pytest.MonkeyPatch, keys: dict[str, dict[str, bytes] | int], *stores: str) -> Seen:
    """Return what a look at such a registry gives."""
    monkeypatch.setattr(transport, "registry_calls", lambda _: nullcontext(Registry(keys).call))
    wanted = tuple(f"LocalMachine/{store}" for store in stores or ("My",))
    remote = Remote("rec01.vms.example", 445, Transport.REGISTRY, stores=wanted)
    return transport.read(Visit(remote, None, (), time.monotonic() + 10))


def said(seen: Seen) -> list[tuple[Reason, str]]:
    """Return reason and place of each failure."""
    return [(failure.reason, failure.place) for failure in seen.failures]


def test_store_is_seen_with_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in itself is read as a registry is."""
    seen = look(monkeypatch, {MY: kept(LEAF), CAS: kept(ROOT)})
    assert seen.machine is not None
    assert (len(seen.sightings), seen.machine.roots, seen.failures) == (1, (ROOT.sha256,), ())


def test_store_that_we_may_not_see_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stores beside it are read, and so is which CAs are installed."""
    hosting = rf"{SYSTEM}\WebHosting\Certificates"
    seen = look(monkeypatch, {hosting: registry.DENIED, MY: kept(LEAF), CAS: kept(ROOT)}, "WebHosting", "My")
    assert seen.machine is not None
    assert said(seen) == [(Reason.FORBIDDEN, f"{PLACE}/WebHosting")]
    assert (seen.machine.stores, seen.machine.roots) == (("LocalMachine/My",), (ROOT.sha256,))


def test_roots_that_we_may_not_see_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the roots that is closed makes all of them unknown; what was read before stays."""
    seen = look(monkeypatch, {MY: kept(LEAF), CAS: kept(ROOT), ENTERPRISE: registry.DENIED})
    assert seen.machine is not None
    assert (seen.machine.roots, seen.machine.intermediates) == (None, ())
    assert (len(seen.sightings), said(seen)) == (1, [(Reason.FORBIDDEN, f"{PLACE}/Root")])


def test_roots_that_are_too_large_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry among the roots that is larger than is read raises nothing."""
    seen = look(monkeypatch, {MY: kept(LEAF), CAS: {"00": bytes(LARGEST_VALUE + 1)}})
    assert seen.machine is not None
    assert (seen.machine.roots, said(seen)) == (None, [(Reason.TOO_LARGE, f"{PLACE}/Root")])


def test_name_that_cannot_be_asked_for_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child whose name is longer than any key's is no bug of ours."""
    seen = look(monkeypatch, {MY: {"N" * 40_000: b""}})
    assert said(seen) == [(Reason.PROTOCOL_ERROR, "")]


def test_same_certificate_twice_is_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that group policy brings too is seen once."""
    policy = r"SOFTWARE\Policies\Microsoft\SystemCertificates\My\Certificates"
    seen = look(monkeypatch, {MY: kept(LEAF), policy: kept(LEAF)})
    assert len(seen.sightings) == 1
