"""The published behavior of ``targets``: targets, their policies, and failed discoveries."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from support.servers.daemon.command import Done, run

LIST = [
    {
        "targets": ["portal.example", "ldaps://dc01.example"],
        "labels": {
            "site": "north",
            "__server_name": "name.example",
            "__title": "Both",
            "__warn_before": "60d,50%",
            "__interval": "90m",
            "__note": "rack 7",
        },
    },
    {"targets": ["plain.example:8443"]},
]
CONFIG = """
instance: {name: Harbour, customer: Harbour Ltd}
defaults: {critical_before: 9d}
policies:
  - {match: {site: north}, warn_before: 40d, timeout: 4s}
  - {match: {owner: it}, unreachable_after: 5}
targets:
  - {kind: endpoint, address: own.example, title: Our own, protocol: ldaps}
  - {kind: files, name: web, paths: [web/*.pem]}
  - {kind: file_sd, files: [list.json], labels: {owner: it}, trust: [ca.pem]}
"""


def listed(folder: Path, text: str = CONFIG, groups: Any = LIST, form: str = "json") -> Done:
    """Run the command for a configuration and a list."""
    (folder / "list.json").write_text(json.dumps(groups))
    (folder / "config.yaml").write_text(text)
    return run("targets", "--config", folder / "config.yaml", "--format", form)


def targets(done: Done) -> dict[str, dict[str, Any]]:
    """Return the printed targets by id."""
    return {one["id"]: one for one in json.loads(done.out)["targets"]}


def test_ids(tmp_path: Path) -> None:
    """Configured and discovered targets are printed, and the anchors that their policies name."""
    done = listed(tmp_path)
    assert (done.code, done.err, list(targets(done))) == (
        0,
        "",
        [
            "endpoint:own.example:636",
            "files:web",
            "endpoint:portal.example:443/name.example",
            "endpoint:dc01.example:636/name.example",
            "endpoint:plain.example:8443",
            f"files:{tmp_path / 'ca.pem'}",
        ],
    )


def test_whole_target(tmp_path: Path) -> None:
    """A target is printed with everything that decides how it is probed and judged."""
    one = targets(listed(tmp_path))["endpoint:dc01.example:636/name.example"]
    assert one == {
        "id": "endpoint:dc01.example:636/name.example",
        "kind": "endpoint",
        "location": "dc01.example:636",
        "server_name": "name.example",
        "protocol": "ldaps",
        "title": "Both",
        "owner": "it",
        "note": "rack 7",
        "labels": {"owner": "it", "site": "north"},
        "origin": f"file_sd:{tmp_path / 'list.json'}",
        "policy": {
            "interval": "1h30m",
            "timeout": "4s",
            "warn_before": ["60d", "50%"],
            "critical_before": ["9d"],
            "ca_warn_before": ["180d", "25%"],
            "ca_critical_before": ["60d", "10%"],
            "unreachable_after": 5,
            "encryption": "required",
            "trust": [str(tmp_path / "ca.pem")],
            "checks": {},
        },
    }


def test_the_monitor_is_named(tmp_path: Path) -> None:
    """The answer says which monitor it is of and whom that works for."""
    assert json.loads(listed(tmp_path).out)["instance"] == {"name": "Harbour", "customer": "Harbour Ltd"}


def test_policy_of_the_list_is_of_its_group_only(tmp_path: Path) -> None:
    """A target whose group says nothing has the policy of the configuration."""
    policy = targets(listed(tmp_path))["endpoint:plain.example:8443"]["policy"]
    assert (policy["warn_before"], policy["interval"]) == (["30d", "25%"], "1h")


def test_origin_of_the_configuration(tmp_path: Path) -> None:
    """What is in the configuration itself says so."""
    found = targets(listed(tmp_path))
    assert [found[name]["origin"] for name in ("endpoint:own.example:636", "files:web")] == [
        "configuration",
        "configuration",
    ]


def test_discoveries(tmp_path: Path) -> None:
    """Each discovery is printed with what it found."""
    assert json.loads(listed(tmp_path).out)["discoveries"] == [
        {"id": f"file_sd:{tmp_path / 'list.json'}", "found": 3, "failures": [], "notes": []}
    ]


def test_table(tmp_path: Path) -> None:
    """The table has a line for each target below its head, and the count."""
    (tmp_path / "ca.pem").write_text("")
    text = "targets: [{kind: endpoint, address: a.example}, {kind: file_sd, files: [list.json], name: l}]"
    done = listed(tmp_path, text, [{"targets": ["b.example:1"], "labels": {"site": "x"}}], "table")
    assert [line.split() for line in done.out.splitlines()] == [
        ["TARGET", "SERVER", "NAME", "PROTOCOL", "EVERY", "WARN", "CRITICAL", "ORIGIN", "LABELS"],
        ["endpoint:a.example:443", "a.example", "tls", "1h", "30d", "25%", "7d", "10%", "configuration", "-"],
        ["endpoint:b.example:1", "b.example", "tls", "1h", "30d", "25%", "7d", "10%", "file_sd:l", "site=x"],
        ["2", "targets"],
    ]


def test_failed_discovery(tmp_path: Path) -> None:
    """A discovery that fails exits with 3 with its sentence on standard error; the rest is printed."""
    text = "targets: [{kind: endpoint, address: a.example}, {kind: file_sd, files: [gone.json], name: l}]"
    done = listed(tmp_path, text)
    assert (done.code, list(targets(done)), done.err) == (
        3,
        ["endpoint:a.example:443"],
        f"not_found: file_sd:l: {tmp_path / 'gone.json'} does not exist\n",
    )


def test_part_of_a_list(tmp_path: Path) -> None:
    """A list with a mistake exits with 3 as well; what is right in it is printed."""
    text = "targets: [{kind: file_sd, files: [list.json], name: l}]"
    done = listed(tmp_path, text, [{"targets": ["a.example:1", "b.example:x"]}])
    assert (done.code, list(targets(done)), "[0].targets[1]: the port must be" in done.err) == (
        3,
        ["endpoint:a.example:1"],
        True,
    )


def test_notes(tmp_path: Path) -> None:
    """What was left out on purpose is said on standard error and is no failure."""
    text = "targets: [{kind: file_sd, files: ['none*.json'], name: l}]"
    done = listed(tmp_path, text)
    assert (done.code, done.err) == (0, f"note: file_sd:l: no file matches {tmp_path / 'none*.json'}\n")


def test_network(tmp_path: Path) -> None:
    """An open port of a network is printed with the checks of names off."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = listed(tmp_path, f"targets: [{{kind: cidr, network: 127.0.0.1/32, ports: [{port}]}}]")
    one = targets(done)[f"endpoint:127.0.0.1:{port}"]
    assert (one["policy"]["checks"], one["origin"]) == (
        {"name": "off", "name_in_subject_only": "off"},
        f"cidr:127.0.0.1/32:{port}",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: [{kind: file_sd}]", "targets[0].files: is missing"),
        ("- a\n", "the file must be keys and values"),
    ],
)
def test_wrong_configuration(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in the configuration exits with 2 with its sentence."""
    done = listed(tmp_path, text)
    assert (done.code, done.out, said in done.err) == (2, "", True)


def test_usage() -> None:
    """Without a configuration the command says what is missing."""
    done = run("targets")
    assert (done.code, "--config" in done.err) == (2, True)
