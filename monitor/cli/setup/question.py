"""A question of setup, and asking it until its answer is valid; no I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from monitor.cli.setup import checks
from monitor.cli.setup.answers import AnswerRefusedError, SetupAnswers
from monitor.model import Certificate, Message

Check = Callable[[str], object]


def always(_: SetupAnswers) -> bool:
    """Return that a question applies whatever was answered before."""
    return True


def _no_default(_: SetupAnswers) -> str | None:
    return None


def empty(_: SetupAnswers) -> str | None:
    """Return the default of a question that may stay empty."""
    return ""


def fixed(text: str) -> Callable[[SetupAnswers], str | None]:
    """Return a default that does not depend on other answers."""
    return lambda _: text


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    """One question: ``name`` is the field of its answer, ``option`` what answers it on the command line.

    Without a default (``None``) it has to be answered; an empty default may stay empty.
    """

    name: str
    option: str
    text: Message
    check: Check
    default: Callable[[SetupAnswers], str | None] = _no_default
    applies: Callable[[SetupAnswers], bool] = always
    secret: bool = False
    choices: tuple[tuple[str, Message], ...] = ()
    """The words of which one is the answer, each with what it means."""
    yes_no: bool = False


class Asker(Protocol):
    """A person, or options: whatever answers questions and is shown results."""

    @property
    def attended(self) -> bool:
        """Return whether a person is asked."""
        ...

    def given(self, question: SetupQuestion) -> str | None:
        """Return what the question's option says, ``None`` without it or once that was refused."""
        ...

    def text(self, question: SetupQuestion, answers: SetupAnswers) -> str:
        """Return the text of an answer."""
        ...

    def refused(self, questions: Sequence[SetupQuestion], reason: Message) -> None:
        """Show why an answer is refused; raise where it is not possible to ask again."""
        ...

    def say(self, *messages: Message) -> None:
        """Show a message."""
        ...

    def certificate(self, certificate: Certificate) -> None:
        """Show a certificate with its subject and fingerprints."""
        ...

    def section(self, title: Message) -> None:
        """Begin a section."""
        ...


def ask(
    asker: Asker,
    questions: Sequence[SetupQuestion],
    answers: SetupAnswers,
    accept: Callable[[SetupAnswers], SetupAnswers] = lambda answers: answers,
) -> SetupAnswers:
    """Ask those questions that apply until all of their answers are accepted together."""
    while True:
        for question in questions:
            if question.applies(answers):
                answers = replace(answers, **{question.name: _right(asker, question, answers)})
        try:
            return accept(answers)
        except AnswerRefusedError as error:
            asker.refused(questions, error.reason)


def _right(asker: Asker, question: SetupQuestion, answers: SetupAnswers) -> Any:
    while True:
        try:
            text = asker.text(question, answers)
            return question.check(text if question.secret else text.strip())
        except AnswerRefusedError as error:
            asker.refused([question], error.reason)


def yes_or_no(name: str, text: Message, default: str, option: str = "") -> SetupQuestion:
    """Return a question that is answered with yes or no."""
    return SetupQuestion(name, option, text, checks.yes_or_no, fixed(default), yes_no=True)


def agreed(asker: Asker, question: SetupQuestion) -> bool:
    """Return whether a question that has no option is answered with yes."""
    return bool(_right(asker, question, SetupAnswers()) == "yes")


def choice(  # noqa: PLR0913, PLR0917 - as a question has
    name: str,
    option: str,
    text: Message,
    choices: tuple[tuple[str, Message], ...],
    default: Callable[[SetupAnswers], str | None] | None = None,
    applies: Callable[[SetupAnswers], bool] = always,
) -> SetupQuestion:
    """Return a question whose answer is one of some words, by default the first."""
    words = tuple(word for word, _ in choices)
    return SetupQuestion(
        name, option, text, checks.one_of(words), default or fixed(words[0]), applies, choices=choices
    )
