"""Which files a configuration is made of, where each is, and how the service comes to its secrets.

systemd runs the service as a user that exists only meanwhile, so that files for root alone are handed over by
systemd itself (``LoadCredential=``, systemd.exec(5)). What is no secret anybody may read there.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.cli.service.systemd import unit_is_there
from monitor.cli.setup import checks, files
from monitor.cli.setup.answers import SetupAnswers
from monitor.cli.setup.document import CONFIGURATION, NAMES, SITE_PASSWORD, SMTP_PASSWORD, WEB, document
from monitor.cli.setup.files import NewFile
from monitor.messages import Writer

PACKAGED = Path("/etc/cert-monitor")
"""Where the unit of systemd reads the configuration."""
DROP_IN = Path("/etc/systemd/system/cert-monitor.service.d/setup.conf")

_CREDENTIALS = "/run/credentials/cert-monitor.service"
_STATE = "sqlite:////var/lib/cert-monitor/state.db"
_PAGE_CERTIFICATE, _PAGE_KEY = "page-certificate", "page-key"
"""Both are handed over, since they are renewed together."""

_SECRETS = (SITE_PASSWORD, SMTP_PASSWORD, WEB)


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of the configuration; ``handed_over`` is whether systemd gives the service its secrets."""

    directory: Path
    handed_over: bool = False

    @property
    def configuration(self) -> Path:
        """Return the path of the configuration."""
        return self.directory / CONFIGURATION

    @property
    def store_url(self) -> str:
        """Return the URL of the database: beside the configuration, unless the unit has a folder for it."""
        return _STATE if self.handed_over else "sqlite:///state.db"

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the paths of all files that setup may write."""
        beside = tuple(self.directory / name for name in NAMES)
        return (*beside, DROP_IN) if self.handed_over else beside

    def files(self, answers: SetupAnswers, writer: Writer) -> list[NewFile]:
        """Return all files with their contents, the configuration last."""
        contents = files.public(self._as_handed_over(answers)) | files.secret(answers)
        made = [self._file(name, content) for name, content in contents.items()]
        text = document(answers, writer, self._secret, self.store_url)
        return [*made, *self._drop_in(answers, contents), self._file(CONFIGURATION, text.encode())]

    def _as_handed_over(self, answers: SetupAnswers) -> SetupAnswers:
        """Return the answers with the files of the page where the service finds them."""
        if not (self.handed_over and answers.page_certificate):
            return answers
        certificate, key = (f"{_CREDENTIALS}/{name}" for name in (_PAGE_CERTIFICATE, _PAGE_KEY))
        return replace(answers, page_certificate=certificate, page_key=key)

    def _file(self, name: str, content: bytes) -> NewFile:
        return NewFile(
            self.directory / name, content, world_readable=self.handed_over and name not in _SECRETS
        )

    def _secret(self, name: str) -> tuple[str, str]:
        return "file", f"{_CREDENTIALS}/{name}" if self.handed_over else name

    def _drop_in(self, answers: SetupAnswers, contents: dict[str, bytes]) -> list[NewFile]:
        if not self.handed_over:
            return []
        loaded = [f"{name}:{self.directory / name}" for name in contents if name in _SECRETS]
        page = {_PAGE_CERTIFICATE: answers.page_certificate, _PAGE_KEY: answers.page_key}
        loaded += [f"{name}:{path}" for name, path in page.items() if path]
        # A percent sign begins a specifier in units (systemd.unit(5)).
        credentials = [f"LoadCredential={one.replace('%', '%%')}" for one in loaded]
        lines = ["# Written by cert-monitor setup.", "[Service]", *credentials]
        return [NewFile(DROP_IN, "\n".join([*lines, ""]).encode(), world_readable=True)] if loaded else []


def usable_directory(value: str) -> str:
    """Return the absolute path of a folder for a configuration.

    Raises ``AnswerRefusedError`` where a file of setup exists, or where it cannot write one.
    """
    directory = checks.directory(value)
    files.refuse_existing(layout(Path(directory)).paths)
    files.refuse_unwritable(Path(directory))
    return directory


def layout(directory: Path) -> Layout:
    """Return how a configuration in a folder is laid out on this machine."""
    packaged = directory == PACKAGED and sys.platform != "win32" and unit_is_there()
    return Layout(directory, handed_over=packaged)
