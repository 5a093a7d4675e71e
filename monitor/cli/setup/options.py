"""The options of setup as answers, for a person who gave some of them, and for nobody at all."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from monitor.cli.setup import refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError, First, SetupAnswers
from monitor.cli.setup.question import SetupQuestion
from monitor.cli.setup.questions import FIRST
from monitor.errors import UsageError
from monitor.messages import Writer
from monitor.model import Certificate, Message
from monitor.secrets import SecretReference, SecretUnavailableError

_ON_LINES = ("trust",)
_FIRST = "--site|--target|--folder"


class Options:
    """What was given on the command line, by question."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        """Take the parsed arguments; raise ``UsageError`` for two things to watch first."""
        self._arguments = vars(arguments)
        if len(self._first()) > 1:
            raise UsageError(
                "setup: give one of --site, --target and --folder; add more to the configuration"
            )

    def given(self, question: SetupQuestion) -> str | None:
        """Return the answer to a question, ``None`` where there is none."""
        if question.secret:
            return self._secret(question)
        if question.name == FIRST.name:
            return next(iter(self._first()), None)
        value = self._arguments.get(_attribute(question.option))
        if isinstance(value, list):
            return ("\n" if question.name in _ON_LINES else ", ").join(value) or None
        return value

    def has(self, question: SetupQuestion) -> bool:
        """Return whether there is an option for a question, whatever it says."""
        ends = ("_file", "_env") if question.secret else ("",)
        return any(self._arguments.get(_attribute(question.option) + end) for end in ends)

    def _first(self) -> list[str]:
        return [one.value for one in First if self._arguments.get(one.value)]

    def _secret(self, question: SetupQuestion) -> str | None:
        name = _attribute(question.option)
        file, env = self._arguments.get(f"{name}_file"), self._arguments.get(f"{name}_env")
        if file and env:
            raise UsageError(f"setup: give one of {question.option}-file and {question.option}-env")
        reference = SecretReference.of(file, env)
        try:
            return reference.resolve().reveal() if reference else None
        except SecretUnavailableError as error:
            raise AnswerRefusedError(error.message) from None


def _attribute(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


class Unattended:
    """Answers with options and defaults, and never trusts or asks."""

    attended = False

    def __init__(self, options: Options, writer: Writer) -> None:
        """Take the options, and the writer of error messages."""
        self._options = options
        self._writer = writer

    def given(self, question: SetupQuestion) -> str | None:
        """Return what the option says."""
        return self._options.given(question)

    def text(self, question: SetupQuestion, answers: SetupAnswers) -> str:
        """Return what the option says, or the default; raise ``UsageError`` without either."""
        given = self._options.given(question)
        if given is None and question.name == FIRST.name:
            self._stop(refusal_texts.missing(option=_FIRST, question=question.text))
        if given is None:
            given = question.default(answers)
        if given is None:
            self._stop(refusal_texts.missing(option=_named(question), question=question.text))
        return given

    def refused(self, questions: Sequence[SetupQuestion], reason: Message) -> NoReturn:
        """Raise ``UsageError``: there is nobody to ask again."""
        wrong = next((one for one in questions if self._options.has(one)), questions[0])
        self._stop(refusal_texts.wrong_option(option=_named(wrong), reason=reason))

    def say(self, *messages: Message) -> None:
        """Print to standard error, which deployment tools keep."""
        for message in messages:
            print(self._writer.write(message), file=sys.stderr)

    def certificate(self, certificate: Certificate) -> None:
        """Show nothing, since there is no person to compare it."""

    def section(self, title: Message) -> None:
        """Show nothing."""

    def _stop(self, message: Message) -> NoReturn:
        raise UsageError(f"setup: {self._writer.write(message)}")


def _named(question: SetupQuestion) -> str:
    return f"{question.option}-file" if question.secret else question.option
