"""The section ``tls_server_config``: the settings that Python supports, and a sentence for each other one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.documents import Keys
from monitor.web_config.names import CIPHERS, CIPHERS_OF_TLS13, CURVES, OLD_VERSIONS, VERSIONS
from monitor.web_config.values import ClientAuth, TlsServerConfig

Said = tuple[Keys, str]

_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
_ALWAYS_VERIFIED = (
    "Python's TLS library verifies every certificate that it asks for; "
    "use RequireAndVerifyClientCert or VerifyClientCertIfGiven"
)
_INLINE = {"cert": "cert_file", "key": "key_file", "client_ca": "client_ca_file"}


def read_tls(section: Mapping[str, Any], folder: Path) -> tuple[TlsServerConfig | None, list[Said]]:
    """Return the section as a value, or what is wrong with it; relative paths are relative to ``folder``."""
    said = list(_problems(section))
    if said:
        return None, said
    auth = section.get("client_auth_type") or ClientAuth.NONE
    ca = section.get("client_ca_file")
    curves = section.get("curve_preferences") or [""]
    return TlsServerConfig(
        cert_file=folder / section["cert_file"],
        key_file=folder / section["key_file"],
        client_auth=ClientAuth(auth),
        client_ca_file=folder / ca if ca else None,
        client_allowed_sans=tuple(section.get("client_allowed_sans") or ()),
        min_version=VERSIONS[section.get("min_version") or "TLS12"],
        max_version=VERSIONS[section.get("max_version") or "TLS13"],
        ciphers=tuple(CIPHERS[one] for one in section.get("cipher_suites") or () if one in CIPHERS),
        server_preference=section.get("prefer_server_cipher_suites", True),
        curve=CURVES.get(curves[0], ""),
    ), []


def _problems(section: Mapping[str, Any]) -> Iterator[Said]:
    for name, value in section.items():
        if name in _INLINE:
            yield (name,), f"is not supported: write it to a file and name that in {_INLINE[name]}"
        elif name not in _KEYS:
            yield (name,), f"unknown key; there are {', '.join(_KEYS)}"
        elif value is not None:
            yield from (((name, *keys), message) for keys, message in _KEYS[name](value))
    for name in ("cert_file", "key_file"):
        if not section.get(name) and not section.get(name.removesuffix("_file")):
            yield (name,), "is missing: TLS needs cert_file and key_file"
    yield from _together(section)


def _together(section: Mapping[str, Any]) -> Iterator[Said]:
    auth, ca = section.get("client_auth_type") or "NoClientCert", section.get("client_ca_file")
    if ca and auth == "NoClientCert":
        yield (
            ("client_ca_file",),
            "has no effect without client_auth_type: RequireAndVerifyClientCert or VerifyClientCertIfGiven",
        )
    if not ca and auth in (ClientAuth.VERIFY_IF_GIVEN, ClientAuth.REQUIRE_AND_VERIFY):
        yield ("client_ca_file",), f"is missing: client_auth_type: {auth} needs the CA of the clients"
    if section.get("client_allowed_sans") and auth == "NoClientCert":
        yield ("client_allowed_sans",), "has no effect without client_auth_type"
    if (section.get("min_version"), section.get("max_version")) == ("TLS13", "TLS12"):
        yield ("max_version",), "is lower than min_version"


def _text(value: Any) -> Iterator[Said]:
    if not isinstance(value, str):
        yield (), f"must be a text (got {value!r})"


def _texts(value: Any) -> Iterator[Said]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        yield (), "must be a list of texts"


def _flag(value: Any) -> Iterator[Said]:
    if not isinstance(value, bool):
        yield (), f"must be true or false (got {value!r})"


def _auth(value: Any) -> Iterator[Said]:
    if value in _UNVERIFIED:
        yield (
            (),
            f"{value} is not supported: {_ALWAYS_VERIFIED}",
        )
    elif value not in (*ClientAuth, ""):
        yield (), f"must be one of {', '.join(ClientAuth)} (got {value!r})"


def _version(value: Any) -> Iterator[Said]:
    if value in OLD_VERSIONS:
        yield (), f"{value} is not supported: the TLS library does not speak it any more; use TLS12 or TLS13"
    elif value not in (*VERSIONS, ""):
        yield (), f"must be one of {', '.join(VERSIONS)} (got {value!r})"


def _ciphers(value: Any) -> Iterator[Said]:
    yield from (listed := list(_texts(value)))
    known = (*CIPHERS, *CIPHERS_OF_TLS13)
    for number, one in enumerate(() if listed else value):
        if one not in known:
            yield (number,), f"{one!r} is no cipher suite that is supported; there are {', '.join(known)}"


def _curves(value: Any) -> Iterator[Said]:
    yield from (listed := list(_texts(value)))
    if listed:
        return
    yield from _unknown_curves(value)
    if len(value) > 1:
        yield (), "Python's TLS library takes one curve; leave one, or leave the key out for its own choice"


def _unknown_curves(value: Sequence[str]) -> Iterator[Said]:
    for number, one in enumerate(value):
        if one not in CURVES:
            yield (number,), f"{one!r} is no curve that is supported; there are {', '.join(CURVES)}"


_KEYS: Mapping[str, Callable[[Any], Iterator[Said]]] = {
    "cert_file": _text,
    "key_file": _text,
    "client_auth_type": _auth,
    "client_ca_file": _text,
    "client_allowed_sans": _texts,
    "min_version": _version,
    "max_version": _version,
    "cipher_suites": _ciphers,
    "prefer_server_cipher_suites": _flag,
    "curve_preferences": _curves,
}
