"""Messages about files that could not be read; also used for folders of reports and trusted CAs."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

NO_CERTIFICATE = plain("no_certificate_in_file", "the file contains no certificate")
NO_PASSPHRASES = plain(
    "no_passphrases", "name the file with the passphrase in passphrases, or with --passphrase-file"
)


@message("file_missing", "{path} does not exist")
def file_missing(*, path: str) -> None: ...


@message("file_denied", "{path} cannot be read: permission denied")
def file_denied(*, path: str) -> None: ...


@message("file_error", "{path} cannot be read: {error}")
def file_error(*, path: str, error: str) -> None: ...


@message("not_a_regular_file", "{path} is not a regular file")
def not_a_regular_file(*, path: str) -> None: ...


@message("file_too_large", "{path} is too large for a certificate file (over {mebibytes} MiB)")
def file_too_large(*, path: str, mebibytes: int) -> None: ...


@message("file_changing", "{path} changed while it was read")
def file_changing(*, path: str) -> None: ...


@message("files_timeout", "not finished within {timeout:seconds}, stopped at {path}")
def files_timeout(*, timeout: timedelta, path: str) -> None: ...


@message("files_hanging", "an earlier probe still waits for {path}: does its disk or share respond?")
def files_hanging(*, path: str) -> None: ...


@message(
    "too_many_entries",
    "more than {most} folder entries for one target, stopped at {path}: split it or exclude folders",
)
def too_many_entries(*, most: int, path: str) -> None: ...


@message(
    "too_many_files",
    "more than {most} files for one target, stopped at {path}: split it or exclude folders",
)
def too_many_files(*, most: int, path: str) -> None: ...


@message("no_certificate_in", "{path} contains no certificate")
def no_certificate_in(*, path: str) -> None: ...


@message("no_certificate_in_because", "{path} contains no certificate: {hint}")
def no_certificate_in_because(*, path: str, hint: Message) -> None: ...


@message("no_certificate_in_files", "none of the {files} files at {paths} contains a certificate")
def no_certificate_in_files(*, files: int, paths: Message) -> None: ...


@message("no_file", "no file at {paths}")
def no_file(*, paths: Message) -> None: ...


@message("certificate_unreadable", "certificate {position} cannot be read: {problem}")
def certificate_unreadable(*, position: int, problem: Message) -> None: ...


@message("crl_unreadable", "CRL {position} cannot be read: {problem}")
def crl_unreadable(*, position: int, problem: Message) -> None: ...
