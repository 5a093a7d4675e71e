"""One mail in a reader's words, ready to lay out as text or HTML; it has no logic."""

from dataclasses import dataclass, replace

Fact = tuple[str, str]
"""A label and a value."""


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary: what is wrong, and below it a second one where there is more to say.

    ``number`` is empty where nothing has to be done; ``tone`` is the level, ``good`` for good news. ``url``
    is the page of its alert, empty for none.
    """

    first: str
    second: str = ""
    number: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the summary; ``more`` says how much was left out, empty for nothing."""

    heading: str
    lines: tuple[SummaryLine, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """One alert with what stops working, what to do, where it is, and the facts.

    ``do`` is what to do in brief, ``who`` who is responsible; ``impact`` is the label of impacts. Locations
    are below their label where there are several. ``links`` are addresses of the monitor's page, ``actions``
    those where something is done at once.
    """

    headline: str
    number: str = ""
    tone: str = ""
    sentences: tuple[str, ...] = ()
    impact: str = ""
    impacts: tuple[str, ...] = ()
    do: tuple[Fact, ...] = ()
    who: tuple[Fact, ...] = ()
    where: str = ""
    locations: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    links: tuple[Fact, ...] = ()
    actions: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps with those whom they are for, whose entries are named where the steps are left out."""

    heading: str
    steps: tuple[str, ...]
    owners: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headings:
    """The layouts' own words."""

    details: str
    facts: str
    shortened: str
    steps_left_out: str


@dataclass(frozen=True, slots=True)
class Page:
    """One mail in words; ``language`` is HTML's code.

    ``lead`` is what a reader sees first, ``closing`` what comes after the summary. A page about one alert has
    no sections and one detail. ``most_lines`` bounds the plain text, ``None`` for no bound.
    ``own_footer`` are lines of the receiver's own people.
    """

    subject: str
    language: str
    lead: tuple[str, ...]
    footer: str
    headings: Headings
    remarks: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    links: tuple[Fact, ...] = ()
    closing: str = ""
    details: tuple[Detail, ...] = ()
    steps: tuple[Steps, ...] = ()
    left_out: str = ""
    most_lines: int | None = None
    own_footer: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Return whether the page is about one thing."""
        return not self.sections and len(self.details) == 1

    def summary(self) -> "Page":
        """Return the page without what is below its summary."""
        details = tuple(replace(one, facts=()) for one in self.details if self.single)
        return replace(self, details=details, steps=(), left_out="")
