"""Configurations for tests of commands: a good one, a bad one, and that of a daemon."""

from pathlib import Path

GOOD = "targets: [{kind: files, name: web, paths: [web/]}]\n"
BAD = "targets: [{kind: files, nme: web, paths: []}]\nunknown: 1\n"


def write(folder: Path, text: str) -> Path:
    """Write a configuration."""
    path = folder / "monitor.yaml"
    path.write_text(text)
    return path


def daemon_text(port: int | str) -> str:
    """Return the configuration of a daemon."""
    return GOOD + f'web: {{listen: "127.0.0.1:{port}"}}\nstore: {{url: "sqlite:///state.db"}}\n'
