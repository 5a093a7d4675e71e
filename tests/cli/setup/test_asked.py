"""``cert-monitor setup`` on a terminal: wrong answers are asked again, and stopping leaves nothing."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.setup.document import CONFIGURATION
from monitor.config import load, online_problems
from support.pki import TODAY, leaf
from support.servers.daemon.setup_world import DAY, World, world
from support.servers.daemon.terminal import Terminal, on_terminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")
PAGE_PASSWORD = "s3cret of the page"
FOLDER, ADDRESS = "Folder for the configuration", "Address of the management server"
FILE, KIND, USER = "File with the CA that issued", "Which kind of login", "User name at the site"
PASSWORD, RELAY, SECURITY = "Password (it is not shown):", "Mail relay", "How is the connection to the relay"
SENDER, RECIPIENTS, ZONE = "Sender of the mails", "Recipients of the mails", "Time zone of dates"
PAGE, EXTERNAL, START = "Address of the web page", "Address by which people", "Install and start the service"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a site, a host and a relay."""
    with world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(autouse=True)
def _healthy(there: World) -> Iterator[None]:
    yield
    there.post.refuse = ""
    there.site.login.failed = there.site.login.attempts = 0


def page_files(there: World, folder: Path) -> tuple[str, str]:
    """Write the certificate of the page and its key; return their paths."""
    issued = leaf("certs.vms.example", there.ca, end=TODAY + 300 * DAY)
    (folder / "page.crt").write_bytes(issued.pem)
    (folder / "page.key").write_bytes(issued.key_pem)
    return str(folder / "page.crt"), str(folder / "page.key")


def wrong_once(there: World, asked: Terminal, tmp_path: Path) -> list[str]:
    """Answer everything wrong once; return why each answer was refused."""
    certificate, key = page_files(there, tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / CONFIGURATION).write_text("mine", "utf-8")
    said = [
        asked.answer("Language of these questions", "xx", ""),
        asked.answer(FOLDER, str(tmp_path / "old"), str(tmp_path / "new")),
        asked.answer("What to watch first", "4", "1"),
        asked.answer(ADDRESS, "http://vms01.vms.example", "127.0.0.1:1", there.site.url),
        asked.answer(FILE, "/no/such/file", there.trust),
        asked.answer(KIND, "kerberos", ""),
        asked.answer(USER, "", "certmon"),
        asked.answer(PASSWORD, "wrong"),
        asked.answer(KIND, "basic"),
        asked.answer(USER, ""),
        asked.answer(PASSWORD, there.password),
    ]
    there.post.refuse = "550 5.1.1 nobody of this name"
    said += [
        asked.answer(RELAY, "a b", there.relay),
        asked.answer(SECURITY, "ssl", ""),
        asked.answer(SENDER, "nobody", "certs@vms.example"),
        asked.answer(RECIPIENTS, "a@b.example, a@b.example", "admins@vms.example"),
        asked.answer(ZONE, "Mars/Base", "Europe/Lisbon"),
        asked.answer("Keep these settings", "perhaps", "no"),
    ]
    there.post.refuse = ""
    for question in (RELAY, SECURITY, SENDER, RECIPIENTS, ZONE):
        said.append(asked.answer(question, ""))
    return [
        *said,
        asked.answer(PAGE, "everywhere", "0.0.0.0:9850"),
        asked.answer("User of the page", "a:b", "alice"),
        asked.answer("Password of this user (it is not shown):", "", PAGE_PASSWORD),
        asked.answer("File with the page's certificate", "/no/such/file", certificate),
        asked.answer("File with the private key", "/no/such/file", key),
        asked.answer(EXTERNAL, "https://certs.vms.example/path", "https://certs.vms.example"),
        asked.answer(START, "maybe", "no"),
    ]


REASONS = (
    "one of en and pt_BR",
    "overwrites nothing",
    "one of site, target, and folder",
    "https://HOST or https://HOST:PORT",
    "shows no certificate: connection refused",
    "/no/such/file cannot be read",
    "one of basic and windows",
    "this needs an answer",
    "the site refused this login",
    "It will watch ",
    "write HOST or HOST:PORT",
    "one of none, starttls, and tls",
    "is not a mail address",
    "a@b.example is named twice",
    "no such time zone",
    "the test mail was not accepted",
    "please answer yes or no",
    "then once more",
    "The test mail was accepted",
    "write loopback, or an address",
    "1 to 100 printable characters",
    "an address such as https://certs.vms.example, without a path",
)
"""What is said after the wrong answers, and in between, in this order."""


def test_each_answer_is_wrong_once(there: World, tmp_path: Path) -> None:
    """Every wrong answer is asked again with the reason, and what is written is valid and has no password."""
    with on_terminal("setup") as asked:
        wrong_once(there, asked, tmp_path)
        code, last = asked.end()
        shown = " ".join(asked.shown.split())
    folder = tmp_path / "new"
    places = [shown.find(reason) for reason in REASONS]
    assert (code, [one for one, place in zip(REASONS, places, strict=True) if place < 0]) == (0, [])
    assert places == sorted(places)
    hint = "Read on Hardware; only XProtect Corporate has such roles"
    assert 0 < shown.find(hint) < shown.find(KIND)
    assert "Start it with: cert-monitor run" in " ".join(last.split())
    config = load(folder / CONFIGURATION)
    assert (online_problems(config), config.web.operators) == ((), ("alice",))
    text = (folder / CONFIGURATION).read_text("utf-8") + (folder / "web.yml").read_text("utf-8") + asked.shown
    assert there.password not in text
    assert PAGE_PASSWORD not in text
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert (tmp_path / "old" / CONFIGURATION).read_text("utf-8") == "mine"


def test_stopped(there: World, tmp_path: Path) -> None:
    """Ctrl-C while a password is typed: exit code 130, a line that says so, and no file."""
    with on_terminal("setup", "--directory", str(tmp_path / "new"), "--trust", there.trust) as asked:
        for question in ("Language of these questions", "What to watch first"):
            asked.answer(question, "")
        asked.answer(ADDRESS, there.site.url)
        asked.answer(KIND, "")
        asked.answer(USER, "certmon")
        asked.read(PASSWORD)
        asked.type("half a pass\x03")
        code, last = asked.end()
    assert (code, "nothing was written" in last, "half" in asked.shown) == (130, True, False)
    assert not (tmp_path / "new").exists()
