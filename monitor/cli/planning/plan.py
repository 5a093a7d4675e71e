"""``cert-monitor plan``: the plan for renewing the certificates of a site; probes nothing."""

import argparse
import asyncio
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from monitor.assess.correlate import correlate
from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import load
from monitor.daemon.resumed import recorded_snapshot
from monitor.errors import UsageError
from monitor.messages import Language, UnknownLanguageError, Writer, language, machine_zone
from monitor.model import Message, Snapshot, text
from monitor.parse import display
from monitor.planning.renewal_plan import PlannedStep, PlanProblem, RenewalPlan, plan_for_site
from monitor.web import plan_texts as words
from monitor.web.pages.renewals.plan import plan_document
from monitor.web.queries.planning.plan import PlanView, plan_view
from monitor.web.queries.site import sites

_WIDTH = 80
_LONGEST = 2000


def print_plan(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where nothing of the site was seen."""
    now = SystemClock().now()
    writer = Writer(_language(arguments.language), machine_zone(), now)
    snapshot = asyncio.run(recorded_snapshot(load(arguments.config), SystemClock()))
    # What is on machines and not in use is only told by comparing them with ports.
    snapshot = replace(snapshot, correlated=correlate(snapshot, now))
    made = plan_for_site(snapshot, _site(arguments.site, snapshot), now)
    if isinstance(made, PlanProblem):
        say(writer.write(words.PROBLEMS[made]))
        return 1
    if arguments.out:
        return _written(arguments, made, writer)
    say("\n".join(_text(plan_view(made), writer)))
    return 0


def _language(tag: str) -> Language:
    try:
        return language(tag)
    except UnknownLanguageError as error:
        raise UsageError(f"plan: --language: {error}") from None


def _site(name: str, snapshot: Snapshot) -> str:
    """Return the site that is meant; raise ``UsageError`` where none is, with those that there are."""
    known = [one.name for one in sites(snapshot)]
    if not known:
        raise UsageError("plan: no target has a label site, so there is nothing to plan")
    listed = ", ".join(sorted(known))
    if not name and len(known) > 1:
        raise UsageError(f"plan: which site? --site must be one of: {listed}")
    if name and name.casefold() not in map(str.casefold, known):
        raise UsageError(f"plan: there is no site {name!r}; there are: {listed}")
    return name or known[0]


def _written(arguments: argparse.Namespace, plan: RenewalPlan, writer: Writer) -> int:
    try:
        with arguments.out.open("x", encoding="utf-8") as file:
            file.write(plan_document(plan, writer))
    except OSError as error:
        raise UsageError(f"plan: --out {arguments.out}: {error.strerror}") from None
    say(f"written to {arguments.out}")
    return 0


def _text(view: PlanView, writer: Writer) -> Iterator[str]:
    plan = view.plan
    yield writer.write(words.plan_of(site=plan.site))
    yield from _wrapped(writer.write(words.made(at=plan.made_at, version=plan.version)), "")
    for one in view.steps:
        step = one.planned
        yield ""
        yield from _wrapped(f"{one.number}. {writer.write(step.title)}{_marks(step, writer)}", "")
        about = [writer.write(words.expires(at=step.expires_at))] if step.expires_at else []
        about += [writer.write(words.after_steps(steps=one.after))] if one.after else []
        yield from _wrapped(" ".join(about), "   ")
        yield from _named(words.TRUSTED_BY, one.trust, writer)
        yield from _named(words.INTERRUPTION, (step.interruption,), writer)
        yield from _named(words.REMARKS, step.remarks, writer)
        like = (words.like(number=one.like, host=step.host),) if one.like else ()
        yield from _named(words.NAMES, tuple(map(text, step.names)), writer)
        yield from _named(words.DONE, (*like, *one.instructions), writer)
        yield from _named(words.VERIFY, step.verification, writer)
    yield from _ending(view, writer)


def _ending(view: PlanView, writer: Writer) -> Iterator[str]:
    yield ""
    yield writer.write(words.BACK)
    for number, back in view.back:
        yield from _wrapped(f"{number}. {writer.write(back.title)}", "   ")
        for said in back.instructions:
            yield from _wrapped(writer.write(said), "      - ")
    yield from _named(words.UNKNOWN, view.plan.unknown, writer)
    later = (words.later_one(title=one.title, at=one.expires_at) for one in view.plan.later)
    yield from _named(words.LATER, tuple(later), writer)


def _marks(step: PlannedStep, writer: Writer) -> str:
    marks = [words.PILOT] if step.pilot else []
    marks += [] if step.confirmed else [words.NOT_CONFIRMED]
    return f" ({', '.join(map(writer.write, marks))})" if marks else ""


def _named(name: Message, said: tuple[Message | None, ...], writer: Writer) -> Iterator[str]:
    shown = [one for one in said if one is not None]
    if shown:
        yield f"   {writer.write(name)}:"
        for one in shown:
            yield from _wrapped(writer.write(one), "   - ")


def _wrapped(text: str, indent: str) -> list[str]:
    rest = " " * len(indent)
    shown = display(text, _LONGEST)
    return textwrap.wrap(shown, _WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)
