"""The order of setup's questions, and what is tried after each group of them.

No password is asked for, nor sent, before the server's certificate is trusted.
"""

from dataclasses import dataclass, replace

from monitor.cli.setup import progress_texts, question_texts, questions, refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError, First, SetupAnswers
from monitor.cli.setup.found import FoundTargets, find, problems, send
from monitor.cli.setup.question import Asker, agreed, ask, yes_or_no
from monitor.cli.setup.served import ServedChain, read_served
from monitor.cli.setup.trust import confirmed
from monitor.delivery import SendResult, SendStatus
from monitor.discovery import NEEDED_RIGHTS
from monitor.messages import Writer
from monitor.model import FailureReason, Message
from monitor.model.label_names import component_name
from monitor.parse import display

_KEEP_RELAY = yes_or_no("keep", question_texts.ASK_KEEP_RELAY, "no")
_NOTES, _NAMED = 5, 3
_AWAY = (FailureReason.DNS, FailureReason.REFUSED, FailureReason.UNREACHABLE, FailureReason.TIMEOUT)


@dataclass(frozen=True, slots=True)
class Interview:
    """All questions but the first, which is the language that they are asked in."""

    asker: Asker
    writer: Writer

    def run(self, answers: SetupAnswers) -> SetupAnswers:
        """Return the answers to everything."""
        if self.asker.attended:
            self.asker.say(progress_texts.WELCOME)
        self.asker.section(progress_texts.SECTION_FILES)
        answers = ask(self.asker, [questions.DIRECTORY], answers)
        self.asker.section(progress_texts.SECTION_FIRST)
        answers = self._first(answers)
        self.asker.section(progress_texts.SECTION_MAIL)
        answers = ask(self.asker, questions.MAIL, answers, self._mailed)
        self.asker.section(progress_texts.SECTION_PAGE)
        answers = ask(self.asker, questions.PAGE, answers, self._page)
        self.asker.section(progress_texts.SECTION_SERVICE)
        answers = ask(self.asker, [questions.START], answers)
        for question in questions.QUESTIONS:
            if not question.applies(answers) and self.asker.given(question) is not None:
                self.asker.refused([question], refusal_texts.NEEDLESS)
        return answers

    def _first(self, answers: SetupAnswers) -> SetupAnswers:
        """Return what is watched first, once it is reached, trusted and found."""
        answers = ask(self.asker, [questions.FIRST], answers)
        while True:
            answers = ask(self.asker, questions.WATCHED, answers)
            try:
                return self._tried(answers)
            except (AnswerRefusedError, _WrongSiteError) as error:
                self.asker.refused(questions.WATCHED, error.reason)

    def _tried(self, answers: SetupAnswers) -> SetupAnswers:
        if answers.first != First.FOLDER:
            answers = replace(answers, trusted=confirmed(self.asker, answers, self._served(answers)))
        if answers.first == First.SITE:
            if self.asker.attended:
                self.asker.say(progress_texts.login_rights(rights=NEEDED_RIGHTS))
            return ask(self.asker, questions.LOGIN, answers, self._logged_in)
        if answers.first == First.FOLDER:
            self.asker.say(progress_texts.READING_FILES)
        self._show(find(answers, self.writer))
        return answers

    def _served(self, answers: SetupAnswers) -> ServedChain:
        where = answers.target or answers.site.removeprefix("https://")
        self.asker.say(progress_texts.connecting(where=where))
        served = read_served(where)
        if not served.chain:
            reason = refusal_texts.unreachable(
                where=where, problem=served.problem or refusal_texts.SHOWS_NOTHING
            )
            if self.asker.attended:
                raise AnswerRefusedError(reason)
            self.asker.say(progress_texts.warning(problem=reason))
        elif answers.first == First.SITE:
            served.fit_for_login()
        return served

    def _logged_in(self, answers: SetupAnswers) -> SetupAnswers:
        self.asker.say(progress_texts.LOGGING_IN)
        seen = find(answers, self.writer)
        if not seen.answered:
            self._refuse(seen)
        self._show(seen)
        return answers

    def _refuse(self, seen: FoundTargets) -> None:
        """Raise an error about the login, or else the site; options are kept where it is only away."""
        failure = seen.failures[0]
        if seen.missing_rights:
            raise AnswerRefusedError(refusal_texts.rights_missing(rights=seen.missing_rights))
        if failure.reason is FailureReason.UNAUTHORIZED:
            raise AnswerRefusedError(refusal_texts.LOGIN_REFUSED)
        if failure.reason is FailureReason.FORBIDDEN:
            raise AnswerRefusedError(refusal_texts.login_failed(problem=failure.message))
        if self.asker.attended or failure.reason not in _AWAY:
            raise _WrongSiteError(refusal_texts.site_failed(problem=failure.message))

    def _show(self, seen: FoundTargets) -> None:
        """Print what is found and how much of it answers."""
        self.asker.say(progress_texts.watches(count=len(seen.targets)))
        components = ((component_name(name), n) for name, n in seen.components.items() if name)
        self.asker.say(*(progress_texts.component(name=name, number=n) for name, n in components))
        if seen.missing_rights:
            lacking = refusal_texts.rights_missing(rights=seen.missing_rights)
            self.asker.say(progress_texts.warning(problem=lacking))
        self.asker.say(*(progress_texts.warning(problem=one.message) for one in seen.other_failures))
        self.asker.say(*(progress_texts.note(text=display(one)) for one in seen.other_notes[:_NOTES]))
        if seen.states:
            self.asker.say(progress_texts.certificates(count=seen.certificates))
        if seen.silent:
            self.asker.say(progress_texts.no_answer(count=len(seen.silent), where=seen.silent[:_NAMED]))

    def _mailed(self, answers: SetupAnswers) -> SetupAnswers:
        if not answers.mails:
            return answers
        self.asker.say(progress_texts.sending(relay=answers.smtp))
        result = send(answers, self.writer)
        if result is None:
            self.asker.say(progress_texts.MAIL_SENT)
        else:
            self._not_mailed(result)
        return answers

    def _not_mailed(self, result: SendResult) -> None:
        reason = refusal_texts.mail_refused(problem=result.why)
        if not self.asker.attended:
            if result.status is SendStatus.REFUSED:
                raise AnswerRefusedError(reason)
            self.asker.say(progress_texts.warning(problem=reason))
            return
        self.asker.say(reason)
        if not agreed(self.asker, _KEEP_RELAY):
            raise AnswerRefusedError(refusal_texts.ONCE_MORE)

    def _page(self, answers: SetupAnswers) -> SetupAnswers:
        if answers.guarded and not answers.page_certificate:
            raise AnswerRefusedError(refusal_texts.PAGE_IN_CLEAR)
        wrong = problems(answers, self.writer)
        if wrong:
            raise AnswerRefusedError(refusal_texts.configuration_wrong(problem="; ".join(wrong)))
        return answers


class _WrongSiteError(Exception):
    """What is wrong is not the login but the site."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason
