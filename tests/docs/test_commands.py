"""The commands of the documentation do their job, against the servers and files that it names."""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from monitor.cli.arguments import parser
from monitor.errors import UsageError
from support.folders import ROOT
from support.pages import Block, blocks, pages, prose
from support.servers.command import COMMAND
from support.servers.documented import Documented, documented
from support.servers.programs import running

README, CHECK = ROOT / "README.md", ROOT / "docs" / "check.md"
SHELL = blocks("sh")
LINES = [(block, line) for block in SHELL for line in block.commands if line.startswith("cert-monitor ")]
DAEMON = {line for _, line in LINES if line.startswith("cert-monitor run ")}
RUN = {line: str(block) for block, line in reversed(LINES) if not block.not_run and line not in DAEMON}
"""Each command once, with the first page that shows it."""

SPANS = {span: page.name for page in pages() for span in re.findall(r"`(cert-monitor [^`]+)`", prose(page))}
DIGITS = re.compile(r"\d+|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")


def only(page: object, language: str) -> str:
    """Return the text of the one block of a language on a page."""
    [text] = [block.text for block in blocks(language) if block.page == page]
    return text


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documented]:
    """Serve what the pages name, and run the daemon as the README does."""
    with documented(tmp_path_factory.mktemp("documented")) as made:
        made.configure(only(README, "yaml"))
        [line] = DAEMON
        with running([*COMMAND, *shlex.split(made.translated(line))[1:]]) as process:
            _await_mail(made, process)
            yield made


def _await_mail(made: Documented, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while not made.post.mails and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert made.post.mails, "the daemon sent no inventory"


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_what_is_not_run_is_marked(block: Block) -> None:
    """A block with commands of other programs says that it is not run, and why."""
    assert block.not_run or all(line.startswith("cert-monitor ") for line in block.commands)


@pytest.mark.parametrize(("command", "page"), [(line, str(block)) for block, line in LINES])
def test_command_exists(command: str, page: str) -> None:
    """The program takes every command that is shown, whether it is run here or not."""
    assert parser().parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize(("command", "page"), SPANS.items())
def test_command_in_a_sentence_exists(command: str, page: str) -> None:
    """The program takes what a sentence calls a command, though the sentence may leave out what it needs."""
    said = ""
    try:
        parser().parse_args(shlex.split(command)[1:])
    except SystemExit as end:
        said = "" if end.code == 0 else str(end)  # --help
    except UsageError as error:
        said = "" if "required: " in str(error) else str(error)
    assert said == ""


@linux
@pytest.mark.parametrize(("command", "page"), RUN.items())
def test_command_runs(there: Documented, command: str, page: str) -> None:
    """It does its job: ``check`` may find something worth a warning, everything else exits with 0."""
    done = there.run(command)
    assert done.code in ({0, 1} if command.startswith("cert-monitor check") else {0}), done.out + done.err


@linux
def test_readme_shows_its_mail(there: Documented) -> None:
    """The README's configuration gives the mail that it shows, numbers apart; ``...`` leaves out lines."""
    mail = there.post.mails[0]
    body = mail.get_body(("plain",))
    assert body is not None
    sent = f"Subject: {mail['Subject']}\n\n{there.documented(body.get_content())}"
    lines = iter(DIGITS.sub("0", sent).splitlines())
    shown = DIGITS.sub("0", only(README, "text")).splitlines()
    assert [line for line in shown if line != "..." and line not in lines] == []


@linux
def test_json_of_check_has_the_shape_that_is_shown(there: Documented) -> None:
    """Every key of the example is there, and no other."""
    done = there.run("cert-monitor check recorder01.vms.example:7563 --trust vms-ca.cer --format json")
    [shown], [printed] = json.loads(only(CHECK, "json")), done.elements
    assert (shown.keys(), shown["certificates"][0].keys()) == (
        printed.keys(),
        printed["certificates"][0].keys(),
    )
