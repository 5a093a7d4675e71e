"""Ask a person on a terminal: wrapped lines, hidden passwords, in color where the terminal has it."""

import getpass
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.setup import progress_texts, question_texts, refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError, SetupAnswers
from monitor.cli.setup.options import Options
from monitor.cli.setup.question import SetupQuestion, empty
from monitor.messages import Writer
from monitor.model import Certificate, Message

_END = ": "


class Person:
    """Somebody at the terminal, who may have given some options."""

    attended = True

    def __init__(self, options: Options, writer: Writer, console: Console) -> None:
        """Take the options, the writer for the person's language, and the terminal."""
        self._options = options
        self._writer = writer
        self._console = console
        self._spent: set[str] = set()

    def given(self, question: SetupQuestion) -> str | None:
        """Return what the option says until that was refused."""
        return None if question.name in self._spent else self._options.given(question)

    def text(self, question: SetupQuestion, answers: SetupAnswers) -> str:
        """Return what the option says, or what is typed."""
        given = self.given(question)
        if given is not None:
            shown = "***" if question.secret else given
            self._console.print(self._line(question, "").append(f"{_END}{shown}"))
            return given
        default = self._default(question, answers)
        typed = self._typed(question, default)
        return typed or default

    def refused(self, questions: Sequence[SetupQuestion], reason: Message) -> None:
        """Say why, and forget the options, so that they are asked for."""
        self._spent |= {one.name for one in questions}
        self._print(Text(self._writer.write(reason), "yellow"))

    def say(self, *messages: Message) -> None:
        """Print sentences below each other."""
        for message in messages:
            self._print(Text(self._writer.write(message)))

    def certificate(self, certificate: Certificate) -> None:
        """Print name, end and thumbprints; the last as Windows shows it."""
        until = self._writer.write(progress_texts.valid_until(not_after=certificate.not_after))
        rows = (
            certificate.title,
            until,
            *thumbprint(certificate.sha256),
            f"SHA-1   {certificate.sha1.lower()}",
        )
        for row in rows:
            self._print(Text(row, "bold"), indent=4)

    def section(self, title: Message) -> None:
        """Print the title of a section."""
        self._console.print()
        self._console.print(Text(self._writer.write(title), "bold cyan"))

    def _default(self, question: SetupQuestion, answers: SetupAnswers) -> str:
        before = getattr(answers, question.name, "")
        # What may stay empty shows no answer from before: it could not be emptied again.
        if question.secret or question.default is empty or not isinstance(before, str):
            return ""
        return before or question.default(answers) or ""

    def _typed(self, question: SetupQuestion, default: str) -> str:
        self._console.print(self._line(question, default), end="")
        # What is typed is hidden before the end of the prompt is there: nothing typed early is shown.
        try:
            return getpass.getpass(_END) if question.secret else input(_END)
        except UnicodeDecodeError:  # the terminal has another encoding than this process
            raise AnswerRefusedError(refusal_texts.NOT_PRINTABLE) from None

    def _line(self, question: SetupQuestion, default: str) -> Text:
        asked = Text(self._writer.write(question.text))
        for number, (word, meaning) in enumerate(question.choices, start=1):
            asked.append(f"\n  {number}  {word}: {self._writer.write(meaning)}")
        if question.choices:
            asked.append(f"\n  1-{len(question.choices)}")
        if question.yes_no:
            words = {
                "yes": self._writer.write(question_texts.YES),
                "no": self._writer.write(question_texts.NO),
            }
            asked.append(f" ({'/'.join(words.values())})")
            default = words[default]
        if default:
            asked.append(f" [{default}]", "dim")
        return asked

    def _print(self, text: Text, indent: int = 2) -> None:
        self._console.print(Padding(text, (0, 0, 0, indent)))


def thumbprint(digits: str) -> tuple[str, str]:
    """Return a SHA-256 on two lines, in pairs with colons between them."""
    pairs = [digits.upper()[at : at + 2] for at in range(0, len(digits), 2)]
    half = len(pairs) // 2
    return f"SHA-256 {':'.join(pairs[:half])}:", f"        {':'.join(pairs[half:])}"
