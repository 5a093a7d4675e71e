"""The TLS context of a listener."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from monitor.errors import ConfigError, Problem
from monitor.web_config.values import ClientAuth, TlsServerConfig

_VERIFY = {
    ClientAuth.NONE: ssl.CERT_NONE,
    ClientAuth.VERIFY_IF_GIVEN: ssl.CERT_OPTIONAL,
    ClientAuth.REQUIRE_AND_VERIFY: ssl.CERT_REQUIRED,
}


def server_context(config: TlsServerConfig, path: Path) -> ssl.SSLContext:
    """Return a context as a web configuration file at ``path`` says; reads the files that it names.

    Raises ``ConfigError`` with file, key and value of what cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for problem in _apply(config, context):
        raise ConfigError((Problem(str(path), 0, f"tls_server_config.{problem[0]}", problem[1]),))
    return context


def _apply(config: TlsServerConfig, context: ssl.SSLContext) -> Iterator[tuple[str, str]]:
    """Set up a context; yield the key and a sentence for what does not work."""
    context.minimum_version, context.maximum_version = config.min_version, config.max_version
    if not config.server_preference:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    if config.ciphers:
        context.set_ciphers(":".join(config.ciphers))
    if config.curve:
        context.set_ecdh_curve(config.curve)
    for key, file in (("cert_file", config.cert_file), ("key_file", config.key_file)):
        if why := _unreadable(file):
            yield key, why
    try:
        context.load_cert_chain(config.cert_file, config.key_file, password=_no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        yield "key_file", _pair_problem(config, error)
    context.verify_mode = _VERIFY[config.client_auth]
    if config.client_ca_file is not None:
        if why := _unreadable(config.client_ca_file):
            yield "client_ca_file", why
        try:
            context.load_verify_locations(config.client_ca_file)
        except (ssl.SSLError, OSError):
            yield "client_ca_file", f"{config.client_ca_file} has no certificate in PEM form"


def _unreadable(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return f"{file} cannot be read: {error.strerror or error}"
    return ""


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _pair_problem(config: TlsServerConfig, error: Exception) -> str:
    reason = getattr(error, "reason", "") or ""
    if reason == "KEY_VALUES_MISMATCH":
        return f"{config.key_file} is not the key of the certificate in {config.cert_file}"
    if str(error) == "the key is encrypted":
        return f"{config.key_file} is encrypted; a key without a passphrase is needed"
    return (
        f"{config.cert_file} and {config.key_file} are no certificate and key in PEM form ({reason or error})"
    )
