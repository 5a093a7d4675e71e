"""Try the answers before anything is written: load the configuration, ask the site, send a test mail.

The files of a trial are in a private temporary folder. Passwords are not among them: they are in variables
of this process meanwhile.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.cli.setup import files
from monitor.cli.setup.answers import SetupAnswers
from monitor.cli.setup.document import CONFIGURATION, WEB, document
from monitor.config import Config, load
from monitor.messages import Writer

_PREFIX = "CERT_MONITOR_SETUP_"


@contextmanager
def trial(answers: SetupAnswers, writer: Writer) -> Iterator[Config]:
    """Yield the configuration of the answers, whose files exist only inside; raise ``ConfigError``."""
    passwords = {_variable(name): text for name, text in files.passwords(answers).items()}
    with tempfile.TemporaryDirectory(prefix="cert-monitor-setup-") as name, _set(passwords):
        folder = Path(name)
        contents = files.public(answers)
        contents[CONFIGURATION] = document(answers, writer, _secret, "sqlite:///state.db").encode()
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        yield load(folder / CONFIGURATION)


def _secret(name: str) -> tuple[str, str]:
    return ("file", name) if name == WEB else ("env", _variable(name))


def _variable(name: str) -> str:
    return _PREFIX + name.upper().replace("-", "_")


@contextmanager
def _set(variables: dict[str, str]) -> Iterator[None]:
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
