"""Write the configuration and its secret files: for the service and administrators alone, over nothing."""

import os
import ssl
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.cli.service.definition import MONITOR
from monitor.cli.service.file_rights import make_restricted_folder, write_restricted
from monitor.cli.service.file_tree import take_folder
from monitor.cli.service.paths import data_folder
from monitor.cli.setup import checks, refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError, Basis, SetupAnswers
from monitor.cli.setup.document import (
    PINNED,
    SITE_PASSWORD,
    SMTP_CA,
    SMTP_PASSWORD,
    TRUSTED,
    WEB,
    quoted,
)
from monitor.secrets import Secret
from monitor.web_config import hashed, with_user

_READABLE, _LISTED = 0o644, 0o755


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write, by default for the service and administrators alone."""

    path: Path
    content: bytes
    world_readable: bool = False


def refuse_existing(paths: Iterable[Path]) -> None:
    """Raise ``AnswerRefusedError`` where one of these files exists."""
    for path in paths:
        if os.path.lexists(path):
            raise AnswerRefusedError(refusal_texts.exists(path=str(path)))


def refuse_unwritable(folder: Path) -> None:
    """Raise ``AnswerRefusedError`` where it is certain that nothing can be written into a folder."""
    if sys.platform == "win32" and folder == data_folder(MONITOR):
        from monitor.cli.service.windows_security import is_administrator  # noqa: PLC0415 - not elsewhere

        if not is_administrator():
            raise AnswerRefusedError(refusal_texts.NO_ADMINISTRATOR)
    there = _nearest(folder)
    if not os.path.isdir(there):  # noqa: PTH112 - pathlib raises for what is in a closed folder
        raise AnswerRefusedError(refusal_texts.no_folder(path=str(there)))
    if not os.access(there, os.W_OK | os.X_OK):
        raise AnswerRefusedError(refusal_texts.no_right(path=str(there)))


def _nearest(folder: Path) -> Path:
    """Return a folder or the first above it that can be seen, the drive where none can."""
    seen = (one for one in (folder, *folder.parents) if os.path.exists(one))  # noqa: PTH110 - the same
    return next(seen, Path(folder.anchor))


def public(answers: SetupAnswers) -> dict[str, bytes]:
    """Return the files without passwords: certificates, and users of the page with hashes."""
    found: dict[str, bytes] = {}
    if answers.trusted.ders:
        name = PINNED if answers.trusted.basis is Basis.PINNED else TRUSTED
        found[name] = _pem(answers.trusted.ders)
    if answers.smtp_ca:
        found[SMTP_CA] = _pem(checks.ders_in(Path(answers.smtp_ca)))
    if answers.guarded and answers.page_password:
        found[WEB] = _web(answers, answers.page_password).encode()
    return found


def secret(answers: SetupAnswers) -> dict[str, bytes]:
    """Return the files with passwords."""
    return {name: f"{text}\n".encode() for name, text in passwords(answers).items()}


def passwords(answers: SetupAnswers) -> dict[str, str]:
    """Return the passwords by the names of their files."""
    given = {SITE_PASSWORD: answers.password, SMTP_PASSWORD: answers.smtp_password}
    return {name: secret.reveal() for name, secret in given.items() if secret}


def write(directory: Path, new: Sequence[NewFile]) -> None:
    """Write files, all or none; raise ``OSError``, ``FileExistsError`` for one that exists."""
    written: list[Path] = []
    try:
        _make_folder(directory, readable=any(one.world_readable for one in new))
        for one in new:
            _write(one)
            written.append(one.path)
    except BaseException:
        remove(written)
        raise


def _write(one: NewFile) -> None:
    """Write a file; where that fails, none is left."""
    if not one.world_readable:
        write_restricted(one.path, one.content, MONITOR)
        return
    one.path.parent.mkdir(parents=True, exist_ok=True)
    with one.path.open("xb") as stream:
        try:
            stream.write(one.content)
            one.path.chmod(_READABLE)
        except BaseException:
            one.path.unlink()
            raise


def _make_folder(directory: Path, *, readable: bool) -> None:
    """Make the folder; one that is there stays as it is, but for the one that anybody can make on Windows."""
    if sys.platform == "win32" and directory == data_folder(MONITOR):
        take_folder(directory, MONITOR)
    elif not directory.exists() and readable:
        directory.mkdir(parents=True)
        directory.chmod(_LISTED)
    elif not directory.exists():
        make_restricted_folder(directory, MONITOR)


def remove(paths: Sequence[Path]) -> None:
    """Remove files that were written."""
    for path in paths:
        path.unlink(missing_ok=True)


def _web(answers: SetupAnswers, password: Secret) -> str:
    certificate, key = quoted(answers.page_certificate), quoted(answers.page_key)
    section = f"tls_server_config:\n  cert_file: {certificate}\n  key_file: {key}\n"
    return with_user(section, answers.page_user, hashed(password.reveal()))


def _pem(ders: Sequence[bytes]) -> bytes:
    return "".join(map(ssl.DER_cert_to_PEM_cert, ders)).encode()
