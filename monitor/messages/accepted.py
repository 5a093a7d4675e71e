"""The language that a browser asks for in ``Accept-Language`` (RFC 9110 section 12.5.4)."""

from monitor.messages.language import ENGLISH, Language, language, languages


def accepted(header: str) -> Language:
    """Return the language that a browser prefers among those that there are, English if it names none.

    A range matches a language with the same first part if there is none of its own: ``pt`` and ``pt-PT`` give
    Brazilian Portuguese.
    """
    ranges = [_range(one) for one in header.split(",")]
    refused = {tag for tag, quality in ranges if quality <= 0}
    # Sorting is stable: of equal ranges the first one counts.
    for tag, quality in sorted(ranges, key=lambda one: -one[1]):
        if quality > 0 and (code := _code(tag, refused)):
            return language(code)
    return ENGLISH


def _range(text: str) -> tuple[str, float]:
    tag, _, parameter = text.partition(";")
    name, _, value = parameter.partition("=")
    try:
        quality = float(value) if name.strip().casefold() == "q" else 1.0
    except ValueError:
        quality = 0.0
    return tag.strip().casefold(), quality


def _code(tag: str, refused: set[str]) -> str | None:
    if tag == "*":
        return next((code for code in languages() if _tag(code) not in refused), None)
    alike = [code for code in languages() if _tag(code).partition("-")[0] == tag.partition("-")[0]]
    return next((code for code in alike if _tag(code) == tag), alike[0] if alike else None)


def _tag(code: str) -> str:
    return code.replace("_", "-").casefold()
