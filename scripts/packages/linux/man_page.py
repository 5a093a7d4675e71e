"""The page ``cert-monitor(1)`` in the macros of man(7), made from the parser; pure."""

import argparse
import re
from collections.abc import Iterator
from datetime import date

from packages.linux.commands import Command, walk

_FILES = (
    ("/etc/cert-monitor/cert-monitor.yaml", "The configuration that the service reads."),
    ("/var/lib/cert-monitor", "The database, and the token by which commands reach the service."),
    (
        "/etc/cert-monitor/agent.yaml",
        "The file of the agent of a zone, which cert-monitor-agent.service reads.",
    ),
    ("/var/lib/cert-monitor-agent", "The spool of that agent."),
)
_EXITS = (
    ("0", "Done; for check: everything is in order."),
    ("1", "An error of this machine, or no answer from the service; for check: a warning."),
    ("2", "A mistake in the configuration or in the arguments; for check: critical."),
    ("3", "For check: a target could not be probed, or the command was used wrongly."),
)


def man_page(parser: argparse.ArgumentParser, version: str, day: date) -> str:
    """Return the page."""
    return "\n".join(_lines(parser, version, day)) + "\n"


def _lines(parser: argparse.ArgumentParser, version: str, day: date) -> Iterator[str]:
    root, *commands = walk(parser)
    yield f'.TH CERT\\-MONITOR 1 "{day}" "cert\\-monitor {_text(version)}" "User Commands"'
    # No hyphens in words, and no stretched lines.
    yield from (".nh", ".ad l")
    yield from (".SH NAME", "cert\\-monitor \\- watch certificates and warn before they expire")
    yield from (".SH SYNOPSIS", ".B cert\\-monitor", ".I COMMAND", ".RI [ OPTIONS ]")
    yield from (".SH DESCRIPTION", _text(parser.description or ""))
    yield from (".SH OPTIONS", *_arguments(root))
    yield ".SH COMMANDS"
    for command in commands:
        yield from _command(command)
    yield from (".SH EXIT STATUS", *_list(_EXITS))
    yield from (".SH FILES", *_list(_FILES))
    yield from (".SH EXAMPLES", ".nf", *map(_text, _examples(parser)), ".fi")
    yield from (".SH SEE ALSO", ".BR systemd (1),", ".BR journalctl (1),", ".BR openssl (1)")


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_text(' '.join(('cert-monitor', *command.words)))}"
    yield _text(command.parser.description or f"{command.help[:1].upper()}{command.help[1:]}.")
    yield from _arguments(command)


def _arguments(command: Command) -> Iterator[str]:
    for action in command.arguments:
        yield ".TP"
        yield _named(command, action)
        yield _text(command.explain(action)) or "\\&"


def _named(command: Command, action: argparse.Action) -> str:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
    value = _text(_value(command, action))
    return f"{names} \\fI{value}\\fR".strip() if value else names


def _value(command: Command, action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    formatter = command.parser._get_formatter()  # noqa: SLF001 - argparse shows it in no other way
    default = action.dest.upper() if action.option_strings else action.dest
    return formatter._format_args(action, default)  # noqa: SLF001 - the same


def _list(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f"\\fB{_text(name)}\\fR", _text(text))


def _examples(parser: argparse.ArgumentParser) -> list[str]:
    """Return the commands at the end of the help."""
    return [line.strip() for line in (parser.epilog or "").splitlines() if line.startswith(" ")]


def _text(text: str) -> str:
    """Return a text for a line of the page: one line that is no request, with hyphens that can be copied."""
    escaped = re.sub(r"\s+", " ", text).strip().replace("\\", "\\(rs").replace("-", "\\-")
    escaped = escaped.replace("'", "\\(aq").replace('"', "\\(dq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
