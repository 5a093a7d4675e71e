"""Every way to write a wrong configuration file has its exact sentence, with file, line and key."""

from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError

CHECKS = (
    "expiry, ca_expiry, not_yet_valid, name, name_in_subject_only, trust, outlives_ca, weak_key, "
    "weak_signature, usage, unobserved, inconsistent"
)
EMAIL = "email: {host: relay, from: a@b.example, to: [c@d.example]"
LENGTH = "a length is written as a number and a unit: 30s, 10m, 1h, 7d, 2w"
LISTEN = "must be ADDRESS:PORT, such as 127.0.0.1:9850 or [::1]:9850"
MAILBOX = "must be a mail address such as admins@vms.example"
NAME_PORT = "must be NAME:PORT, such as portal.vms.example:443"
OPEN = (
    "lets other machines read every page without a password; write access: open to allow it, or use "
    "metrics_listen to serve only metrics and health"
)
SECTIONS = "alerts, defaults, email, include, limits, metrics, policies, store, targets, web"
STORE = "must be sqlite:////absolute/path; other databases are not supported"
STORE_FILE = "must name a file and nothing else, such as sqlite:////var/lib/cert-monitor/state.db"

# (what is wrong, the file, each line after its "FILE:")
WRONG: list[tuple[str, str, list[str]]] = [
    ("empty", "", [" the file is empty"]),
    ("only a comment", "# nothing\n", [" the file is empty"]),
    ("a list", "- a\n", ["1: the file must hold keys and values, not a list"]),
    ("a text", "hello\n", ["1: the file must hold keys and values, not a single value"]),
    (
        "a tab",
        "web:\n\tlisten: a\n",
        ["2: not YAML: a tab stands where only spaces may indent"],
    ),
    (
        "two colons",
        "email:\n  host: a: b\n",
        [("2: not YAML: a second ': ' in one line, or wrong indentation; put texts with ': ' in quotes")],
    ),
    (
        "an open bracket",
        "include: [a\nweb: {}\n",
        ["2: not YAML: expected ',' or ']', but got ':' while parsing a flow sequence"],
    ),
    (
        "an open quote",
        "include: ['a\n",
        ["2: not YAML: the end of the file stands inside brackets or quotes"],
    ),
    (
        "an unknown alias, which might be a password",
        "email: {password_file: *hunter2}\n",
        ["1: not YAML: * starts an alias that is not defined; put the text in quotes"],
    ),
    (
        "two documents",
        "web: {}\n---\nweb: {}\n",
        ["2: not YAML: '---' starts a second document; a file holds one"],
    ),
    ("a control character", "web: {}\n#\x01\n", ["2: the file holds a control character (U+0001)"]),
    ("brackets without end", "[" * 5000, [" the file is nested too deeply"]),
    (
        "an alias to itself",
        "targets: &t [*t]\n",
        ["1: nested too deeply, or an alias that repeats itself"],
    ),
    (
        "a tag",
        "web: {listen: !env LISTEN}\n",
        ["1: web.listen: tags such as !env have no meaning here; put the text in quotes"],
    ),
    ("a key that is a number", "1: a\n", ["1: a key must be a text; put it in quotes"]),
    (
        "a section twice",
        "web: {}\nalerts: {}\nweb: {}\n",
        ["3: web: is already set at line 1"],
    ),
    (
        "a key twice, and something else",
        "alerts:\n  every: 1m\n  every: 2m\n  tell_renewals: some\n",
        [
            "3: alerts.every: is already set at line 2",
            "4: alerts.tell_renewals: must be one of troubled, all (got 'some')",
        ],
    ),
    ("an unknown section", "foo: 1\n", [f"1: foo: unknown key; allowed: {SECTIONS}"]),
    ("a nearly known section", "target: []\n", ["1: target: unknown key; did you mean targets?"]),
    (
        "a nearly known key",
        "defaults:\n  timout: 3s\n",
        ["2: defaults.timout: unknown key; did you mean timeout?"],
    ),
    (
        "several keys at once, in the order of the lines",
        "web: {acces: open}\ndefaults: {blind_after: 0}\nlimits: {in_flight: many}\n",
        [
            "1: web.acces: unknown key; did you mean access?",
            "2: defaults.blind_after: must be at least 1 (got 0)",
            "3: limits.in_flight: must be a whole number (got 'many')",
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
        ["1: alerts.every: a length lies between 1ms and 36500d (got '0s')"],
    ),
    (
        "a margin in a list",
        "defaults:\n  warn_before: [30d, 250%]\n",
        ["2: defaults.warn_before[1]: a share lies above 0% and up to 100% (got '250%')"],
    ),
    (
        "no margin",
        "defaults: {critical_before: []}\n",
        ["1: defaults.critical_before: needs at least 1 entry"],
    ),
    (
        "a check that does not exist",
        "defaults: {checks: {weakkey: off}}\n",
        [f"1: defaults.checks.weakkey: must be one of {CHECKS} (got 'weakkey')"],
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
        ["1: defaults.accept[0]: a SHA-256 fingerprint has 64 hexadecimal digits (got 'abc')"],
    ),
    (
        "encryption",
        "defaults: {encryption: maybe}\n",
        ["1: defaults.encryption: must be one of required, any (got 'maybe')"],
    ),
    (
        "a truth for a number",
        "defaults: {blind_after: true}\n",
        ["1: defaults.blind_after: must be a whole number (got true)"],
    ),
    ("a policy without match", "policies:\n  - {interval: 1h}\n", ["2: policies[0].match: is missing"]),
    (
        "a policy for all",
        "policies:\n  - {match: {}}\n",
        ["2: policies[0].match: needs at least one label; what applies to every target goes into defaults"],
    ),
    (
        "a label that is a number",
        "policies:\n  - match:\n      rack: 12\n",
        ["3: policies[0].match.rack: must be a text; put it in quotes (got 12)"],
    ),
    (
        "an unknown kind",
        "targets:\n  - address: a:1\n    kind: endpiont\n",
        ["3: targets[0].kind: unknown kind (got 'endpiont'); allowed: endpoint, files, dns"],
    ),
    (
        "no kind",
        "targets:\n  - address: a:1\n",
        ["2: targets[0]: kind is missing; allowed: endpoint, files, dns"],
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
                "2: targets[0].address: an address is written as host:port, without https:// and without a path "
                "(got 'https://a/')"
            )
        ],
    ),
    (
        "a label name that metrics cannot carry",
        "targets:\n  - {kind: endpoint, address: 'a:1', labels: {a-b: c}}\n",
        ["2: targets[0].labels: label 'a-b': a name has letters, digits and _, and starts with no digit"],
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
        ["1: email.password: a password never stands in this file; use password_file or password_env"],
    ),
    (
        "a secret where a text is expected",
        f"{EMAIL}, security: tls, username: u, password_env: 12345}}\n",
        ["1: email.password_env: must be a text; put it in quotes (got ***)"],
    ),
    (
        "a login without a password",
        f"{EMAIL}, security: tls, username: u}}\n",
        ["1: email: username needs exactly one of password_file and password_env"],
    ),
    (
        "a login with two passwords",
        f"{EMAIL}, security: tls, username: u, password_file: a, password_env: B}}\n",
        ["1: email: username needs exactly one of password_file and password_env"],
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
        "store: {url: 'postgresql://a/b'}\n",
        [f"1: store.url: {STORE} (got 'postgresql://a/b')"],
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
                "1: store.url: three slashes make this path relative to FOLDER; an absolute path takes four: "
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
    (
        "a label that Prometheus keeps for itself",
        "metrics: {labels: [__a]}\n",
        [
            (
                "1: metrics.labels[0]: a label has letters, digits and _, starts with no digit and not with __ "
                "(got '__a')"
            )
        ],
    ),
    ("include that is no list", "include: a.yaml\n", ["1: include: must be a list (got 'a.yaml')"]),
    (
        "an included file that is missing",
        "include:\n  - more.yaml\n",
        ["2: include[0]: the file does not exist (got 'more.yaml')"],
    ),
    (
        "a file that includes itself",
        "include: [config.yaml]\n",
        ["1: include[0]: includes itself: FILE -> FILE"],
    ),
    (
        "a value of great length",
        f"alerts: {{tell_renewals: {'x' * 100}}}\n",
        [f"1: alerts.tell_renewals: must be one of troubled, all (got '{'x' * 60}' and more)"],
    ),
]


def problems(file: Path) -> list[str]:
    """Return every line that reading a file complains with."""
    with pytest.raises(ConfigError) as caught:
        load(file)
    return str(caught.value).split("\n")


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_sentence(tmp_path: Path, text: str, lines: list[str]) -> None:
    """Each wrong file gives exactly these lines."""
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    expected = [f"FILE:{line}".replace("FILE", str(file)).replace("FOLDER", str(tmp_path)) for line in lines]
    assert problems(file) == expected


def test_no_secret_is_shown() -> None:
    """No expected line of the table quotes the password that its file holds."""
    assert [row[0] for row in WRONG if "hunter2" in "".join(row[2])] == []


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    file = tmp_path / "none.yaml"
    assert problems(file) == [f"{file}: the file does not exist"]


def test_folder(tmp_path: Path) -> None:
    """A folder in the place of the file is named as such."""
    assert problems(tmp_path) == [f"{tmp_path}: is a folder; name the configuration file in it"]


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is told with the line of the first wrong octet."""
    file = tmp_path / "config.yaml"
    file.write_bytes("web: {}\n# Zürich\n".encode("latin-1"))
    assert problems(file) == [f"{file}:2: the file is not UTF-8; save it as UTF-8"]


def test_section_in_two_files(tmp_path: Path) -> None:
    """A section that a second file sets again is an error that names both places."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\nweb: {}\n")
    second.write_text("alerts: {}\nweb: {}\n")
    assert problems(first) == [f"{second}:2: web: is already set at {first}:2; join the two"]


def test_target_in_two_files(tmp_path: Path) -> None:
    """The same target in two files is an error that names both places."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\ntargets:\n  - {kind: files, name: a, paths: [a.pem]}\n")
    second.write_text("targets:\n  - {kind: files, name: a, paths: [b.pem]}\n")
    expected = f"{second}:2: targets[0]: the target files:a is already at {first}:3; remove one of the two"
    assert problems(first) == [expected]


def test_mistakes_of_several_files(tmp_path: Path) -> None:
    """Mistakes of the first file and of included ones are reported together."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\nweb: 1\n")
    second.write_text("[")
    assert problems(first) == [
        f"{first}:2: web: must be keys and values (got 1)",
        f"{second}:1: not YAML: the end of the file stands inside brackets or quotes",
    ]


def test_cycle_of_two(tmp_path: Path) -> None:
    """Two files that include each other are told with the whole way round."""
    first, second = tmp_path / "config.yaml", tmp_path / "more.yaml"
    first.write_text("include: [more.yaml]\n")
    second.write_text("include: [config.yaml]\n")
    assert problems(first) == [
        f"{second}:1: include[0]: includes itself: {first} -> {second} -> {first}",
    ]
