"""Commands that ask the daemon find the service of this machine by themselves."""

import argparse
from pathlib import Path

import pytest

from monitor.cli.arguments import parser
from monitor.cli.service.defaults import use_service_defaults


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose ProgramData has a configuration of the service."""
    (tmp_path / "cert-monitor").mkdir()
    (tmp_path / "cert-monitor" / "cert-monitor.yaml").touch()
    return {"PROGRAMDATA": str(tmp_path), "LOCALAPPDATA": "own"}


def after(environ: dict[str, str], *words: str) -> argparse.Namespace:
    """Return the arguments of a command on Windows."""
    arguments = parser().parse_args(words)
    use_service_defaults(arguments, environ, "win32")
    return arguments


@pytest.mark.parametrize("words", [["reload"], ["health"], ["alerts"], ["silence", "list"]])
def test_the_service_is_asked(environ: dict[str, str], tmp_path: Path, words: list[str]) -> None:
    """Its state, with the token, is in its folder too."""
    assert after(environ, *words).config == tmp_path / "cert-monitor" / "cert-monitor.yaml"
    assert environ["LOCALAPPDATA"] == str(tmp_path)


def test_another_address_is_another_daemon(environ: dict[str, str]) -> None:
    """Then the configuration of the service does not matter."""
    assert after(environ, "health", "--url", "http://127.0.0.1:1").config is None
    assert environ["LOCALAPPDATA"] == "own"


def test_a_configuration_that_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    """It is used, and what has no store of its own keeps its state where it did."""
    assert after(environ, "health", "--config", "x.yaml").config == Path("x.yaml")
    assert environ["LOCALAPPDATA"] == "own"


def test_every_command_finds_the_state_of_the_service(environ: dict[str, str], tmp_path: Path) -> None:
    """A backup is one of its database."""
    config = tmp_path / "cert-monitor" / "cert-monitor.yaml"
    after(environ, "backup", "copy.db", "--config", str(config))
    assert environ["LOCALAPPDATA"] == str(tmp_path)


def test_without_a_service_nothing_changes(tmp_path: Path) -> None:
    """The default address is asked."""
    environ = {"PROGRAMDATA": str(tmp_path), "LOCALAPPDATA": "own"}
    assert (after(environ, "health").config, environ["LOCALAPPDATA"]) == (None, "own")
