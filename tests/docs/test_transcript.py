"""What a guide shows of setup is what a person sees on a terminal who answers as it says."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from support.folders import ROOT
from support.pages import blocks
from support.servers.daemon.setup_world import World, world
from support.servers.daemon.terminal import on_terminal

GUIDE = ROOT / "docs" / "guides" / "windows.md"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the simulated site needs 127.0.0.2 and more")


def answers(there: World) -> dict[str, str]:
    """Return what is typed behind the end of each question, in their order."""
    return {
        "and of the mails (en, pt_BR) [en]:": "",
        "1-3 [site]:": "",
        "https://vms01.vms.example:": there.site.url,
        "(empty: there is none):": there.trust,
        "1-2 [basic]:": "",
        "User name at the site:": "certmon",
        "Password (it is not shown):": there.password,
        "nobody is sent mails):": there.relay,
        "1-3 [none]:": "",
        "such as certs@vms.example:": "certs@vms.example",
        "separated by commas:": "admins@vms.example",
        "Time zone of dates in mails, such as Europe/Lisbon": "Europe/Lisbon",
        "certificate [loopback]:": "",
        "(empty: no links):": "",
        "(yes/no) [yes]:": "no",
    }


def plain(text: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a text with other names, without white space and numbers.

    A terminal wraps lines, and sites differ in size.
    """
    text = re.sub(r"\s", "", text)
    for own, documented in names.items():
        text = text.replace(own, documented)
    return re.sub(r"\d+", "", text)


def test_setup_looks_as_it_is_shown(tmp_path: Path) -> None:
    """Each line is shown, in this order; ``...`` leaves out lines."""
    [shown] = [block.text for block in blocks("text") if block.page == GUIDE]
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world") as there:
        with on_terminal("setup", "--directory", str(tmp_path / "new")) as terminal:
            for question, answer in answers(there).items():
                terminal.answer(question, answer)
            assert terminal.end()[0] == 0
        names = {
            there.trust: r"C:\install\vms-ca.cer",
            there.relay: "relay.vms.example",
            there.site.url: "https://vms01.vms.example",
            there.site.url.removeprefix("https://"): "vms01.vms.example",
        }
    seen, missing = plain(terminal.shown, names), []
    for line in (one for one in shown.splitlines() if one != "..."):
        _, found, rest = seen.partition(plain(line))
        seen = rest if found else seen
        missing += [] if found else [line]
    assert missing == []
