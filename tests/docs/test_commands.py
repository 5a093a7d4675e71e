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
from support.servers.daemon.command import COMMAND
from support.servers.daemon.documented import Documented, documented
from support.servers.helm import helm
from support.servers.programs import program, running

README, CHECK = ROOT / "README.md", ROOT / "docs" / "check.md"
SHELL = blocks("sh")
LINES = [(block, line) for block in SHELL for line in block.commands if line.startswith("cert-monitor ")]
ON_WINDOWS = {
    found[1]: str(block)
    for block in blocks("powershell")
    for line in block.text.replace("`\n", " ").splitlines()
    if (found := re.match(r"(?:& '.*\\|\S*\\|)cert-monitor(?:\.exe')? (.+)", line))
}
"""The arguments of each command in PowerShell."""

DAEMON = {line for _, line in LINES if line.startswith("cert-monitor run ")}
RUN = {line: str(block) for block, line in reversed(LINES) if not block.not_run and line not in DAEMON}
"""Each command once, with the first page that shows it."""

PACKAGES = {
    "curl": "curl",
    "promtool": "prometheus",
    "amtool": "prometheus-alertmanager",
    "helm": "scripts/helm",
}
"""Other programs of which commands are run, and what brings each."""
OTHERS = {
    line: str(block)
    for block in reversed(SHELL)
    for line in block.commands
    if not block.not_run and line.split()[0] in PACKAGES
}

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
    """A block with commands of programs that are not run here says so, and why."""
    assert block.not_run or {line.split()[0] for line in block.commands} <= {"cert-monitor", *PACKAGES}


@pytest.mark.parametrize(("command", "page"), [(line, str(block)) for block, line in LINES])
def test_command_exists(command: str, page: str) -> None:
    """The program takes every command that is shown, whether it is run here or not."""
    assert parser().parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize(("arguments", "page"), ON_WINDOWS.items())
def test_command_in_powershell_exists(arguments: str, page: str) -> None:
    """The program takes the command."""
    assert parser().parse_args(shlex.split(arguments.replace("\\", "/")))


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


@pytest.mark.system
@linux
@pytest.mark.parametrize(("command", "page"), OTHERS.items())
def test_command_of_another_program_runs(there: Documented, command: str, page: str) -> None:
    """It succeeds, in the folder of the project."""
    name, *arguments = shlex.split(there.translated(command))
    arguments = [str(ROOT / one) if one.startswith("deploy/") else one for one in arguments]
    if name == "helm":
        code, out, wrong = helm(*arguments)
    else:
        command_line = [program(name, PACKAGES[name]), *arguments]
        done = subprocess.run(command_line, capture_output=True, text=True, timeout=60, check=False)
        code, out, wrong = done.returncode, done.stdout, done.stderr
    assert code == 0, out + wrong


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
