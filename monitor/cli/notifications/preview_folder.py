"""The folder of a preview, with a list of its files: a later preview replaces these and no others."""

import email
import email.policy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.errors import SystemBrokenError, UsageError

LIST = "preview.json"


class PreviewFolder:
    """A folder that is new, empty, or has what a preview wrote before; nothing else is touched."""

    def __init__(self, path: Path) -> None:
        """Take the folder; raise ``UsageError`` where it has files of others alone."""
        self._path = path
        try:
            self._old = self._listed()
        except OSError as error:
            raise SystemBrokenError(f"{path} cannot be read: {error.strerror or error}") from None

    def write(self, files: Mapping[str, bytes], listed: object) -> None:
        """Replace what the last preview wrote.

        Raises ``UsageError`` before that where a file of somebody else is in the way.
        """
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            for name in files:
                if name not in self._old and (self._path / name).exists():
                    raise UsageError(
                        f"{self._path / name} was not written by a preview: choose another folder"
                    )
            for name in self._old:
                (self._path / name).unlink(missing_ok=True)
            text = json.dumps({"files": sorted(files), "notifications": listed}, indent=2, ensure_ascii=False)
            (self._path / LIST).write_text(f"{text}\n", "utf-8")
            for name, content in files.items():
                (self._path / name).write_bytes(content)
        except OSError as error:
            raise SystemBrokenError(f"{self._path} cannot be written: {error.strerror or error}") from None

    def _listed(self) -> frozenset[str]:
        """Return the names of the files that the last preview wrote."""
        if self._path.exists() and not self._path.is_dir():
            raise UsageError(f"{self._path} is no folder")
        if not self._path.exists() or not any(self._path.iterdir()):
            return frozenset()
        try:
            known: Any = json.loads((self._path / LIST).read_text("utf-8"))["files"]
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            raise UsageError(f"{self._path} has files that no preview wrote: choose another folder") from None
        # Only names: what somebody wrote into the list must not lead out of the folder.
        return frozenset(name for name in known if isinstance(name, str) and Path(name).name == name)


def mail_files(name: str, mail: bytes) -> dict[str, bytes]:
    """Return the files of a mail: as it is sent, its plain text and, where it has one, its HTML form."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    files = {f"{name}.eml": mail}
    for kind, end in (("plain", "txt"), ("html", "html")):
        body = message.get_body((kind,))
        if body is not None:
            files[f"{name}.{end}"] = body.get_content().replace("\r\n", "\n").encode()
    return files


def subject_of(mail: bytes) -> str:
    """Return the subject of a mail."""
    return str(email.message_from_bytes(mail, policy=email.policy.default)["Subject"]).strip()
