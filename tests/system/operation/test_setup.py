"""From the start of setup to the first true mail: somebody at a terminal, a simulated site, the service."""

import sys
import time
from pathlib import Path

import pytest

from support.servers.daemon.command import COMMAND
from support.servers.daemon.setup_world import World, world
from support.servers.daemon.terminal import on_terminal
from support.servers.programs import free_port, running

LONGEST = 300.0
"""Seconds that it may take a person; the test types at once."""
PASS = 60.0
"""Seconds between two alert passes, the longest that the first mail may wait; here they are a second."""


@pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")
def test_first_mail(tmp_path: Path) -> None:
    """Answer the questions, start the service with the command that setup prints, and read the inventory."""
    with world(tmp_path) as there:
        begun = time.monotonic()
        answered(there, tmp_path / "new")
        config = tmp_path / "new" / "cert-monitor.yaml"
        with config.open("a", encoding="utf-8") as stream:
            stream.write("alerts: {every: 1s}\n")
        with running([*COMMAND, "run", "--config", config]):
            while "Certificates" not in there.post.words:
                assert time.monotonic() - begun + PASS < LONGEST
                time.sleep(0.1)
        inventory = there.post.texts[there.post.words.index("Certificates")]
    assert "Recorder 01" in inventory


def answered(there: World, folder: Path) -> None:
    """Answer all questions at once."""
    page = f"127.0.0.1:{free_port()}"
    answers = {
        "Language of these questions": "",
        "Folder for the configuration": str(folder),
        "What to watch first": "1",
        "Address of the management server": there.site.url,
        "File with the CA that issued": there.trust,
        "Which kind of login": "",
        "User name at the site": "certmon",
        "Password (it is not shown):": there.password,
        "Mail relay": there.relay,
        "How is the connection to the relay": "",
        "Sender of the mails": "certs@vms.example",
        "Recipients of the mails": "admins@vms.example",
        "Time zone of dates": "",
        "Address of the web page": page,
        "Address by which people": "",
        "Install and start the service": "no",
    }
    with on_terminal("setup") as asked:
        for question, answer in answers.items():
            asked.answer(question, answer)
        code, last = asked.end()
    assert (code, "cert-monitor run --config" in " ".join(last.split())) == (0, True)
