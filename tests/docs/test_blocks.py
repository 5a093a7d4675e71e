"""Every fenced block of the documentation is checked: configurations load, lists are read, scripts parse."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from monitor.agent.settings import load as load_agent
from monitor.agent.worker_settings import load as load_worker
from monitor.cli.arguments import parser
from monitor.cli.commands.check import FORMATS
from monitor.config import load, plan
from monitor.discovery.groups import parse_groups
from monitor.sources.windows_store import WindowsStoreSettings
from monitor.web_config import read_web_config
from support.folders import DATA, ROOT
from support.pages import Block, blocks, pages
from support.servers.programs import program

PROGRAMS = ("nagios", "icinga", "jenkins", "gitlab", "crontab")
HANDLED = {"yaml", "json", "sh", "powershell", "promql", "text", *PROGRAMS}
MAILS = ROOT / "docs" / "mails.md"
MINIMAL = "\ntargets: [{kind: files, name: any, paths: [any.pem]}]\n"
WEB = [block for block in blocks("yaml") if "basic_auth_users" in block.data]
AGENTS = [block for block in blocks("yaml") if "centers" in block.data]
WORKERS = [block for block in blocks("yaml") if "nats" in block.data]
OURS = [
    block
    for block in blocks("yaml")
    if "scrape_configs" not in block.data and block not in (*WEB, *AGENTS, *WORKERS)
]
LISTS = [block for block in blocks("json") if "targets" in json.loads(block.text)[0]]


def test_every_block_has_a_handling() -> None:
    """Nothing is passed over: commands, the JSON of ``check``, mail and layers have tests of their own."""
    others = [str(block) for block in blocks() if block.language not in HANDLED]
    texts = {block.page for block in blocks("text")}
    answers = {block.page for block in blocks("json") if block not in LISTS}
    assert (others, texts, answers) == (
        [],
        {ROOT / "README.md", ROOT / "ARCHITECTURE.md", MAILS, ROOT / "docs" / "guides" / "windows.md"},
        {ROOT / "docs" / "check.md"},
    )


@pytest.mark.parametrize(("number", "name"), [(0, "alert.en"), (1, "inventory.en")])
def test_examples_of_mails_are_recorded_ones(number: int, name: str) -> None:
    """A page shows the beginning of a mail as it is sent."""
    shown = [block for block in blocks("text") if block.page == MAILS][number]
    recorded = (DATA / "mails" / f"{name}.txt").read_text("utf-8")
    assert recorded.startswith(shown.text.rstrip("\n"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_fences_are_found(page: Path) -> None:
    """Every fence of a page belongs to a block."""
    assert page.read_text("utf-8").count("```") == 2 * sum(block.page == page for block in blocks())


@pytest.mark.parametrize("block", OURS, ids=str)
def test_configuration_loads(block: Block, tmp_path: Path) -> None:
    """A whole configuration has no mistake, and a part of one has none beside a target."""
    if {"kind": "windows_store"} in block.data.get("targets", ()):  # it loads on Windows only
        WindowsStoreSettings.model_validate({"kind": "windows_store"}, context={"platform": "win32"})
        return
    path = tmp_path / "cert-monitor.yaml"
    path.write_text(block.text + ("" if "targets" in block.data else MINIMAL), "utf-8")
    assert plan(load(path), {}).problems == ()


@pytest.mark.parametrize("block", WORKERS, ids=str)
def test_file_of_a_worker_loads(block: Block, tmp_path: Path) -> None:
    """It has no mistake."""
    path = tmp_path / "worker.yaml"
    path.write_text(block.text, "utf-8")
    assert load_worker(path).settings.nats.servers


@pytest.mark.parametrize("block", AGENTS, ids=str)
def test_file_of_an_agent_loads(block: Block, tmp_path: Path) -> None:
    """It has no mistake."""
    path = tmp_path / "agent.yaml"
    path.write_text(block.text, "utf-8")
    assert load_agent(path).settings.zone == "dmz"


@pytest.mark.parametrize("block", WEB, ids=str)
def test_web_configuration_is_read(block: Block, tmp_path: Path) -> None:
    """A web configuration file has no mistake."""
    (tmp_path / "web.yml").write_text(block.text, "utf-8")
    assert read_web_config(tmp_path / "web.yml").names_users


@pytest.mark.parametrize("block", LISTS, ids=str)
def test_list_of_targets_is_read(block: Block) -> None:
    """A list in Prometheus' format has no mistake."""
    assert parse_groups(json.loads(block.text)).errors == ()


@pytest.mark.parametrize("block", blocks(*PROGRAMS), ids=str)
def test_other_programs_use_options_that_exist(block: Block) -> None:
    """The configuration of a program that calls ``check`` names options and forms that there are."""
    assert "cert-monitor" in block.text
    assert set(re.findall("--[a-z-]+", block.text)) <= set(_options())
    assert set(re.findall("--format[ =]+([a-z]+)", block.text)) <= set(FORMATS)


def _options() -> dict[str, object]:
    [commands] = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    options: dict[str, object] = commands["check"]._option_string_actions
    return options


@pytest.mark.parametrize("block", blocks("powershell"), ids=str)
def test_powershell_parses(block: Block) -> None:
    """A script has no mistake of syntax, and says that it is not run."""
    parser = pytest.importorskip("tree_sitter", reason="needs the package tree-sitter")
    language = pytest.importorskip("tree_sitter_powershell", reason="needs tree-sitter-powershell")
    tree = parser.Parser(parser.Language(language.language())).parse(block.text.encode())
    assert (tree.root_node.has_error, block.not_run) == (False, True)


@pytest.mark.system
@pytest.mark.parametrize(
    "block", [one for one in blocks("yaml") if one not in (*OURS, *WEB, *AGENTS, *WORKERS)], ids=str
)
def test_prometheus_accepts_its_configuration(block: Block, tmp_path: Path) -> None:
    """What is meant for Prometheus' own file is right."""
    path = tmp_path / "prometheus.yml"
    path.write_text(block.text, "utf-8")
    promtool("check", "config", str(path))


@pytest.mark.system
@pytest.mark.parametrize("block", blocks("promql"), ids=str)
def test_prometheus_accepts_the_query(block: Block, tmp_path: Path) -> None:
    """A query parses, as the expression of a rule."""
    rule = {"alert": "Documented", "expr": block.text}
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "documented", "rules": [rule]}]}), "utf-8")
    promtool("check", "rules", str(path))


def promtool(*arguments: str) -> None:
    """Run promtool, which must have nothing to complain about."""
    command = [program("promtool", "prometheus"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
