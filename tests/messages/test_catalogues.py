"""The catalogues are current, complete, and have the placeholders of the texts."""

import string
from datetime import UTC, datetime
from gettext import GNUTranslations
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog

import catalogues
from monitor.assess.texts import last_reached
from monitor.messages import Writer
from support.folders import ROOT

LANGUAGES = catalogues.languages()
# Its name in the package is that of a function in it.
MODULE = import_module("monitor.messages.language")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_stale(language: str) -> None:
    """A catalogue has the texts of the sources, and is compiled; else run ``scripts/messages``."""
    path = catalogues.catalogue(language)
    catalog = catalogues.updated(language)
    assert path.read_bytes() == catalogues.written(catalog)
    assert path.with_suffix(".mo").read_bytes() == catalogues.compiled(catalog)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """A language that is in the product is complete."""
    assert [entry.id for entry in catalogues.missing(catalogues.updated(language))] == []


def _fields(*texts: str) -> set[tuple[str, str]]:
    parts = [part for text in texts for part in string.Formatter().parse(text)]
    return {(name, form or "") for _, name, form, _ in parts if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_agree(language: str) -> None:
    """Each form of a translation names what the text names, in its formats; the count may be left out."""
    for entry in catalogues.updated(language):
        if not entry.id:
            continue
        texts = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for form in filter(None, forms):
            assert _fields(form) | {("count", "")} == _fields(*texts) | {("count", "")}, form


def test_no_text_has_two_plurals() -> None:
    """One text has one entry."""
    plurals: dict[str, str] = {}
    for text in catalogues.texts():
        assert plurals.setdefault(text.text, text.plural) == text.plural


def test_every_kind_of_source_is_read() -> None:
    """Messages with and without parameters, plurals, the writer's own words, and presets are found."""
    found = {(text.code, text.text): text.plural for text in catalogues.texts()}
    assert found[("last_reached", "last reached {at}")] == ""
    assert found[("never_fetched", "it was never fetched")] == ""
    assert found[("checks_failed_unknown", "{count} check failed")] == "{count} checks in a row failed"
    assert found[("", "expires {when}")] == ""
    assert found[("self_signed", '"{title}" is self-signed and not a trusted CA')] == ""
    assert found[("preset.event_server.interruption", "no events are handled and no alarms are raised")] == ""
    assert ("preset.groups.server", "Server certificate") in found


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start a language in a folder of its own."""
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    assert catalogues.main(["de"]) == 1
    return catalogues.catalogue("de")


def _compiled(path: Path) -> GNUTranslations:
    return GNUTranslations(BytesIO(path.with_suffix(".mo").read_bytes()))


def test_a_language_is_a_folder(german: Path) -> None:
    """What a translator writes is compiled; what is missing stays English, and nothing else changes."""
    assert catalogues.languages() == ["de"]
    before = german.read_text()
    key = 'msgid "last reached {at}"\nmsgstr '
    german.write_text(before.replace(f'{key}""', f'{key}"zuletzt erreicht: {{at}}"'))
    assert catalogues.main([]) == 1
    assert german.read_text() == before.replace(f'{key}""', f'{key}"zuletzt erreicht: {{at}}"')
    assert _compiled(german).gettext("last reached {at}") == "zuletzt erreicht: {at}"
    assert _compiled(german).gettext("never reached, watched since {since}").startswith("never")


def test_a_new_language_is_found_by_its_folder(german: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else has to be changed: the folder is a choice of the configuration and of browsers."""
    key = 'msgid "last reached {at}"\nmsgstr '
    german.write_text(german.read_text().replace(f'{key}""', f'{key}"zuletzt erreicht: {{at}}"'))
    catalogues.main([])
    monkeypatch.setattr(MODULE, "FOLDER", catalogues.LOCALE)
    for cached in (MODULE.languages, MODULE.language):
        monkeypatch.setattr(MODULE, cached.__name__, cached.__wrapped__)
    assert MODULE.languages() == ("en", "de")
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    writer = Writer(MODULE.language("de"), UTC, now)
    assert writer.write(last_reached(at=now)) == "zuletzt erreicht: 29.11.2026 12:00 UTC"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_each_language(language: str) -> None:
    """Whoever looks for a language finds its code."""
    assert f"`{language}`" in (ROOT / "docs" / "languages.md").read_text("utf-8")


def test_a_rewritten_text_keeps_its_translation_for_review(
    german: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The translation of a text that changed under its code is fuzzy: kept, reported and not compiled."""
    key = 'msgid "last reached {at}"\nmsgstr '
    german.write_text(german.read_text().replace(f'{key}""', f'{key}"zuletzt erreicht: {{at}}"'))
    texts = [catalogues.Text("a.py", "last_reached", "reached {at}")]
    monkeypatch.setattr(catalogues, "texts", lambda: texts)
    (entry,) = catalogues.missing(catalogues.updated("de"))
    assert (entry.string, entry.fuzzy) == ("zuletzt erreicht: {at}", True)
    assert catalogues.main([]) == 1
    assert _compiled(german).gettext("reached {at}") == "reached {at}"


def test_a_catalogue_does_not_change_with_the_day() -> None:
    """Its header has neither dates nor versions of tools."""
    header = catalogues.written(Catalog("de")).decode()
    assert "POT-Creation-Date" in header
    stable = catalogues.written(catalogues.StableCatalog("de")).decode()
    assert "Date" not in stable
    assert "Babel" not in stable
