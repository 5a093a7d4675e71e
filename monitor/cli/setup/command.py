"""``cert-monitor setup``: ask, try, write, start."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from monitor.cli.output import say
from monitor.cli.service.systemd import is_root
from monitor.cli.setup import files, progress_texts, questions, refusal_texts
from monitor.cli.setup.answers import SetupAnswers
from monitor.cli.setup.interview import Interview
from monitor.cli.setup.layout import Layout, layout
from monitor.cli.setup.options import Options, Unattended
from monitor.cli.setup.person import Person
from monitor.cli.setup.question import Asker, ask
from monitor.cli.setup.start import by_hand, start
from monitor.cli.setup.system import (
    default_directory,
    machine_timezone,
    nearest,
    person_language,
)
from monitor.clock import SystemClock
from monitor.config import load, online_problems
from monitor.errors import ConfigError, SystemBrokenError, UsageError
from monitor.messages import Writer, language, machine_zone
from monitor.model import Message

INTERRUPTED = 130


def setup(arguments: argparse.Namespace) -> int:
    """Return 0 when the configuration is written, 130 when a person stopped it before."""
    attended = not arguments.non_interactive
    spoken = nearest(arguments.language) if arguments.language else person_language() if attended else "en"
    if attended and not is_terminal():
        raise UsageError(_writer(spoken).write(refusal_texts.NO_TERMINAL))
    try:
        return _asked(Options(arguments), spoken, attended=attended)
    except (KeyboardInterrupt, EOFError):
        print(f"\n{_writer(spoken).write(progress_texts.INTERRUPTED)}", file=sys.stderr)
        return INTERRUPTED


def is_terminal() -> bool:
    """Return whether there is somebody to ask."""
    return sys.stdin.isatty()


def _asked(options: Options, spoken: str, *, attended: bool) -> int:
    answers = SetupAnswers(
        language=spoken,
        directory=str(default_directory(os.environ, root=is_root())),
        timezone=machine_timezone(),
    )
    answers = ask(_asker(options, spoken, attended=attended), [questions.LANGUAGE], answers)
    asker, writer = _asker(options, answers.language, attended=attended), _writer(answers.language)
    answers = Interview(asker, writer).run(answers)
    made = _written(answers, writer)
    say(writer.write(progress_texts.written(path=str(made.configuration))))
    return _started(made, writer) if answers.start == "yes" else _said(writer, by_hand(made), 0)


def _started(made: Layout, writer: Writer) -> int:
    """Start the service; return 130 when a person did not wait for that."""
    try:
        return _said(writer, start(made), 0)
    except KeyboardInterrupt:
        return _said(writer, by_hand(made), INTERRUPTED)


def _said(writer: Writer, message: Message, code: int) -> int:
    say(writer.write(message))
    return code


def _asker(options: Options, spoken: str, *, attended: bool) -> Asker:
    writer = _writer(spoken)
    return Person(options, writer, Console(highlight=False)) if attended else Unattended(options, writer)


def _writer(spoken: str) -> Writer:
    return Writer(language(spoken), machine_zone(), SystemClock().now())


def _written(answers: SetupAnswers, writer: Writer) -> Layout:
    """Write all files and return where, once the configuration is valid there."""
    made = layout(Path(answers.directory))
    new = made.files(answers, writer)
    try:
        files.write(made.directory, new)
    except FileExistsError as error:
        raise UsageError(writer.write(refusal_texts.exists(path=str(error.filename)))) from None
    except OSError as error:
        where = str(error.filename or made.directory)
        said = refusal_texts.unwritable(path=where, error=error.strerror or str(error))
        raise SystemBrokenError(writer.write(said)) from None
    try:
        _check(made)
    except BaseException:
        files.remove([one.path for one in new])
        raise
    return made


def _check(made: Layout) -> None:
    """Raise ``ConfigError`` with what is wrong with the configuration where it is."""
    config = load(made.configuration)
    # What systemd hands over is there once the service runs; it was tried before.
    problems = () if made.handed_over else online_problems(config)
    if problems:
        raise ConfigError(problems)
