"""A page as plain text that stands alone, within the lines that it may have."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from monitor.alerts.texts import shown
from monitor.delivery.email.content.page import Detail, Fact, Page, Section, Steps

_INDENT = "    "
"""Before lines that belong to a numbered one."""
_LONGEST = 8000
"""Bound of a line, above the sum of its parts, which are bounded themselves."""
_BLANK = re.compile(r"\n{3,}")
_Form = Callable[[Detail], Iterator[str]]


def plain(page: Page) -> str:
    """Return a page as plain text."""
    return _joined(_single(page) if page.single else _within(page))


def brief(page: Page, longest: int) -> str:
    """Return the short form of a page: its summary, with lines of a bounded length."""
    lines = [*page.remarks, *page.lead, page.headings.shortened, ""]
    for section in page.sections:
        lines += [section.heading.upper(), *(f"- {line.first}" for line in section.lines), section.more]
    lines += [f"- {one.headline}" for one in page.details if page.single]
    lines += [*_labeled(page.links), page.closing, page.left_out, page.footer, *page.own_footer]
    return _joined((line for line in lines if line), longest)


def _joined(lines: Iterable[str], longest: int = _LONGEST) -> str:
    text = "\n".join(shown(line, longest) for line in lines)
    return _BLANK.sub("\n\n", text).rstrip() + "\n"


def _within(page: Page) -> list[str]:
    """Return the lines of a page about several, in the fullest form that fits."""
    most = page.most_lines
    lines = list(_several(page, _spread, page.steps))
    for form in (_three_lines, _two_lines, _one_line):
        if most is not None and len(lines) > most:
            lines = list(_several(page, form, page.steps))
    for number in range(len(page.steps) - 1, -1, -1):
        if most is None or len(lines) <= most:
            break
        lines = list(_several(page, _one_line, page.steps[:number]))
    return lines


def _single(page: Page) -> Iterator[str]:
    (detail,) = page.details
    yield from _head(page)
    if detail.sentences:
        yield from (*detail.sentences, "")
    if len(detail.impacts) > 1:
        yield from (f"{detail.impact}:", *(f"  - {one}" for one in detail.impacts))
    else:
        yield from (f"{detail.impact}: {one}" for one in detail.impacts)
    yield from _labeled((*detail.do, *detail.who))
    yield from _listed_locations(detail)
    yield ""
    yield from (*_labeled((*detail.links, *detail.actions)), page.closing, "")
    yield from _steps(page.steps)
    if detail.facts:
        yield from (page.headings.facts.upper(), *_labeled(detail.facts), "")
    yield from _foot(page)


def _several(page: Page, form: _Form, steps: Sequence[Steps]) -> Iterator[str]:
    yield from _head(page)
    for section in page.sections:
        yield from (*_section(section), "")
    yield from (*_labeled(page.links), "")
    if page.details:
        yield page.headings.details.upper()
        for detail in page.details:
            yield from form(detail)
        yield ""
    yield from _steps(steps)
    if len(steps) < len(page.steps):
        owners = dict.fromkeys(owner for one in page.steps[len(steps) :] for owner in one.owners)
        yield f"{page.headings.steps_left_out} {', '.join(owners)}"
        yield ""
    if page.left_out:
        yield from (page.left_out, "")
    yield from _foot(page)


def _head(page: Page) -> Iterator[str]:
    for remark in page.remarks:
        yield from (remark, "")
    yield " ".join(page.lead)
    yield ""


def _foot(page: Page) -> Iterator[str]:
    yield "-- "
    yield from (page.footer, *page.own_footer)


def _section(section: Section) -> Iterator[str]:
    yield section.heading.upper()
    for line in section.lines:
        yield f"{line.number:<4}{line.first}"
        if line.second:
            yield f"{_INDENT}{line.second}"
    if section.more:
        yield f"{_INDENT}{section.more}"


def _spread(detail: Detail) -> Iterator[str]:
    """Yield a headline, and below it what there is to know on a few lines."""
    yield f"{detail.number:<4}{detail.headline}"
    yield from (f"{_INDENT}{line}" for line in (*detail.sentences, *_about(detail)))
    below = (_where(detail), *_labeled((*detail.links, *detail.actions)), _line(detail.facts))
    yield from (f"{_INDENT}{line}" for line in below if line)


def _three_lines(detail: Detail) -> Iterator[str]:
    yield f"{detail.number:<4}{detail.headline}"
    what = _on_one_line((*detail.sentences, *_about(detail)))
    where = _on_one_line((_where(detail), _line(detail.facts)), (*detail.links, *detail.actions))
    yield from (f"{_INDENT}{line}" for line in (what, where) if line)


def _two_lines(detail: Detail) -> Iterator[str]:
    yield f"{detail.number:<4}{detail.headline}"
    yield f"{_INDENT}{_all(detail)}"


def _one_line(detail: Detail) -> Iterator[str]:
    yield f"{detail.number:<4}{detail.headline}. {_all(detail)}"


def _all(detail: Detail) -> str:
    """Return what there is to know on one line."""
    parts = (*detail.sentences, *_about(detail), _where(detail), _line(detail.facts))
    return _on_one_line(parts, (*detail.links, *detail.actions))


def _on_one_line(parts: Iterable[str], links: Iterable[Fact] = ()) -> str:
    """Return sentences one after the other; links go last, as a dot behind one would belong to it."""
    sentences = (part if part.endswith(".") else f"{part}." for part in parts if part)
    return " ".join((*sentences, *_labeled(links)))


def _about(detail: Detail) -> tuple[str, ...]:
    impacts = f"{detail.impact}: {' '.join(detail.impacts)}" if detail.impacts else ""
    return tuple(line for line in (impacts, *_labeled(detail.do)) if line)


def _labeled(facts: Iterable[Fact]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in facts)


def _line(facts: Iterable[Fact]) -> str:
    return "; ".join(_labeled(facts))


def _where(detail: Detail) -> str:
    return "; ".join(line for line in (_locations(detail), *_labeled(detail.who)) if line)


def _locations(detail: Detail) -> str:
    return f"{detail.where}: {'; '.join(detail.locations)}" if detail.locations else ""


def _listed_locations(detail: Detail) -> Iterator[str]:
    """Yield the only location beside its label, several below it."""
    if len(detail.locations) == 1:
        yield _locations(detail)
    elif detail.locations:
        yield f"{detail.where}:"
        yield from (f"  {one}" for one in detail.locations)


def _steps(several: Iterable[Steps]) -> Iterator[str]:
    for steps in several:
        yield steps.heading.upper() if not steps.owners else f"{steps.heading}:"
        yield from (f"{number}. {step}" for number, step in enumerate(steps.steps, start=1))
        yield from steps.links
        yield ""
