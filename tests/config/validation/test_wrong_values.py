"""Every way to write a wrong value has its exact sentence, with file, line and key."""

from pathlib import Path

import pytest

from monitor.config import json_schema
from monitor.documents import read
from monitor.messages import languages
from monitor.model import Check
from support.factories.config.errors import Rows, pairs
from support.json_schema import wrong

EMAIL = "email: {host: relay, from: a@b.example, to: [c@d.example]"
LENGTH = "must be a number and a unit, such as 30s, 10m, 1h, 7d, 2w"
LISTEN = "must be ADDRESS:PORT, such as 127.0.0.1:9850 or [::1]:9850"
MAILBOX = "must be a mail address such as admins@vms.example or Admins <admins@vms.example>"
NAME_PORT = "must be NAME:PORT, such as portal.vms.example:443"
OPEN = (
    "lets other machines read every page without a password; name users and TLS in config_file, write "
    "access: open to allow it, or use metrics_listen to serve only metrics and health"
)
ZONE = "must be a time zone such as Europe/Lisbon, America/Sao_Paulo or UTC"
PAGE = "must be the address of the page, such as https://certs.vms.example"
ROOT = f"{PAGE}, without a path: the page must be at the root of its host"
STORE = (
    "must be sqlite:////absolute/path or postgresql://user@host/database; other databases are not supported"
)
STORE_PASSWORD = "must not have a password in it; write that to a file and name it in password_file"
STORE_FILE = "must be the path of a file, such as sqlite:////var/lib/cert-monitor/state.db"

FIVE = "endpoint, files, kubernetes, windows_remote, windows_store"

WRONG: Rows = [
    (
        "a recipient twice",
        "email: {host: relay, from: a@b.example, to: [c@d.example, c@d.example]}\n",
        ["1: email.to: c@d.example is listed twice"],
    ),
    (
        "a language that there is not",
        f"{EMAIL}, language: pt}}\n",
        [f"1: email.language: must be one of {', '.join(languages())} (got 'pt')"],
    ),
    (
        "a time zone that there is not",
        f"{EMAIL}, timezone: Europe/Lisboa}}\n",
        [f"1: email.timezone: {ZONE}; did you mean Europe/Lisbon? (got 'Europe/Lisboa')"],
    ),
    (
        "a login in a host",
        "email: {host: 'u:hunter2@relay', from: a@b.example, to: [c@d.example]}\n",
        ["1: email.host: a host is a DNS name or an IP address (got '***@relay')"],
    ),
    (
        "a login in an address",
        "store: {url: 'postgresql://u:hunter2@h/db'}\n",
        [f"1: store.url: {STORE_PASSWORD} (got '***@h/db')"],
    ),
    ("a label twice", "metrics: {labels: [a, b, a]}\n", ["1: metrics.labels: a is listed twice"]),
    *(
        (f"an external address {why}", f"web: {{external_url: '{url}'}}\n", [f"1: web.external_url: {said}"])
        for why, url, said in (
            ("of another kind", "ftp://certs.vms.example", f"{PAGE} (got 'ftp://certs.vms.example')"),
            ("without a scheme", "certs.vms.example", f"{PAGE} (got 'certs.vms.example')"),
            ("with a path", "https://vms.example/certs", f"{ROOT} (got 'https://vms.example/certs')"),
            ("with a query", "https://vms.example/?", f"{ROOT} (got 'https://vms.example/?')"),
            ("with a fragment", "https://vms.example#a", f"{ROOT} (got 'https://vms.example#a')"),
            (
                "with a login",
                "https://u:hunter2@vms.example",
                "must not contain a user name or password (got '***@vms.example')",
            ),
        )
    ),
    (
        "one address for both",
        "web: {listen: '127.0.0.1:1', metrics_listen: '127.0.0.1:1'}\n",
        ["1: web: metrics_listen is the same address as listen; leave it out or choose another"],
    ),
    (
        "several keys at once, in the order of the lines",
        "web: {acces: open}\ndefaults: {unreachable_after: 0}\nlimits: {in_flight: many}\n",
        [
            "1: web.acces: unknown key; did you mean access?",
            "2: defaults.unreachable_after: must be at least 1 (got 0)",
            "3: limits.in_flight: must be a whole number (got 'many')",
        ],
    ),
    (
        "former names of keys and checks",
        """\
defaults: {blind_after: 3}
policies: [{match: {a: b}, blind_after: 3}]
targets: [{kind: endpoint, address: 'a:1', blind_after: 3, checks: {unobserved: off}}]
alerts: {tell_renewals: all}
""",
        [
            "1: defaults.blind_after: is now called unreachable_after",
            "2: policies[0].blind_after: is now called unreachable_after",
            "3: targets[0].checks.unobserved: is now called unreachable",
            "3: targets[0].blind_after: is now called unreachable_after",
            "4: alerts.tell_renewals: is now called notify_renewals",
        ],
    ),
    (
        "a former name where it never was one",
        "limits: {blind_after: 3}\ndefaults: {checks: {served_old: off}}\n",
        [
            "1: limits.blind_after: unknown key; allowed: in_flight, per_second, targets",
            "2: defaults.checks.served_old: is now called not_deployed",
        ],
    ),
    (
        "targets that are no list",
        "targets: {kind: files}\n",
        ["1: targets: must be a list (got keys and values)"],
    ),
    ("no targets after the key", "targets:\n", ["1: targets: must be a list (got nothing)"]),
    ("a section that is a text", "web: here\n", ["1: web: must be keys and values (got 'here')"]),
    ("a number without unit", "defaults: {interval: 10}\n", [f"1: defaults.interval: {LENGTH} (got 10)"]),
    (
        "a length of nothing",
        "alerts: {every: 0s}\n",
        ["1: alerts.every: must be between 1ms and 36500d (got '0s')"],
    ),
    (
        "a margin in a list",
        "defaults:\n  warn_before: [30d, 250%]\n",
        ["2: defaults.warn_before[1]: must be above 0% and at most 100% (got '250%')"],
    ),
    (
        "no margin",
        "defaults: {critical_before: []}\n",
        ["1: defaults.critical_before: needs at least 1 entry"],
    ),
    (
        "a check that does not exist",
        "defaults: {checks: {weakkey: off}}\n",
        ["1: defaults.checks.weakkey: is unknown; did you mean weak_key? (got 'weakkey')"],
    ),
    (
        "a check unlike any other",
        "defaults: {checks: {xyz: off}}\n",
        [
            (
                "1: defaults.checks.xyz: must be one of expiry, ca_expiry, weak_key, key_type, crl_expiry "
                f"and {len(Check) - 5} more, see docs/configuration.md (got 'xyz')"
            )
        ],
    ),
    (
        "a severity that cannot be chosen",
        "defaults: {checks: {trust: ok}}\n",
        ["1: defaults.checks.trust: must be one of off, warning, critical (got 'ok')"],
    ),
    (
        "trust that is no list",
        "defaults: {trust: system}\n",
        ["1: defaults.trust: must be a list (got 'system')"],
    ),
    ("no trust", "defaults: {trust: []}\n", ["1: defaults.trust: needs at least 1 entry"]),
    (
        "a short fingerprint",
        "defaults: {accept: [abc]}\n",
        ["1: defaults.accept[0]: must be a SHA-256 fingerprint of 64 hexadecimal digits (got 'abc')"],
    ),
    (
        "encryption",
        "defaults: {encryption: maybe}\n",
        ["1: defaults.encryption: must be one of required, any, off (got 'maybe')"],
    ),
    (
        "a truth for a number",
        "defaults: {unreachable_after: true}\n",
        ["1: defaults.unreachable_after: must be a whole number (got true)"],
    ),
    ("a policy without match", "policies:\n  - {interval: 1h}\n", ["2: policies[0].match: is missing"]),
    (
        "a policy for all",
        "policies:\n  - {match: {}}\n",
        ["2: policies[0].match: needs at least one label; use defaults for what applies to every target"],
    ),
    (
        "a label that is a number",
        "policies:\n  - match:\n      rack: 12\n",
        ["3: policies[0].match.rack: must be a text; put it in quotes (got 12)"],
    ),
    (
        "a kind that is called otherwise",
        "targets:\n  - {kind: https, address: a:1}\n",
        ["2: targets[0].kind: unknown kind (got 'https'); did you mean endpoint?"],
    ),
    (
        "an unknown kind",
        "targets:\n  - address: a:1\n    kind: endpiont\n",
        ["3: targets[0].kind: unknown kind (got 'endpiont'); did you mean endpoint?"],
    ),
    (
        "no kind",
        "targets:\n  - address: a:1\n",
        [f"2: targets[0]: kind is missing; allowed: {FIVE} and 9 more, see docs/configuration.md"],
    ),
    ("a target that is a text", "targets: [a]\n", ["1: targets[0]: must be keys and values (got 'a')"]),
    (
        "a missing and an unknown key of a target",
        "targets:\n  - kind: endpoint\n    adress: a:1\n",
        [
            "2: targets[0].address: is missing",
            "3: targets[0].adress: unknown key; did you mean address?",
        ],
    ),
    (
        "an address that is a link",
        "targets:\n  - {kind: endpoint, address: 'https://a/'}\n",
        [
            (
                "2: targets[0].address: must be host:port, without https:// "
                "and without a path (got 'https://a/')"
            )
        ],
    ),
    (
        "a host that is none, among others",
        "targets:\n  - {kind: endpoint, address: 'a:1', aliases: [b, c d]}\n",
        ["2: targets[0].aliases[1]: a host is a DNS name or an IP address (got 'c d')"],
    ),
    (
        "a label name that metrics cannot carry",
        "targets:\n  - {kind: endpoint, address: 'a:1', labels: {a-b: c}}\n",
        [
            (
                "2: targets[0].labels: label 'a-b': "
                "a name has letters, digits and _, and does not start with a digit"
            )
        ],
    ),
    (
        "a label named kind",
        "targets:\n  - {kind: endpoint, address: 'a:1', labels: {kind: c}}\n",
        ["2: targets[0].labels: label 'kind' is the target's own kind and cannot be set"],
    ),
    ("no paths", "targets:\n  - {kind: files, paths: []}\n", ["2: targets[0].paths: needs at least 1 entry"]),
    (
        "an empty path",
        "targets:\n  - kind: files\n    paths:\n      - a.pem\n      - ''\n",
        ["5: targets[0].paths[1]: a path is empty (got '')"],
    ),
    (
        "the same target twice",
        "targets:\n  - {kind: endpoint, address: 'a:443'}\n  - {kind: endpoint, address: 'A.'}\n",
        ["3: targets[1]: the target endpoint:a:443 is already at FILE:2; remove one of the two"],
    ),
    (
        "a name without port",
        "targets: [{kind: dns, name: a}]\n",
        [f"1: targets[0].name: {NAME_PORT} (got 'a')"],
    ),
    (
        "a name that is an address",
        "targets: [{kind: dns, name: '10.0.0.1:443'}]\n",
        ["1: targets[0].name: is an address already; use kind: endpoint (got '10.0.0.1:443')"],
    ),
    (
        "a password in the file",
        f"{EMAIL}, security: tls, username: u, password: hunter2}}\n",
        ["1: email.password: a password must not be in this file; use password_file or password_env"],
    ),
    (
        "a secret where a text is expected",
        f"{EMAIL}, security: tls, username: u, password_env: 12345}}\n",
        ["1: email.password_env: must be a text; put it in quotes (got ***)"],
    ),
    (
        "a login without a password",
        f"{EMAIL}, security: tls, username: u}}\n",
        ["1: email: username needs exactly one of password_file, password_env and oauth2"],
    ),
    (
        "a login with two passwords",
        f"{EMAIL}, security: tls, username: u, password_file: a, password_env: B}}\n",
        ["1: email: username needs exactly one of password_file, password_env and oauth2"],
    ),
    (
        "a password without a login",
        f"{EMAIL}, password_env: B}}\n",
        ["1: email: a password without username is never used; add username"],
    ),
    (
        "a login in the clear",
        f"{EMAIL}, username: u, password_env: B}}\n",
        ["1: email: a login needs security: starttls or tls; a password never travels in the clear"],
    ),
    (
        "mail from and to nobody",
        "email:\n  host: relay\n  to: []\n",
        ["1: email.from: is missing", "3: email.to: needs at least 1 entry"],
    ),
    (
        "an address that would break a mail",
        'email: {host: relay, from: a@b.example, to: ["c@d.example\\r\\nBcc: e@f.example"]}\n',
        [f"1: email.to[0]: {MAILBOX} (got 'c@d.example\\r\\nBcc: e@f.example')"],
    ),
    ("a port too high", f"{EMAIL}, port: 99999}}\n", ["1: email.port: must be at most 65535 (got 99999)"]),
    (
        "a way to secure that does not exist",
        f"{EMAIL}, security: ssl}}\n",
        ["1: email.security: must be one of none, starttls, tls (got 'ssl')"],
    ),
    ("an open page", "web: {listen: '0.0.0.0:9850'}\n", [f"1: web: listen: 0.0.0.0:9850 {OPEN}"]),
    ("a listen without port", "web: {listen: localhost}\n", [f"1: web.listen: {LISTEN} (got 'localhost')"]),
    (
        "a listen with a bare IPv6 address",
        "web: {metrics_listen: '::1:9850'}\n",
        [f"1: web.metrics_listen: {LISTEN} (got '::1:9850')"],
    ),
    (
        "another database",
        "store: {url: 'mysql://a/b'}\n",
        [f"1: store.url: {STORE} (got 'mysql://a/b')"],
    ),
    (
        "a server without a database",
        "store: {url: 'postgresql://a'}\n",
        ["1: store.url: must name a database: postgresql://user@host/database (got 'postgresql://a')"],
    ),
    (
        "a password among the options of a URL",
        "store: {url: 'postgresql://a/b?password=hunter2'}\n",
        [f"1: store.url: {STORE_PASSWORD} (got 'postgresql://a/b?***')"],
    ),
    (
        "a password for SQLite",
        "store: {url: 'sqlite:////x.db', password_file: p}\n",
        ["1: store: a password is for postgresql:// alone; SQLite has none"],
    ),
    (
        "a database in memory",
        "store: {url: 'sqlite:///:memory:'}\n",
        [f"1: store.url: {STORE_FILE} (got 'sqlite:///:memory:')"],
    ),
    (
        "three slashes before an absolute path",
        "store: {url: 'sqlite:///var/lib/x.db'}\n",
        [
            (
                "1: store.url: three slashes mean a path relative to FOLDER; an absolute path has four: "
                "sqlite:////var/lib/x.db (got 'sqlite:///var/lib/x.db')"
            )
        ],
    ),
    (
        "a label that our metrics have",
        "metrics: {labels: [target]}\n",
        [
            (
                "1: metrics.labels[0]: this label is already used by cert-monitor's own metrics; "
                "choose another name (got 'target')"
            )
        ],
    ),
    *(
        (
            f"the label {label}, which cert_monitor_target_info has",
            f"metrics: {{labels: [{label}]}}\n",
            [
                (
                    "1: metrics.labels[0]: this label is already used by cert-monitor's own metrics; "
                    f"choose another name (got '{label}')"
                )
            ],
        )
        for label in ("title", "location", "receiver")
    ),
    (
        "a label that Prometheus keeps for itself",
        "metrics: {labels: [__a]}\n",
        [
            (
                "1: metrics.labels[0]: a label has letters, digits and _, starts with no digit "
                "and not with __ (got '__a')"
            )
        ],
    ),
    (
        "a value of great length",
        f"alerts: {{notify_renewals: {'x' * 100}}}\n",
        [f"1: alerts.notify_renewals: must be one of troubled, all (got '{'x' * 60}' and more)"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_sentence(tmp_path: Path, text: str, lines: list[str]) -> None:
    """Each wrong file gives exactly these lines."""
    said, expected = pairs(tmp_path, text, lines)
    assert said == expected


def test_no_secret_is_shown() -> None:
    """No expected line of the table quotes the password that its file holds."""
    assert [row[0] for row in WRONG if "hunter2" in "".join(row[2])] == []


SEVERAL_KEYS = {
    "a time zone that there is not",
    "one address for both",
    "the same target twice",
    "a login without a password",
    "a login with two passwords",
    "a password without a login",
    "a password for SQLite",
    "a login in the clear",
    "an open page",
}
"""Mistakes that the JSON Schema does not see: rules over several keys, and the list of time zones."""


@pytest.mark.parametrize(("name", "text"), [row[:2] for row in WRONG], ids=[row[0] for row in WRONG])
def test_schema(tmp_path: Path, name: str, text: str) -> None:
    """The JSON Schema refuses every value that the parser refuses, but for rules over several keys."""
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    schema = json_schema()
    assert bool(wrong(read(file).data, schema, schema)) != (name in SEVERAL_KEYS)
