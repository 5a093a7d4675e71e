"""The completion for bash, made from the parser; pure."""

import argparse
from collections.abc import Iterator
from shlex import quote

from packages.linux.commands import Command, walk

_HEAD = """\
# Completion of cert-monitor for bash, made from the parser of its arguments.
_cert_monitor() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" words="" i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
"""
_MIDDLE = """\
                command+=" ${COMP_WORDS[i]}" ;;
        esac
    done
    case "$command $previous" in
"""
_WORDS = """\
        *)
            case "$command" in
"""
_TAIL = """\
            esac ;;
    esac
    # Without words bash completes the names of files.
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _cert_monitor cert-monitor
"""


def bash_completion(parser: argparse.ArgumentParser) -> str:
    """Return the file that bash reads."""
    commands = list(walk(parser))
    known = "|".join(quote(_path(one)) for one in commands[1:])
    values = "".join(line for one in commands for line in _values(one))
    words = "".join(
        f"                {_pattern(one)}) words={quote(' '.join(_words(one)))} ;;\n" for one in commands
    )
    return f"{_HEAD}            {known})\n{_MIDDLE}{values}{_WORDS}{words}{_TAIL}"


def _path(command: Command) -> str:
    """Return the words of a command, each after a space."""
    return "".join(f" {word}" for word in command.words)


def _pattern(command: Command) -> str:
    return quote(_path(command))


def _values(command: Command) -> Iterator[str]:
    """Yield what may follow an option that takes a value: its choices, or names of files."""
    for action in command.arguments:
        if action.option_strings and action.nargs != 0:
            patterns = "|".join(quote(f"{_path(command)} {name}") for name in action.option_strings)
            choices = " ".join(map(str, action.choices or ()))
            yield f"        {patterns}) words={quote(choices)} ;;\n"


def _words(command: Command) -> list[str]:
    options = [name for one in command.arguments for name in one.option_strings if name.startswith("--")]
    choices = [str(word) for one in command.arguments if not one.option_strings for word in one.choices or ()]
    return [*command.groups, *choices, *options, "--help"]
