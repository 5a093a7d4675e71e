"""What a web configuration file may say, and the sentence for everything else; the format is Prometheus'."""

from pathlib import Path
from ssl import TLSVersion

import pytest

from monitor.errors import ConfigError
from monitor.web_config import ClientAuth, WebConfig, read_web_config

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
PAIR = "  cert_file: web.crt\n  key_file: /etc/keys/web.key\n"


def reading(folder: Path, text: str) -> WebConfig:
    """Return what a text says in a file of a folder."""
    file = folder / "web.yml"
    file.write_text(text, "utf-8")
    return read_web_config(file)


def problem(folder: Path, text: str) -> str:
    """Return the first thing that is wrong with a text, without the folder."""
    with pytest.raises(ConfigError) as raised:
        reading(folder, text)
    return str(raised.value.problems[0]).replace(f"{folder}/", "")


def test_users(tmp_path: Path) -> None:
    """Users come with their hashes, which are not shown."""
    config = reading(tmp_path, f"basic_auth_users:\n  alice: {HASH}\n")
    assert (dict(config.users), HASH in repr(config), config.tls) == ({"alice": HASH}, False, None)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "basic_auth_users: {}\n", "tls_server_config:\n"])
def test_empty(tmp_path: Path, text: str) -> None:
    """An empty file, or an empty section, sets nothing."""
    assert reading(tmp_path, text) == WebConfig(tmp_path / "web.yml")


def test_tls_defaults(tmp_path: Path) -> None:
    """Paths are relative to the file; the rest has Prometheus' defaults."""
    tls = reading(tmp_path, f"tls_server_config:\n{PAIR}").tls
    assert tls
    assert (tls.cert_file, tls.key_file) == (tmp_path / "web.crt", Path("/etc/keys/web.key"))
    assert (tls.client_auth, tls.min_version, tls.max_version, tls.server_preference) == (
        ClientAuth.NONE,
        TLSVersion.TLSv1_2,
        TLSVersion.TLSv1_3,
        True,
    )


def test_tls_in_full(tmp_path: Path) -> None:
    """All that the TLS library can honor is taken."""
    tls = reading(
        tmp_path,
        f"tls_server_config:\n{PAIR}"
        "  client_auth_type: RequireAndVerifyClientCert\n"
        "  client_ca_file: ca.crt\n"
        "  client_allowed_sans: [scraper.vms.example]\n"
        "  min_version: TLS12\n  max_version: TLS12\n"
        "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n"
        "  prefer_server_cipher_suites: false\n"
        "  curve_preferences: [CurveP384]\n",
    ).tls
    assert tls
    assert (tls.client_auth, tls.client_ca_file) == (ClientAuth.REQUIRE_AND_VERIFY, tmp_path / "ca.crt")
    assert (tls.ciphers, tls.curve, tls.server_preference, tls.max_version, tls.client_allowed_sans) == (
        ("ECDHE-RSA-AES128-GCM-SHA256",),
        "secp384r1",
        False,
        TLSVersion.TLSv1_2,
        ("scraper.vms.example",),
    )


def test_headers(tmp_path: Path) -> None:
    """Headers come with names in lower case; http2 is remembered for the line in the log."""
    config = reading(
        tmp_path,
        "http_server_config:\n  http2: true\n  headers:\n"
        "    Strict-Transport-Security: max-age=31536000\n    X-Frame-Options: ''\n",
    )
    assert (dict(config.headers), config.http2) == ({"strict-transport-security": "max-age=31536000"}, True)


TLS = f"tls_server_config:\n{PAIR}"
REFUSED = [
    ("users: {}\n", "web.yml:1: users: unknown key; there are basic_auth_users, tls_server_config, "),
    ("basic_auth_users: [alice]\n", "web.yml:1: basic_auth_users: must be keys and values"),
    ("basic_auth_users:\n  alice: hunter2\n", "web.yml:2: basic_auth_users.alice: must be a bcrypt hash"),
    ("basic_auth_users:\n  alice: 12345\n", "web.yml:2: basic_auth_users.alice: must be a bcrypt hash"),
    (f"basic_auth_users:\n  'a:b': {HASH}\n", "web.yml:2: basic_auth_users.a:b: a name has 1 to 100 "),
    (
        f"basic_auth_users:\n  alice: {HASH.replace('$10$', '$20$')}\n",
        "web.yml:2: basic_auth_users.alice: is a hash of cost 20; use one of cost 10 to 16",
    ),
    (
        "rate_limit:\n  interval: 1s\n",
        "web.yml:1: rate_limit: is not supported: cert-monitor bounds connections and failed logins",
    ),
    (
        "http_server_config:\n  headers:\n    Content-Security-Policy: default-src *\n",
        "web.yml:3: http_server_config.headers.Content-Security-Policy: is not supported",
    ),
    (
        "http_server_config:\n  headers:\n    X-Frame-Options: allow\n",
        "web.yml:3: http_server_config.headers.X-Frame-Options: must be deny or sameorigin (got 'allow')",
    ),
    (
        "http_server_config:\n  headers:\n    Server: me\n",
        "web.yml:3: http_server_config.headers.Server: this header cannot be set",
    ),
    ("http_server_config:\n  http3: true\n", "web.yml:2: http_server_config.http3: unknown key"),
    ("tls_server_config:\n  cert_file: a\n", "web.yml:1: tls_server_config.key_file: is missing"),
    (
        "tls_server_config:\n  cert: |\n    -----BEGIN CERTIFICATE-----\n  key_file: b\n",
        "web.yml:2: tls_server_config.cert: is not supported: write it to a file and name that in cert_file",
    ),
    (
        f"{TLS}  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca\n",
        "web.yml:4: tls_server_config.client_auth_type: RequireAnyClientCert is not supported: Python's T",
    ),
    (f"{TLS}  client_auth_type: RequestClientCert\n", "web.yml:4: tls_server_config.client_auth_type: Req"),
    (f"{TLS}  client_auth_type: Maybe\n", "web.yml:4: tls_server_config.client_auth_type: must be one of "),
    (f"{TLS}  client_ca_file: ca\n", "web.yml:4: tls_server_config.client_ca_file: has no effect without"),
    (
        f"{TLS}  client_auth_type: VerifyClientCertIfGiven\n",
        "web.yml:1: tls_server_config.client_ca_file: is missing: client_auth_type: VerifyClientCertIfGiven",
    ),
    (f"{TLS}  client_allowed_sans: [a]\n", "web.yml:4: tls_server_config.client_allowed_sans: has no effect"),
    (f"{TLS}  min_version: TLS10\n", "web.yml:4: tls_server_config.min_version: TLS10 is not supported"),
    (f"{TLS}  max_version: TLS14\n", "web.yml:4: tls_server_config.max_version: must be one of TLS12, TLS13"),
    (f"{TLS}  min_version: TLS13\n  max_version: TLS12\n", "web.yml:5: tls_server_config.max_version: is lo"),
    (
        f"{TLS}  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n",
        "web.yml:4: tls_server_config.cipher_suites[0]: 'TLS_RSA_WITH_RC4_128_SHA' is no cipher suite that",
    ),
    (f"{TLS}  cipher_suites: all\n", "web.yml:4: tls_server_config.cipher_suites: must be a list of texts"),
    (
        f"{TLS}  curve_preferences: [P256]\n",
        "web.yml:4: tls_server_config.curve_preferences[0]: 'P256' is ",
    ),
    (
        f"{TLS}  curve_preferences: [X25519, CurveP256]\n",
        "web.yml:4: tls_server_config.curve_preferences: Python's TLS library takes one curve",
    ),
    (
        f"{TLS}  prefer_server_cipher_suites: 1\n",
        "web.yml:4: tls_server_config.prefer_server_cipher_suites:",
    ),
    (f"{TLS}  ca: x\n", "web.yml:4: tls_server_config.ca: unknown key; there are cert_file, key_file, "),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_refused(tmp_path: Path, text: str, said: str) -> None:
    """What is not honored is refused with file, line, key and a sentence."""
    assert problem(tmp_path, text).startswith(said)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    """Who writes the password where its hash belongs does not find it in the message."""
    assert "hunter2" not in problem(tmp_path, "basic_auth_users:\n  alice: hunter2\n")
