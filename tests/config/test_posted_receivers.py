"""Receivers over HTTP in the configuration: their keys, and the files that are checked."""

from pathlib import Path

import pytest

from monitor.config import load
from monitor.config.validation.references import ReferenceKind
from monitor.errors import ConfigError
from support.servers.daemon.command import run

THREE = """receivers:
  - {name: hook, kind: webhook, url_file: hook-url, secret_file: hook-secret, ca: ca.pem}
  - {name: chat, kind: teams, url_file: teams-url, max_per_hour: 7}
  - {name: slack, kind: slack, url_env: SLACK_URL, levels: [critical]}
"""
HOOK = "name: hook, kind: webhook"


def refused(folder: Path, entry: str) -> str:
    """Return the problem with one receiver as it is printed."""
    path = folder / "c.yaml"
    path.write_text(f"receivers: [{{{entry}}}]\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        load(path)
    (problem,) = error.value.problems
    return problem.message


def test_receivers(tmp_path: Path) -> None:
    """They need no section email, and are their own recipients."""
    path = tmp_path / "c.yaml"
    path.write_text(THREE, "utf-8")
    config = load(path)
    assert {name: one.recipients for name, one in config.receivers.items()} == {
        "hook": ("hook",),
        "chat": ("chat",),
        "slack": ("slack",),
    }
    assert [one.rate_limit.per_hour for one in config.receivers.values()] == [60, 7, 60]
    named = {(one.keys[1:], one.kind, one.value.rpartition("/")[2]) for one in config.references}
    assert named == {
        ((0, "url_file"), ReferenceKind.PASSWORD_FILE, "hook-url"),
        ((0, "secret_file"), ReferenceKind.PASSWORD_FILE, "hook-secret"),
        ((0, "ca"), ReferenceKind.CA, "ca.pem"),
        ((1, "url_file"), ReferenceKind.PASSWORD_FILE, "teams-url"),
        ((2, "url_env"), ReferenceKind.PASSWORD_ENV, "SLACK_URL"),
    }


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (HOOK, "needs exactly one of url, url_file, url_env"),
        (f"{HOOK}, url: 'https://a.example', url_env: A", "needs exactly one of url, url_file, url_env"),
        ("name: chat, kind: teams", "needs exactly one of url_file, url_env"),
        (f"{HOOK}, url_env: A, secret_file: a, secret_env: B", "needs only one of secret_file, secret_env"),
        (
            f"{HOOK}, url_env: A, previous_secret_file: a",
            "previous_secret_file needs secret_file or secret_env",
        ),
        (
            f"{HOOK}, url: 'http://a.example/x'",
            "http would send the notifications in the clear; write https:// (got 'http://a.example/x')",
        ),
    ],
)
def test_refused(tmp_path: Path, entry: str, problem: str) -> None:
    """Exactly one address, not in the clear, and keys that belong together."""
    assert refused(tmp_path, entry) == problem


ALARM = "name: vms, kind: xprotect_alarm, address: 'https://vms01.vms.example', username: u"


def test_alarms(tmp_path: Path) -> None:
    """The password and the CA of a site's receiver are files that are checked."""
    path = tmp_path / "c.yaml"
    path.write_text(f"receivers: [{{{ALARM}, password_file: pw, ca: ca.pem}}]\n", "utf-8")
    config = load(path)
    assert config.receivers["vms"].recipients == ("vms",)
    named = {(one.keys[2], one.kind, one.value.rpartition("/")[2]) for one in config.references}
    assert named == {
        ("password_file", ReferenceKind.PASSWORD_FILE, "pw"),
        ("ca", ReferenceKind.CA, "ca.pem"),
    }


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (ALARM, "username needs exactly one of password_file and password_env"),
        (f"{ALARM}, password_file: a, password_env: B", "needs exactly one of password_file"),
        (f"{ALARM}, password_file: a, source: camera", "must be the id of a camera"),
        (
            ALARM.replace("https://", "http://") + ", password_file: a",
            "http would send the password in the clear; write https://",
        ),
    ],
)
def test_alarms_refused(tmp_path: Path, entry: str, problem: str) -> None:
    """One password, an id of a camera, and never in the clear."""
    assert problem in refused(tmp_path, entry)


def test_secrets_of_chats_are_not_written_here(tmp_path: Path) -> None:
    """The address of a chat is a secret, and the file with the configuration is no place for one."""
    message = refused(tmp_path, "name: chat, kind: teams, url: 'https://a.example/T0KEN'")
    assert "url" in message
    assert "T0KEN" not in message


def test_unknown_kind(tmp_path: Path) -> None:
    """The kinds that there are are named."""
    message = refused(tmp_path, "name: chat, kind: pager")
    assert message == "unknown kind (got 'pager'); allowed: email, webhook, teams, slack, xprotect_alarm"


def test_missing_files_are_found(tmp_path: Path) -> None:
    """``validate-config`` names every file that is not there."""
    path = tmp_path / "c.yaml"
    path.write_text(THREE, "utf-8")
    done = run("validate-config", path)
    printed = done.out + done.err
    assert [key for key in ("hook-url", "hook-secret", "ca.pem", "teams-url") if key not in printed] == []
