"""``xprotect discover`` against a simulated site: what it prints, and each way in which it can fail."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.cli.commands.xprotect import PARTS
from monitor.demo.xprotect_site import PASSWORD, Behavior, Fault, Simulator
from monitor.xprotect import PARTS as EVERY_PART
from support.factories.xprotect.asking import Asking, fresh, running
from support.servers.daemon.command import Done, run

KEYS = {"site", "component", "name", "host", "port", "protocol", "certificate_group", "optional"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Run one site for all tests here."""
    with running() as site:
        yield site


@pytest.fixture
def asking(simulator: Simulator) -> Iterator[Asking]:
    """Let each test find the site healthy."""
    with fresh(simulator) as one:
        yield one


def discover(asking: Asking, *more: str | Path, trust: bool = True, password: bool = True) -> Done:
    """Run the command against the simulator."""
    site = asking.simulator
    secret = ("--password-file", site.password_file) if password else ()
    anchor = ("--trust", site.trust) if trust else ()
    return run("xprotect", "discover", site.url, "--username", "certmon", *secret, *anchor, *more)


def rows(done: Done) -> list[dict[str, Any]]:
    """Return what ``--format json`` printed."""
    return list(json.loads(done.out))


def test_json_shape(asking: Asking) -> None:
    """Every element has exactly the published keys, and the text is plain ASCII."""
    done = discover(asking, "--format", "json")
    assert (done.code, {frozenset(row) for row in rows(done)}) == (0, {frozenset(KEYS)})
    assert done.out.isascii()


def test_json_element(asking: Asking) -> None:
    """An element says what the endpoint is in the manuals' words, under the server's own name."""
    recorder = asking.simulator.endpoints["recorder02"]
    [found] = [
        row
        for row in rows(discover(asking, "--format", "json"))
        if (row["host"], row["port"]) == (recorder.address, recorder.ports[7563])
    ]
    assert found == {
        "site": "Harbour",
        "component": "recording_server",
        "name": "Recorder 02",
        "host": recorder.address,
        "port": recorder.ports[7563],
        "protocol": "tls",
        "certificate_group": "streaming_media",
        "optional": True,
    }


def test_cameras_are_not_optional(asking: Asking) -> None:
    """What must speak TLS and answer always is not optional."""
    found = rows(discover(asking, "--format", "json", "--include", "cameras"))
    assert {(row["component"], row["optional"]) for row in found} == {("camera", False)}


def test_table(asking: Asking) -> None:
    """The table names the site and has a line for each endpoint under a heading."""
    lines = discover(asking).out.splitlines()
    assert lines[0] == f"site Harbour: {len(lines) - 2} endpoints"
    assert lines[1].split() == ["COMPONENT", "NAME", "ADDRESS", "PROTOCOL", "GROUP", "TLS"]
    assert re.search(
        r"^Recording Server +Recorder 01 .* streaming media +optional$", "\n".join(lines), re.MULTILINE
    )
    assert "_" not in "".join(lines)


def test_notes_go_to_standard_error(asking: Asking) -> None:
    """What was left out is said beside the list, not in it."""
    done = discover(asking, "--format", "json")
    assert "note: recordingServers: streams are not encrypted on Recorder 03" in done.err


def test_missing_right_is_named(asking: Asking) -> None:
    """A right that the role lacks is printed beside the list, and is no failure."""
    asking.simulator.behavior = Behavior(unreadable=frozenset({"Hardware"}))
    done = discover(asking)
    assert (done.code, "note: rights: the role of the login lacks Read on Hardware" in done.err) == (0, True)


def test_empty_part_is_named(asking: Asking) -> None:
    """A list that came back empty is named with the right that may be missing."""
    asking.simulator.behavior = Behavior(answers={"recordingServers": Fault.EMPTY})
    done = discover(asking)
    assert (done.code, "note: recording servers: none" in done.err) == (0, True)


def test_nothing_is_asked_beyond_the_login(asking: Asking) -> None:
    """The password is sent once, and nothing else is posted."""
    discover(asking)
    assert asking.simulator.password_attempts == 1
    assert [call for call in asking.simulator.calls if not call.startswith("GET ")] == [
        "POST /IDP/connect/token"
    ]


def test_include(asking: Asking) -> None:
    """Only the named parts are listed."""
    done = discover(asking, "--include", "servers", "--include", "failover", "--format", "json")
    assert {row["component"] for row in rows(done)} == {
        "management_server",
        "recording_server",
        "failover_recorder",
    }


def test_windows_login(asking: Asking) -> None:
    """A Windows login gives the same list."""
    site = asking.simulator
    login = ("--username", "VMS\\certmon", "--login", "windows", "--password-file", site.password_file)
    done = run("xprotect", "discover", site.url, *login, "--trust", site.trust)
    assert (done.code, done.out) == (0, discover(asking).out)


def test_password_from_the_environment(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password may lie in a variable."""
    monkeypatch.setenv("VMS_PASSWORD", PASSWORD)
    assert discover(asking, "--password-env", "VMS_PASSWORD", password=False).code == 0


def test_wrong_password(asking: Asking, tmp_path: Path) -> None:
    """A wrong password is unauthorized, sent once and printed nowhere."""
    wrong = tmp_path / "wrong"
    wrong.write_text("hunter2-hunter2")
    done = discover(asking, "--password-file", wrong, password=False)
    assert (done.code, done.err.startswith("unauthorized: ")) == (3, True)
    assert asking.simulator.password_attempts == 1
    assert "hunter2" not in done.out + done.err


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"uris": 404}, "not_xprotect"),
        ({"uris": 500}, "bad_answer"),
        ({"uris": Fault.HTML}, "not_xprotect"),
        ({"recordingServers": 403}, "forbidden"),
        ({"hardware": 403}, "forbidden"),
        ({"recordingServers": Fault.HALF}, "bad_answer"),
        ({"registeredServices": 500}, "bad_answer"),
    ],
)
def test_reason(asking: Asking, answers: dict[str, int | Fault], reason: str) -> None:
    """Each way to fail has exit code 3 and its own reason in a message on standard error."""
    asking.simulator.behavior = Behavior(answers=answers)
    done = discover(asking)
    said = [line.partition(":")[0] for line in done.err.splitlines() if not line.startswith("note: ")]
    assert (done.code, said) == (3, [reason])


def test_rest_is_printed_when_a_part_is_forbidden(asking: Asking) -> None:
    """What could be had is printed although the exit code says that it is not all."""
    asking.simulator.behavior = Behavior(answers={"recordingServers": 403})
    done = discover(asking, "--format", "json")
    assert "camera" in {row["component"] for row in rows(done)}
    assert "only XProtect Corporate" in done.err


def test_untrusted_certificate(asking: Asking) -> None:
    """A certificate that is not trusted stops everything before the password is sent."""
    done = discover(asking, trust=False)
    assert (done.code, done.err.startswith("bad_certificate: ")) == (3, True)
    assert asking.simulator.password_attempts == 0


def test_unreachable(asking: Asking) -> None:
    """A port that refuses is named as such."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        site = asking.simulator
        done = run(
            *("xprotect", "discover", f"127.0.0.1:{port}", "--username", "certmon"),
            *("--password-file", site.password_file, "--trust", site.trust),
        )
    assert (done.code, done.err.startswith("refused: ")) == (3, True)


def test_record(asking: Asking, tmp_path: Path) -> None:
    """The recorded answers hold no name, login or password."""
    file = tmp_path / "answers.json"
    done = discover(asking, "--record", file)
    text = file.read_text()
    recorded = json.loads(text)
    assert (done.code, len(recorded["sites"])) == (0, 1)
    assert [word for word in ("Recorder 01", "Harbour", "certmon", PASSWORD) if word in text] == []
    assert "Read it before you send it" in recorded["read_me_first"][0]
    seen = [one for one in recorded["ports"] if one["outcome"] == "TLS"]
    assert len(seen) > 5
    assert {one["protocol"] for one in seen} <= {"TLSv1.2", "TLSv1.3"}
    assert all(one["cipher"] and one["chain"] for one in seen)
    assert "2.5.29.17" in seen[0]["chain"][0]["extensions"]
    assert recorded["about"]["python"]


def test_record_of_a_site_that_refuses_the_login(asking: Asking, tmp_path: Path) -> None:
    """Where discovery fails half way there is a record of what was answered so far."""
    asking.simulator.behavior = Behavior(answers={"token": 403})
    file = tmp_path / "answers.json"
    done = discover(asking, "--record", file)
    recorded = json.loads(file.read_text())
    assert done.code == 3
    assert [one["status"] for one in recorded["sites"][0]["requests"]] == [200, 403]
    assert recorded["sites"][0]["failures"][0]["reason"] == "unauthorized"
    assert [one for one in recorded["ports"] if one["outcome"] == "TLS"]


def test_record_cannot_be_written(asking: Asking, tmp_path: Path) -> None:
    """A record that cannot be written is a mistake in usage."""
    done = discover(asking, "--record", tmp_path / "missing" / "answers.json")
    assert (done.code, "--record" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name ADDRESS and --username"),
        (("vms01",), "name ADDRESS and --username"),
        (("vms01", "--username", "u"), "exactly one of --password-file and --password-env"),
        (
            ("vms01", "--username", "u", "--password-file", "f", "--password-env", "E"),
            "exactly one of --password-file and --password-env",
        ),
        (("http://vms01", "--username", "u", "--password-env", "E"), "http would send the password"),
        (("vms01", "--username", "u", "--password-env", "E", "--trust", "no.cer"), "--trust no.cer"),
        (("vms01", "--username", "u", "--password-env", "E", "--include", "x"), "invalid choice"),
        (("vms01", "--config", "c.yaml"), "ADDRESS and --config exclude each other"),
        (("--login", "basic", "--config", "c.yaml"), "login and --config exclude each other"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str) -> None:
    """What makes no sense is said, with exit code 2."""
    done = run("xprotect", "discover", *arguments)
    assert (done.code, said in done.err) == (2, True)


def test_configuration_without_site(tmp_path: Path) -> None:
    """A configuration without a site is a mistake."""
    file = tmp_path / "c.yaml"
    file.write_text("targets: [{kind: endpoint, address: 'a:1'}]")
    done = run("xprotect", "discover", "--config", file)
    assert (done.code, "no target of kind: xprotect_site" in done.err) == (2, True)


def test_configuration(asking: Asking, tmp_path: Path) -> None:
    """A configuration's sites are queried as configured."""
    site = asking.simulator
    file = tmp_path / "c.yaml"
    file.write_text(
        f"""
targets:
  - {{kind: xprotect_site, address: "{site.url}", username: certmon, password_file: {site.password_file},
      trust: [{site.trust}], include: [servers], labels: {{site: Quay}}}}
  - {{kind: endpoint, address: "a:1"}}
"""
    )
    done = run("xprotect", "discover", "--config", file, "--format", "json")
    assert (done.code, {row["site"] for row in rows(done)}) == (0, {"Quay"})


def test_parts() -> None:
    """The parts that can be typed are those that there are."""
    assert PARTS == EVERY_PART


@pytest.mark.parametrize("command", [(), ("discover",), ("verify",), ("preflight",)])
def test_help_has_examples(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The help of each command ends with examples."""
    with pytest.raises(SystemExit) as ended:
        main(["xprotect", *command, "--help"])
    assert ended.value.code == 0
    assert f"examples:\n  cert-monitor {' '.join(('xprotect', *command))}" in capsys.readouterr().out
