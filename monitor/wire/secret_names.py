"""Secrets and files of their own by a local name: the only form in which an order may mention them.

The name is the last part of a path or the name of a variable. An agent has its own list of names with its own
files, so that whoever controls a center can ask neither for a file nor for a variable of the agent's machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from monitor.model import ProbeRequest
from monitor.secrets import ClientCertificate, SecretReference

T = TypeVar("T")
SYSTEM = "system"
"""The anchor that every machine has."""
_PATHS = {"kubernetes": ("kubeconfig",)}
"""Members of settings that are files for the program itself, by kind."""


class NoSuchNameError(ValueError):
    """An order names a secret that the agent does not have."""

    def __init__(self, name: str) -> None:
        """Store the name."""
        super().__init__(name)
        self.name = name


def by_local_name(request: ProbeRequest) -> ProbeRequest:
    """Return a request that names its secrets, client certificates and anchors instead of their places."""
    return _changed(request, _name, _reference_by_name)


def places_by_name(request: ProbeRequest) -> Mapping[str, frozenset[str]]:
    """Return the local names in a request and their meaning: paths as written, variables as ``$NAME``."""
    found: dict[str, set[str]] = {}

    def path(written: str) -> str:
        found.setdefault(_name(written), set()).add(written)
        return written

    def reference(secret: SecretReference) -> SecretReference:
        written = secret.file or f"${secret.env}"
        found.setdefault(_reference_by_name(secret).file, set()).add(written)
        return secret

    _changed(request, path, reference)
    return {name: frozenset(places) for name, places in found.items()}


def resolved(request: ProbeRequest, file_of: Callable[[str], str]) -> ProbeRequest:
    """Return a request with the files that its names stand for here.

    ``file_of`` raises ``NoSuchNameError``, which also a reference to a variable gives.
    """

    def here(reference: SecretReference) -> SecretReference:
        if reference.env or not reference.file:
            raise NoSuchNameError(reference.env)
        return SecretReference(file=file_of(reference.file))

    return _changed(request, file_of, here)


def _changed(
    request: ProbeRequest,
    path: Callable[[str], str],
    reference: Callable[[SecretReference], SecretReference],
) -> ProbeRequest:
    settings = _walked(request.settings, path, reference)
    for name in _PATHS.get(settings.kind, ()):
        if written := getattr(settings, name):
            settings = replace(settings, **{name: path(written)})  # type: ignore[type-var]
    trust = tuple(one if one == SYSTEM else path(one) for one in request.trust)
    if settings is request.settings and trust == request.trust:
        return request
    return replace(request, settings=settings, trust=trust)


def _walked(
    value: T, path: Callable[[str], str], reference: Callable[[SecretReference], SecretReference]
) -> T:
    """Return a value with its references changed, the value itself where it has none."""
    found: Any = value
    if isinstance(value, SecretReference):
        found = reference(value)
    elif isinstance(value, ClientCertificate):
        passphrase = reference(value.passphrase) if value.passphrase else None
        found = ClientCertificate(path(value.certificate), path(value.key), passphrase)
    elif isinstance(value, tuple) and any(is_dataclass(one) for one in value):
        found = tuple(_walked(one, path, reference) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        own = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = {name: _walked(one, path, reference) for name, one in own.items()}
        if any(changed[name] is not own[name] for name in own):
            found = replace(value, **changed)
    return found  # type: ignore[no-any-return]


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _reference_by_name(reference: SecretReference) -> SecretReference:
    return SecretReference(file=_name(reference.file) if reference.file else reference.env)
