"""The commands of a parser with their options, as data."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command with the words that lead to it: ``("silence", "create")``."""

    words: tuple[str, ...]
    help: str
    parser: argparse.ArgumentParser

    @property
    def groups(self) -> dict[str, argparse.ArgumentParser]:
        """Return the commands below it."""
        found = _subparsers(self.parser)
        return dict(found.choices) if found else {}

    @property
    def arguments(self) -> list[argparse.Action]:
        """Return the options and positional arguments that are shown to people."""
        hidden = (argparse._SubParsersAction, argparse._HelpAction)  # noqa: SLF001 - argparse shows them in no other way
        actions = self.parser._actions  # noqa: SLF001 - the same
        return [one for one in actions if not isinstance(one, hidden) and one.help != argparse.SUPPRESS]

    def explain(self, action: argparse.Action) -> str:
        """Return the help of an argument with its values filled in."""
        return self.parser._get_formatter()._expand_help(action) if action.help else ""  # noqa: SLF001 - the same


def walk(parser: argparse.ArgumentParser, words: tuple[str, ...] = (), text: str = "") -> Iterator[Command]:
    """Yield a parser's command, then those below it, each before its own."""
    command = Command(words, text, parser)
    yield command
    found = _subparsers(parser)
    helps = {one.dest: one.help or "" for one in found._choices_actions} if found else {}  # noqa: SLF001 - the same
    for name, inner in command.groups.items():
        yield from walk(inner, (*words, name), helps.get(name, ""))


def _subparsers(
    parser: argparse.ArgumentParser,
) -> "argparse._SubParsersAction[argparse.ArgumentParser] | None":
    actions = parser._actions  # noqa: SLF001 - the same
    return next((one for one in actions if isinstance(one, argparse._SubParsersAction)), None)  # noqa: SLF001 - the same
