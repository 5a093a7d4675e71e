"""The arguments of all commands."""

from pathlib import Path

from monitor.cli import commands
from monitor.cli.arguments import parser
from monitor.cli.commands.options import Parser


def test_every_group_is_added() -> None:
    """A module beside the others is in the list of groups, or is what they share."""
    [folder] = commands.__path__
    modules = {file.stem for file in Path(folder).glob("*.py")} - {"__init__", "options"}
    assert modules == set(commands.GROUPS)


def test_help_names_commands_in_their_order() -> None:
    """The order of the groups is that of the help."""
    shown = parser().format_help()
    positions = [
        shown.index(f"\n    {command} ") for command in ("run", "check", "targets", "demo", "backup")
    ]
    assert positions == sorted(positions)


def test_each_group_adds_what_is_listed() -> None:
    """The list of groups names the commands that each of them adds, in its order."""
    for group, names in commands.GROUPS.items():
        assert _commands(parser(names[0])) == list(names), group
    assert _commands(parser()) == [name for names in commands.GROUPS.values() for name in names]


def _commands(parsed: Parser) -> list[str]:
    [choices] = [action.choices for action in parsed._actions if action.choices]
    return list(choices)
