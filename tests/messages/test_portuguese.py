"""What Brazilians read: counts, dates, lengths and lists in their form, and sentences that are whole."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.assess import texts
from monitor.messages import Writer, language, parameters
from monitor.model.message import completed, own
from monitor.model.texts import names
from monitor.xprotect import Presets

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WRITER = Writer(language("pt_BR"), UTC, NOW)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=400), "expira em 400 dias"),
        (timedelta(days=40), "expira em 40 dias"),
        (timedelta(days=3, hours=23), "expira em 3 dias"),
        (timedelta(hours=47), "expira em 47 horas"),
        (timedelta(hours=1), "expira em 1 hora"),
        (timedelta(seconds=1), "expira em 1 minuto"),
        (timedelta(0), "expirou há 1 minuto"),
        (-timedelta(days=2), "expirou há 2 dias"),
    ],
)
def test_expiry(left: timedelta, said: str) -> None:
    """Days are never rounded to months, and are hours below two days."""
    assert WRITER.expires(NOW + left) == said


def test_dates() -> None:
    """A date is written as in Brazil, in the reader's time zone."""
    at = datetime(2027, 3, 16, 1, 30, tzinfo=UTC)
    assert WRITER.date(at) == "16 de mar. de 2027"
    assert WRITER.moment(at) == "16 de mar. de 2027 01:30 UTC"
    in_brazil = Writer(language("pt_BR"), ZoneInfo("America/Sao_Paulo"), NOW)
    assert in_brazil.date(at) == "15 de mar. de 2027"
    assert in_brazil.moment(at).startswith("15 de mar. de 2027 22:30 ")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 verificação falhou"),
        (2, "2 verificações seguidas falharam"),
        (1200, "1.200 verificações seguidas falharam"),
    ],
)
def test_plurals(count: int, said: str) -> None:
    """The noun, the verb and the number are Portuguese."""
    assert WRITER.write(texts.checks_failed_unknown(count=count)) == said


def test_lists() -> None:
    """A list is joined by a word of the language, also where more follows."""
    assert WRITER.write(names(["a", "b", "c"])) == "a, b e c"
    assert WRITER.write(names(list("abcdefg"))) == "a, b, c, d, e e mais 2"


def test_a_sentence_of_clauses() -> None:
    """Clauses in a sentence are of the same language."""
    said = texts.outlives_ca(
        who=texts.the_certificate(title="portal"),
        ca=texts.its_ca_not_served(title="VMS CA"),
        not_after=NOW + timedelta(days=5),
    )
    assert WRITER.write(said) == (
        'o certificado "portal" expira depois de sua emissora, a AC "VMS CA" (não enviada pelo servidor), '
        "que expira em 5 dias (4 de dez. de 2026 12:00 UTC): renovar só o certificado não resolve"
    )


def test_data_are_the_same_in_every_language() -> None:
    """What a program reads depends neither on the language nor on the zone."""
    said = texts.expires(who=texts.its_ca(title="VMS CA"), not_after=NOW)
    before = (said.code, parameters(said))
    in_brazil = Writer(language("pt_BR"), ZoneInfo("America/Sao_Paulo"), NOW).write(said)
    assert in_brazil == 'a AC "VMS CA" expirou há 1 minuto (29 de nov. de 2026 09:00 BRT)'
    assert (said.code, parameters(said)) == before


def test_texts_of_others_are_not_translated() -> None:
    """A name that is a word of ours stays as it is, and so do the words of a configuration."""
    assert WRITER.write(names(["certificate"])) == "certificate"
    assert WRITER.write(own("certificate", ())) == "certificate"
    step = completed(own("Ask {issuer}, {who}.", ("issuer",)), issuer="VMS CA")
    assert WRITER.write(step) == "Ask VMS CA, {who}."


def test_steps_of_presets() -> None:
    """A built-in step is whole with what is filled in; what a configuration says instead stays as it is."""
    changed = Presets.built_in().extend({"roles": {"mobile_server": {"account": "svc-mob"}}})
    mobile = changed.watched_ports("mobile_server")[0].steps[3]
    recorder = changed.watched_ports("recording_server")[0].steps[3]
    click = (
        "Em certlm.msc, clique com o botão direito no novo certificado, escolha Todas as Tarefas, Gerenciar "
        "Chaves Privadas, e conceda Leitura para "
    )
    assert WRITER.write(mobile) == f"{click}svc-mob."
    assert WRITER.write(recorder) == (
        f"{click}a conta que executa o serviço Recording Server (NETWORK SERVICE, se não foi alterada)."
    )
