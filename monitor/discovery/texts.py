"""Messages about target lists that could not be fetched or read."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

LOGIN_LATE = plain("list_login_late", "the trusted CAs or the login could not be read in time")
NAME_NOT_FOUND = plain("dns_name_not_found", "the name does not exist")
NO_USABLE_ANSWER = plain("dns_no_usable_answer", "no name server gave a usable answer")
NO_NAME_SERVERS = plain("dns_no_name_servers", "this machine has no name servers configured")


@message("dns_no_record", "the name has no {kind} record")
def no_record(*, kind: str) -> None: ...


@message("dns_no_answer", "no answer within {timeout:seconds}")
def no_dns_answer(*, timeout: timedelta) -> None: ...


@message("lookup_failed", "the lookup of {name} failed: {problem}")
def lookup_failed(*, name: str, problem: Message) -> None: ...


@message("network_unreachable", "{network} cannot be searched: {problem}")
def network_not_searched(*, network: str, problem: Message) -> None: ...


@message("lists_timeout", "the files {paths} could not be read within {timeout:seconds}")
def lists_timeout(*, paths: Message, timeout: timedelta) -> None: ...


@message("list_file_missing", "{path} does not exist")
def file_missing(*, path: str) -> None: ...


@message("list_file_error", "{path} cannot be read: {error}")
def file_error(*, path: str, error: str) -> None: ...


@message("list_wrong_entries", "{problems}")
def wrong_entries(*, problems: str) -> None: ...


@message("folder_timeout", "{path} could not be listed within {timeout:seconds}")
def folder_timeout(*, path: str, timeout: timedelta) -> None: ...


@message("folder_too_many_entries", "{path} has more than {most} entries: is it the right folder?")
def folder_too_many_entries(*, path: str, most: int) -> None: ...


@message("folder_too_many_reports", "{path} has more than {most} reports: split it")
def folder_too_many_reports(*, path: str, most: int) -> None: ...


@message("list_not_utf8", "{server} sent a list that is not UTF-8")
def not_utf8(*, server: str) -> None: ...


@message("list_not_json", "{server} sent a list that is not JSON")
def not_json(*, server: str) -> None: ...


@message("list_not_json_at", "{server} sent a list that is not JSON: {error} in line {line}, column {column}")
def not_json_at(*, server: str, error: str, line: int, column: int) -> None: ...


@message("list_not_groups", "{server} sent JSON that is not a list of groups")
def not_groups(*, server: str) -> None: ...


@message("list_entries", "{server} sent wrong entries: {problems}")
def entries_wrong(*, server: str, problems: str) -> None: ...


@message("list_content_type", "{server} sent content of type {content_type}; a list is application/json")
def content_type(*, server: str, content_type: str) -> None: ...


@message("list_login_unsendable", "the login for {server} contains a character that HTTP does not allow")
def login_unsendable(*, server: str) -> None: ...


@message("list_login_refused", "{server} refused the login (HTTP {status})")
def login_refused(*, server: str, status: int) -> None: ...


@message(
    "list_untrusted",
    "{problem}. Nothing was sent. If it is the right server, add the CA of its certificate to trust; if the "
    "certificate is for another name, use that name in url",
)
def untrusted(*, problem: Message) -> None: ...


@message("list_not_tls", "{server} does not speak TLS; nothing was sent")
def not_tls(*, server: str) -> None: ...
