"""``validate-config`` and ``config-schema``, and what every command says of a missing configuration."""

import json
from pathlib import Path

import pytest

from support.factories.config.configurations import BAD, GOOD, write
from support.servers.daemon.command import run


def test_a_good_configuration(tmp_path: Path) -> None:
    """A valid file is reported as valid, with the number of its targets."""
    path = write(tmp_path, GOOD)
    done = run("validate-config", path)
    assert (done.code, done.out) == (0, f"{path}: valid, 1 target\n")


def test_every_mistake_is_said(tmp_path: Path) -> None:
    """A bad file exits with 2 and a line for each mistake, with file and line."""
    path = write(tmp_path, BAD)
    done = run("validate-config", path)
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[:2] for line in done.err.splitlines()] == [
        [f"{path}:1", "targets[0].paths"],
        [f"{path}:1", "targets[0].nme"],
        [f"{path}:2", "unknown"],
    ]


def test_offline_does_not_check_files(tmp_path: Path) -> None:
    """A missing anchor is a mistake only on the machine that has to read it."""
    path = write(tmp_path, GOOD + "defaults: {trust: [missing.cer]}\n")
    assert [run("validate-config", path).code, run("validate-config", path, "--offline").code] == [2, 0]


@pytest.mark.parametrize("name", ["missing.yaml", "."])
@pytest.mark.parametrize(
    "command", [("validate-config",), ("run", "--config"), ("test-email", "--config"), ("reload", "--config")]
)
def test_no_such_configuration(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    """A missing file or a folder is a configuration error that names it."""
    done = run(*command, tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{tmp_path / name}: ")


def test_the_schema_is_json_schema() -> None:
    """``config-schema`` prints one object that describes the sections."""
    schema = json.loads(run("config-schema").out)
    assert {"defaults", "policies", "targets", "email", "web", "store"} <= set(schema["properties"])
