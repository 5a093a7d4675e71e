"""What commands read of a daemon's configuration without reading the whole: the same, or nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli.daemon.sections import daemon_sections, quick_sections
from monitor.config import load
from monitor.documents import read_sections
from monitor.errors import ConfigError
from monitor.state_folder import state_folder

TARGETS = "targets:\n- {kind: endpoint, address: 'a.example:443'}\n"

READ = {
    "nothing": TARGETS,
    "both": f"web: {{listen: '127.0.0.1:1'}}\n{TARGETS}store:\n  url: sqlite:///here.db\n",
    "in lines": f"# first\n---\nweb:\n  # where\n  listen:   '[::1]:99'\n\n  config_file: ~/w.yml\n{TARGETS}",
    "relative": f"{TARGETS}web: {{config_file: sub/../web.yml}}",
    "absolute": f"{TARGETS}store: {{url: 'sqlite:////srv/x.db'}}\nweb: {{listen: '0.0.0.0:9', access: open}}",
    "CR LF": "web:\r\n  listen: 'localhost:12'\r\ntargets: []\r\n",
    "lists at the left": "targets:\n- kind: endpoint\n  address: a.example\nweb:\n  listen: localhost:1\n",
    "over several lines": "targets: [\n  {kind: endpoint, address: a.de}\n]\nweb: {listen: 'localhost:1'}\n",
    "spaces": "web: {listen: ' 127.0.0.1:1 '}\n",
}
"""What can be known from the sections alone."""

WHOLE = {
    "JSON": '{"web": {"listen": "127.0.0.1:1"}}',
    "flow": "{web: {listen: 'localhost:1'}}",
    "an included file": "include: [more.yaml]\ntargets: []\n",
    "an anchor above": "log: {level: &x info}\nweb: {listen: 'localhost:1', config_file: *x}\n",
    "quoted key": "'web': {listen: 'localhost:2'}\n",
    "empty section": "web:\ntargets: []\n",
    "no text": "web: {listen: 9850}\n",
    "no address": "web: {listen: nonsense}\n",
    "no database": "store: {url: 'postgresql://x'}\n",
    "twice": "web: {listen: 'localhost:1'}\nweb: {listen: 'localhost:2'}\n",
    "a key twice": "web: {listen: 'localhost:1', listen: 'localhost:2'}\n",
    "no YAML": "web: {listen: ]\n",
    "another text": "just text\nweb: {listen: 'localhost:1'}\n",
    "another document": "web: {listen: 'localhost:1'}\n--- x\n",
}
"""What the whole configuration must be read for."""


def written(folder: Path, text: str) -> Path:
    """Return a configuration with this text, beside a file to include."""
    (folder / "more.yaml").write_text("web: {listen: 'localhost:7'}\n")
    path = folder / "monitor.yaml"
    path.write_bytes(text.encode())
    return path


def as_loaded(path: Path) -> tuple[object, ...]:
    """Return the same of the whole configuration."""
    whole = load(path)
    file = whole.web.config_file
    return whole.web.address, Path(file) if file else None, state_folder(whole.store.url)


def said(read: Callable[[Path], tuple[object, ...]], path: Path) -> object:
    """Return what is read, or the text of the error."""
    try:
        return read(path)
    except ConfigError as error:
        return str(error)


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_sections_alone(text: str, tmp_path: Path) -> None:
    """They say what the whole configuration says."""
    path = written(tmp_path, text)
    assert quick_sections(path) == as_loaded(path)


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_whole_configuration(text: str, tmp_path: Path) -> None:
    """Anything else is left to the whole: what it says, or its mistakes."""
    path = written(tmp_path, text)
    assert quick_sections(path) is None
    assert said(daemon_sections, path) == said(as_loaded, path)


def test_an_included_file_beside_both_sections(tmp_path: Path) -> None:
    """A section can be in one file only, so that others need not be read."""
    path = written(tmp_path, "include: [nowhere.yaml]\nweb: {listen: 'h:1'}\nstore: {url: 'sqlite:///x'}\n")
    found = quick_sections(path)
    assert found is not None
    assert (found.listen, found.folder) == (("h", 1), tmp_path)


def test_a_mistake_elsewhere_is_left_to_the_daemon(tmp_path: Path) -> None:
    """A command that asks the daemon works while somebody edits the targets."""
    path = written(tmp_path, "web: {listen: 'h:1'}\ntargets: [{kind: nonsense}\n")
    assert daemon_sections(path).listen == ("h", 1)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is said as for every command."""
    with pytest.raises(ConfigError, match="the file does not exist"):
        daemon_sections(tmp_path / "nowhere.yaml")


def test_sections_that_are_not_asked_for_are_not_parsed(tmp_path: Path) -> None:
    """Only what is asked for is returned."""
    path = written(tmp_path, "a: 1\nb: [\nc: {d: 2}\n")
    assert read_sections(path, ("c",)) == {"c": {"d": 2}}
    assert read_sections(path, ("x",)) == {}
