"""What a person is shown and asked, in this process: trust in each of its forms, languages, and stopping."""

import sys
from collections.abc import Callable, Iterator
from hashlib import sha1
from pathlib import Path

import pytest

from monitor.cli.setup.document import CONFIGURATION
from monitor.config import load, online_problems
from support.servers.daemon.command import Done, run
from support.servers.daemon.setup_world import World, world

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")
Typed = Callable[..., Done]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a site, a host and a relay."""
    with world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist."""
    return tmp_path / "new"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Return a function that runs setup with somebody who types lines, and Ctrl-C after the last."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))

    def typed(lines: list[str | Exception], *options: str) -> Done:
        left = iter(lines)

        def line(_: str = "") -> str:
            text = next(left, None)
            if text is None:
                raise KeyboardInterrupt
            if isinstance(text, Exception):
                raise text
            return text

        monkeypatch.setattr("builtins.input", line)
        monkeypatch.setattr("getpass.getpass", line)
        monkeypatch.setattr("monitor.cli.setup.command.is_terminal", lambda: True)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        done = run("setup", *options)
        return Done(done.code, " ".join(done.out.split()), done.err)

    return typed


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder, none where there is no folder."""
    return {one.name for one in folder.iterdir()} if folder.exists() else set()


def mails(there: World) -> list[str]:
    """Return the answers about mails, and those after them."""
    return [there.relay, "", "certs@vms.example", "admins@vms.example", "", "", "", "no"]


def site(there: World, folder: Path) -> list[str]:
    """Return the answers for the site: everything is right."""
    login = ["", "certmon", there.password]
    return ["", str(folder), "", there.site.url, there.trust, *login, *mails(there)]


def host(there: World, folder: Path, *trust: str) -> list[str]:
    """Return the answers for the host, with these about its trust."""
    return ["", str(folder), "2", there.host, *trust, *mails(there)]


def test_everything_is_right(there: World, folder: Path, typed: Typed) -> None:
    """A site with the shortest answers: files that are valid."""
    done = typed(site(there, folder))
    assert (done.code, names(folder)) == (0, {CONFIGURATION, "trusted-ca.pem", "vms-password"})
    assert online_problems(load(folder / CONFIGURATION)) == ()


@pytest.mark.parametrize("number", range(16))
def test_stopped(there: World, tmp_path: Path, folder: Path, typed: Typed, number: int) -> None:
    """Ctrl-C at any question: exit code 130, a line that says so, and no file."""
    answers = site(there, folder)
    done = typed(answers[:number])
    assert len(answers) == 16
    assert (done.code, names(folder), folder.exists()) == (130, set(), False)
    assert "nothing was written" in done.err
    assert names(tmp_path / "temporary") == set()


def test_a_password_that_the_terminal_encodes_otherwise(there: World, folder: Path, typed: Typed) -> None:
    """It is asked again, since what was typed is not known."""
    answers: list[str | Exception] = [*site(there, folder)]
    answers.insert(answers.index(there.password), UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid"))
    done = typed(answers)
    assert (done.code, "cannot be printed" in done.out) == (0, True)


def test_no_password_before_trust(there: World, folder: Path, typed: Typed) -> None:
    """Before trust is confirmed the site sees no password and no request at all."""
    attempts, calls = there.site.password_attempts, len(there.site.calls)
    done = typed(["", str(folder), "", there.site.url, "", "no"])
    assert (done.code, there.site.password_attempts, len(there.site.calls)) == (130, attempts, calls)
    assert "no password is sent there" in done.out
    assert "Password" not in done.out


def test_ca_that_the_server_sends(there: World, folder: Path, typed: Typed) -> None:
    """It is shown with both thumbprints, and trusted only if that is said."""
    done = typed(host(there, folder, "yes"))
    sha256 = there.ca.sha256.upper()
    pairs = ":".join(sha256[at : at + 2] for at in range(0, 64, 2))
    assert (done.code, names(folder)) == (0, {CONFIGURATION, "trusted-ca.pem"})
    assert pairs in done.out.replace(" ", "").replace("SHA-256", "")
    assert sha1(there.ca.der).hexdigest() in done.out
    assert "certlm.msc" in done.out
    assert load(folder / CONFIGURATION).defaults.trust == ("system", str(folder / "trusted-ca.pem"))


def test_enter_does_not_trust(there: World, folder: Path, typed: Typed) -> None:
    """Enter is no confirmation: the next ways are a file, pinning, and to watch without trust."""
    done = typed(host(there, folder, "", "", "", "yes"))
    assert (done.code, names(folder)) == (0, {CONFIGURATION})
    assert "Watch it without trust?" in done.out


def test_pinned(there: World, folder: Path, typed: Typed) -> None:
    """Pinning comes last, with its consequence, and is written at the target."""
    done = typed(host(there, folder, "no", "", "yes"))
    [target] = load(folder / CONFIGURATION).targets
    assert (done.code, target.trust) == (0, ("system", str(folder / "pinned.pem")))
    assert "The consequence: when it is renewed" in done.out


def test_ca_that_the_machine_trusts(
    there: World, folder: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown, and needs no file."""
    monkeypatch.setenv("SSL_CERT_FILE", there.trust)
    done = typed(host(there, folder, ""))
    assert (done.code, names(folder)) == (0, {CONFIGURATION})
    assert "comes from a CA that this machine trusts" in done.out


def test_portuguese(there: World, folder: Path, typed: Typed) -> None:
    """After the first answer everything is in Portuguese, yes and no too, and so is the configuration."""
    done = typed(["pt_BR", *host(there, folder, "sim")[1:]])
    text = (folder / CONFIGURATION).read_text("utf-8")
    assert (done.code, "O que monitorar" in done.out, "(sim/não)" in done.out) == (0, True, True)
    assert "o que é monitorado" in text
    assert "language: pt_BR" in text


def test_options_are_not_asked(there: World, folder: Path, typed: Typed) -> None:
    """What is given as an option is shown and not asked; what is wrong there is asked."""
    options = ["--directory", str(folder), "--target", there.host, "--trust", there.trust, "--to", "nobody"]
    answers = ["", there.relay, "", "certs@vms.example", "admins@vms.example", "", "", "", "no"]
    done = typed(answers, *options)
    assert (done.code, names(folder)) == (0, {CONFIGURATION, "trusted-ca.pem"})
    assert "“nobody” is not a mail address" in done.out


def test_files(there: World, folder: Path, typed: Typed) -> None:
    """A folder of certificates: nothing is asked about trust."""
    done = typed(["", str(folder), "3", there.trust, *mails(there)])
    assert (done.code, names(folder)) == (0, {CONFIGURATION})
    assert "It will watch 2 certificates" in done.out
