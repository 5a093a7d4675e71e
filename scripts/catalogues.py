"""Collect the English texts of the sources, update the catalogues with them, compile these.

A text is the key of its translations; its codes are comments for translators. Catalogues have neither dates
nor line numbers, so that they change only with the texts.
"""

import ast
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from monitor.xprotect import built_in_texts

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "monitor"
LOCALE = SOURCES / "messages" / "locale"
PRESETS = SOURCES / "xprotect" / "presets.toml"
_WRITERS = ("writer", "self")
"""Names by which sources call what writes, so that ``text()`` of other things is left alone."""
_HEADERS = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of ours: where it is, its code where it has one, and its plural."""

    file: str
    code: str
    text: str
    plural: str = ""


class StableCatalog(Catalog):
    """A catalogue whose header changes with nothing."""

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        """Return the headers that programs need to read the catalogue."""
        return [(name, value) for name, value in super()._get_mime_headers() if name in _HEADERS]

    mime_headers = property(_get_mime_headers, Catalog._set_mime_headers)  # noqa: SLF001 - as there


def texts() -> list[Text]:
    """Return every text of the sources (Python files and presets) in the order of their paths."""
    found: list[Text] = []
    for path in sorted(SOURCES.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            found += _in_python(name, path.read_text(encoding="utf-8"))
        elif path == PRESETS:
            found += [Text(name, code, text) for text, code in built_in_texts().items()]
    return found


def _in_python(file: str, source: str) -> list[Text]:
    """Return the texts in ``message(code, text[, plural])``, ``plain(code, text)``, ``writer.text(text)``."""
    tree = ast.parse(source)
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        text
        for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset))
        if (text := _in_call(file, call, named)) and text.text
    ]


def _in_call(file: str, call: ast.Call, named: dict[str, object]) -> Text | None:
    values = [
        one.value
        if isinstance(one, ast.Constant)
        else named.get(one.id)
        if isinstance(one, ast.Name)
        else None
        for one in call.args
    ]
    given = [value for value in values if isinstance(value, str)]
    if not given or len(given) != len(values):
        return None
    if isinstance(call.func, ast.Attribute):
        by_writer = ast.unparse(call.func).split(".")[-2].strip("_") in _WRITERS
        return Text(file, "", given[0]) if by_writer and call.func.attr == "text" else None
    name = getattr(call.func, "id", "")
    fits = (name == "message" and len(given) in (2, 3)) or (name == "plain" and len(given) == 2)
    return Text(file, *given) if fits else None


def updated(language: str) -> StableCatalog:
    """Return the catalogue of a language with the present texts and the translations that it has.

    The translation of a text that was rewritten is kept as fuzzy, for a translator to look at.
    """
    path = catalogue(language)
    old = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(language)
    by_code = {comment: entry for entry in old if entry.id for comment in entry.auto_comments}
    new = StableCatalog(
        language,
        domain="cert_monitor",
        fuzzy=False,
        header_comment="# docs/languages.md says how to edit this.",
    )
    new.mime_headers = [("Plural-Forms", old.plural_forms)]  # those that the translators chose
    for text in texts():
        key = (text.text, text.plural) if text.plural else text.text
        entry = _usable(old.get(text.text), key) or _usable(by_code.get(text.code), key)
        fuzzy = entry is not None and (entry.fuzzy or entry.id != key)
        new.add(
            key,
            entry.string if entry else None,
            locations=[(text.file, None)],
            auto_comments=[text.code] if text.code else [],
            user_comments=entry.user_comments if entry else [],
            flags=["fuzzy"] if fuzzy else [],
        )
    return new


def _usable(old: Message | None, key: str | tuple[str, str]) -> Message | None:
    """Return an entry that has a translation with as many forms as the text has."""
    fits = old is not None and isinstance(old.id, tuple) == isinstance(key, tuple)
    return old if old is not None and fits and _complete(old) else None


def catalogue(language: str) -> Path:
    """Return the path of a language's catalogue."""
    return LOCALE / language / "LC_MESSAGES" / "cert_monitor.po"


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/*.po"))


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as the text that translators edit."""
    file = BytesIO()
    write_po(file, catalog, width=110, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it, without what is fuzzy."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def missing(catalog: Catalog) -> list[Message]:
    """Return the entries that have no translation, or one that somebody has to look at."""
    return [entry for entry in catalog if entry.id and (entry.fuzzy or not _complete(entry))]


def _complete(entry: Message) -> bool:
    return all(entry.string) if isinstance(entry.string, tuple) else bool(entry.string)


def main(new: list[str]) -> int:
    """Update and compile every catalogue; return 1 if a translation is missing."""
    left = 0
    for language in sorted({*languages(), *new}):
        catalog = updated(language)
        path = catalogue(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        lacking = missing(catalog)
        print(f"{language}: {len(catalog)} texts, {len(lacking)} to translate")
        for entry in lacking:
            print(f"  {'fuzzy' if entry.fuzzy else 'missing'}: {entry.id}")
        left += len(lacking)
    return min(left, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
