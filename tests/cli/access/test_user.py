"""``cert-monitor user`` writes users into the web configuration file and nothing else."""

import io
import os
import stat
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.web_config import Passwords, read_web_config


def configured(
    folder: Path, text: str | None = None, web: str = "web: {config_file: web.yml}\n"
) -> list[str]:
    """Write a configuration, and a web configuration file with this text; return the option that names it."""
    if text is not None:
        (folder / "web.yml").write_text(text, "utf-8")
    (folder / "cert-monitor.yaml").write_text(f"{web}receivers: []\n", "utf-8")
    return ["--config", str(folder / "cert-monitor.yaml")]


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Give a text to the command on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def knows(folder: Path, name: str, password: str) -> bool:
    """Return whether the file has a user with this password."""
    return Passwords(read_web_config(folder / "web.yml").users).is_right(name, password)


def test_add_and_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user is added to a file that is made for its owner alone, gets a new password, and is removed."""
    options = configured(tmp_path)
    for password in ("first secret", "second secret"):
        given(monkeypatch, f"{password}\r\n")
        assert main(["user", "add", *options, "alice", "--password-stdin"]) == 0
    assert knows(tmp_path, "alice", "second secret")
    assert not knows(tmp_path, "alice", "first secret")
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "web.yml").stat().st_mode) == 0o600
    assert main(["user", "remove", *options, "alice"]) == 0
    assert dict(read_web_config(tmp_path / "web.yml").users) == {}
    assert "secret" not in "".join(capsys.readouterr())
    assert [one.name for one in tmp_path.iterdir() if "web" in one.name] == ["web.yml"]


def test_asks_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person types the password twice; two different ones change nothing."""
    options, typed = configured(tmp_path, ""), iter(["a", "b", "c", "c"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert main(["user", "add", *options, "alice"]) == 2
    assert (tmp_path / "web.yml").read_text("utf-8") == ""
    assert main(["user", "add", *options, "alice"]) == 0
    assert knows(tmp_path, "alice", "c")


def test_the_rest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments and other sections stay as they are, and so do owner and group rights."""
    text = "# ours\nhttp_server_config:\n  http2: false  # yes\n"
    options = configured(tmp_path, text)
    (tmp_path / "web.yml").chmod(0o644)
    given(monkeypatch, "x y\n")
    assert main(["user", "add", *options, "alice", "--password-stdin"]) == 0
    assert (tmp_path / "web.yml").read_text("utf-8").startswith(text)
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "web.yml").stat().st_mode) == 0o640


WRONG = [
    ("", "alice", "\n", "the password is empty"),
    ("", "alice", "x" * 73 + "\n", "longer than 72 bytes"),
    ("", "a:b", "x\n", "is no name of a user"),
    ("users: {}\n", "alice", "x\n", "web.yml:1: users: unknown key"),
    ("basic_auth_users: {bob: $2b$04$" + "b" * 53 + "}\n", "alice", "x\n", "one user on each line"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: tuple[str, str, str, str],
) -> None:
    """What cannot be a user, and a file that is not understood, are refused; the file stays."""
    text, name, typed, said = wrong
    options = configured(tmp_path, text)
    given(monkeypatch, typed)
    assert main(["user", "add", *options, name, "--password-stdin"]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "web.yml").read_text("utf-8") == text


def test_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without web.config_file there is nowhere to write, and nobody to remove from an empty one."""
    assert main(["user", "remove", *configured(tmp_path, web=""), "alice"]) == 2
    assert "web.config_file: is missing" in capsys.readouterr().err
    assert main(["user", "remove", *configured(tmp_path, ""), "alice"]) == 2
    assert "there is no user 'alice'" in capsys.readouterr().err
