"""``cert-monitor setup --non-interactive``: from options alone to files that validate, and never to trust."""

import os
import stat
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.cli.setup.document import CONFIGURATION
from monitor.config import load, online_problems
from monitor.demo.xprotect_site import Behavior
from monitor.discovery.xprotect.resources import NEEDED_RIGHTS
from support.servers.daemon.command import Done, run
from support.servers.daemon.setup_world import World, world
from support.servers.programs import free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")
CA = "trusted-ca.pem"
LISTS = (
    "sites",
    "recordingServers",
    "registeredServices",
    "failoverGroups",
    "failoverRecorders",
    "hardware",
)
"""The lists that discovery reads of a site by default."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a site, a host and a relay."""
    with world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist."""
    return tmp_path / "new"


def silent(there: World, directory: Path, /, **changed: str) -> Done:
    """Run setup with these options, with those for mails and trust unless they are changed to nothing."""
    given = {
        **there.mails,
        "directory": str(directory),
        **{k.replace("_", "-"): v for k, v in changed.items()},
    }
    options = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    return run("setup", "--non-interactive", *options)


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder, none where there is no folder."""
    return {one.name for one in folder.iterdir()} if folder.exists() else set()


def test_host(there: World, folder: Path) -> None:
    """A host is written with its CA, validates, and a test mail was sent."""
    before = len(there.post.mails)
    done = silent(there, folder, target=there.host, language="pt_BR")
    config = load(folder / CONFIGURATION)
    assert (done.code, online_problems(config), names(folder)) == (0, (), {CONFIGURATION, CA})
    assert [one.address for one in config.targets] == [there.host]
    assert config.receivers["email"].email.language == "pt_BR"
    assert len(there.post.mails) == before + 1
    assert run("validate-config", folder / CONFIGURATION).code == 0


def test_site(there: World, folder: Path) -> None:
    """A site is written with a file for its password; the password is nowhere else."""
    done = silent(there, folder, **there.login)
    assert (done.code, names(folder)) == (0, {CONFIGURATION, CA, "vms-password"})
    assert "It will watch" in done.err
    assert (folder / "vms-password").read_text("utf-8") == f"{there.password}\n"
    shown = done.out + done.err + (folder / CONFIGURATION).read_text("utf-8")
    assert there.password not in shown
    assert run("targets", "--config", folder / CONFIGURATION).code == 0


@pytest.fixture
def behaving(there: World) -> Iterator[World]:
    """Have the site behave as the test wants, and as it should afterwards."""
    yield there
    there.site.behavior = Behavior()


def test_missing_right(behaving: World, folder: Path) -> None:
    """A site that says that the login lacks a right is watched without, which is said once."""
    behaving.site.behavior = Behavior(unreadable=frozenset({"Hardware"}))
    done = silent(behaving, folder, **behaving.login)
    assert (done.code, done.err.count("Read on Hardware")) == (0, 1)
    assert "warning: the role of the login lacks Read on Hardware: what it may not read" in done.err


def test_forbidden_list(behaving: World, folder: Path) -> None:
    """An older site does not say it but refuses a list: the right is named all the same, in any language."""
    behaving.site.behavior = Behavior(answers={"recordingServers": 403}, permissions=False)
    done = silent(behaving, folder, language="pt_BR", **behaving.login)
    assert (done.code, done.err.count("Read on Recording Servers")) == (0, 1)
    assert "faltam permissões à função do login (Read on Recording Servers)" in done.err


def test_no_right_at_all(behaving: World, folder: Path) -> None:
    """Where every list is refused nothing is written, and all rights are named that are enough."""
    behaving.site.behavior = Behavior(answers=dict.fromkeys(LISTS, 403))
    done = silent(behaving, folder, **behaving.login)
    assert (done.code, names(folder)) == (2, set())
    assert f"--username: the role of the login lacks {', '.join(NEEDED_RIGHTS)}: what" in done.err


def test_password_of_a_variable(there: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable may hold the password; the service has no such variable, so it is stored all the same."""
    monkeypatch.setenv("OF_THE_SITE", there.password)
    done = silent(there, folder, **{**there.login, "password-file": "", "password-env": "OF_THE_SITE"})
    assert (done.code, (folder / "vms-password").read_text("utf-8")) == (0, f"{there.password}\n")
    assert not [name for name in os.environ if name.startswith("CERT_MONITOR_SETUP")]


def test_files(there: World, tmp_path: Path, folder: Path) -> None:
    """A folder of certificates needs neither trust nor login."""
    (tmp_path / "one.pem").write_bytes(there.ca.pem)
    quoted = f'"{tmp_path / "one.pem"}"'
    assert silent(there, folder, folder=quoted, trust="").code == 0
    assert names(folder) == {CONFIGURATION}


def test_nobody_is_notified(there: World, folder: Path) -> None:
    """Without a relay the configuration says that nobody is notified."""
    done = silent(there, folder, target=there.host, smtp="none", **{"from": "", "to": ""})
    assert (done.code, load(folder / CONFIGURATION).nobody) == (0, True)


def test_everything_is_for_the_owner_alone(there: World, folder: Path) -> None:
    """Folder and files are closed to others."""
    silent(there, folder, **there.login)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (folder, *folder.iterdir())}
    assert modes == {"new": 0o700, CONFIGURATION: 0o600, CA: 0o600, "vms-password": 0o600}


@pytest.mark.parametrize("name", [CONFIGURATION, "vms-password", "web.yml", CA])
def test_nothing_is_overwritten(there: World, folder: Path, name: str) -> None:
    """A file that exists stays, whichever of ours it is, and no other is made beside it."""
    folder.mkdir()
    (folder / name).write_text("mine", "utf-8")
    done = silent(there, folder, target=there.host)
    assert (done.code, names(folder), (folder / name).read_text("utf-8")) == (2, {name}, "mine")
    assert f"{folder / name} exists" in done.err


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_no_folder(there: World, tmp_path: Path, name: str) -> None:
    """Where no folder can be, that is said before anything else is asked or tried."""
    (tmp_path / "file").write_text("mine", "utf-8")
    done = silent(there, tmp_path / name, target=there.host)
    assert (done.code, "is not a folder" in done.err, "connecting" in done.err) == (2, True, False)


def test_nothing_is_trusted_on_first_sight(there: World, folder: Path) -> None:
    """Without a file or a thumbprint a private CA is an error that says what to do; no password is sent."""
    attempts = there.site.password_attempts
    done = silent(there, folder, trust="", **there.login)
    assert (done.code, names(folder), there.site.password_attempts) == (2, set(), attempts)
    assert "--trust FILE" in done.err
    assert "--pin" in done.err


def test_wrong_ca(there: World, folder: Path) -> None:
    """A CA that did not issue the certificate is refused before any password is sent."""
    other = there.folder / "other.pem"
    other.write_bytes(there.ca.pem)
    attempts = there.site.password_attempts
    done = silent(there, folder, trust=str(other), **there.login)
    assert (done.code, names(folder), there.site.password_attempts) == (2, set(), attempts)
    assert "did not issue" in done.err


def test_pin(there: World, folder: Path) -> None:
    """One certificate may be pinned by its SHA-256, with colons or without; any other is an error."""
    pin = sha256(there.site.served("management", 8443).der).digest().hex(":")
    assert silent(there, folder, trust="", pin=pin, **there.login).code == 0
    assert "pinned.pem" in names(folder)
    done = silent(there, folder / "other", trust="", pin="ab" * 32, **there.login)
    assert (done.code, names(folder / "other")) == (2, set())


def test_refused_login(there: World, folder: Path, tmp_path: Path) -> None:
    """A wrong password is an error, and nothing is written."""
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong", "utf-8")
    done = silent(there, folder, **{**there.login, "password-file": str(wrong)})
    assert (done.code, names(folder)) == (2, set())
    assert "refused this login" in done.err


def test_what_is_away_is_a_warning(there: World, folder: Path) -> None:
    """A host and a relay that do not answer are warnings: a machine may be set up before its network."""
    nowhere = f"127.0.0.1:{free_port()}"
    done = silent(there, folder, target=nowhere, smtp=nowhere)
    assert (done.code, done.err.count("warning: ")) == (0, 2)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("language", "xx"),
        ("target", "user@host:1"),
        ("smtp", "a b"),
        ("smtp", "smtp.office365.com:587"),
        ("smtp_security", "ssl"),
        ("from", "nobody"),
        ("to", "a@b.example, a@b.example"),
        ("timezone", "Mars/Base"),
        ("page", "everywhere"),
        ("page", "0.0.0.0:9850"),
        ("external_url", "https://certs.vms.example/path"),
        ("trust", "/no/such/file"),
        ("start", "maybe"),
    ],
)
def test_wrong_answer(there: World, folder: Path, option: str, value: str) -> None:
    """A wrong answer is an error that names its option, and nothing is written."""
    done = silent(there, folder, **{"target": there.host, option: value})
    named = "page-user" if value == "0.0.0.0:9850" else option.replace("_", "-")
    assert (done.code, names(folder)) == (2, set())
    assert f"--{named}" in done.err


@pytest.mark.parametrize("option", ["target", "smtp", "from", "to"])
def test_missing_answer(there: World, folder: Path, option: str) -> None:
    """An answer without a default is an error that names its option."""
    done = silent(there, folder, **{"target": there.host, option: ""})
    assert (done.code, names(folder)) == (2, set())
    assert f"--{'site|--target|--folder' if option == 'target' else option} is missing" in done.err


def test_two_first_things(there: World, folder: Path) -> None:
    """Only one thing is the first."""
    assert silent(there, folder, target=there.host, folder=str(folder)).code == 2


def test_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nobody to ask, it says how to do without questions."""
    done = run("setup")
    assert (done.code, "--non-interactive" in done.err) == (2, True)
