"""Confirm trust in the first server: a CA that is known, sent or in a file; its own certificate comes last.

Nothing is trusted on first sight: a person compares a thumbprint, and options name a file or a thumbprint.
"""

from monitor.cli.setup import checks, progress_texts, question_texts, refusal_texts
from monitor.cli.setup.answers import AnswerRefusedError, Basis, First, SetupAnswers, TrustedCertificates
from monitor.cli.setup.question import Asker, SetupQuestion, agreed, fixed, yes_or_no
from monitor.cli.setup.served import ServedChain, Shown
from monitor.parse import UnreadableCertificateError, parse_certificate

SYSTEM = "system"


def _ders(value: str) -> tuple[bytes, ...]:
    """Return the certificates of the files named on these lines, none for ``system``."""
    named = [line for line in value.splitlines() if line not in ("", SYSTEM)]
    return tuple(der for one in named for der in checks.ders_in(checks.path(one)))


def _pin(value: str) -> str:
    return value.replace(":", "").replace(" ", "").lower()


TRUST = SetupQuestion("trust", "--trust", question_texts.ASK_TRUST, _ders, fixed(""))
PIN = SetupQuestion("pin", "--pin", question_texts.ASK_PIN, _pin)
_SYSTEM = yes_or_no("system", question_texts.ASK_SYSTEM, "yes")
_OFFERED = yes_or_no("offered", question_texts.ASK_OFFERED, "no")
_PINNED = yes_or_no("pinned", question_texts.ASK_PIN, "no")
_UNTRUSTED = yes_or_no("untrusted", question_texts.ASK_UNTRUSTED, "no")


def confirmed(asker: Asker, answers: SetupAnswers, served: ServedChain) -> TrustedCertificates:
    """Return what is trusted; raise ``AnswerRefusedError`` where it is nothing that a login could rest on."""
    given = _by_pin(asker, served) or _by_file(asker, served)
    if given is not None:
        return given
    if not asker.attended:
        return _without_person(served)
    asker.section(progress_texts.SECTION_TRUST)
    return (
        _known(asker, served)
        or _sent(asker, served)
        or _in_file(asker, served)
        or _leaf(asker, answers, served)
    )


def _by_pin(asker: Asker, served: ServedChain) -> TrustedCertificates | None:
    wanted = asker.given(PIN)
    if not wanted:
        return None
    leaf = served.chain[0] if served.chain else None
    if leaf is not None and leaf[0].sha256 == _pin(wanted):
        return TrustedCertificates(Basis.PINNED, (leaf[1],))
    shown = leaf[0].sha256 if leaf else "-"
    asker.refused([PIN], refusal_texts.other_pin(where=served.where, sha256=shown))
    return None


def _by_file(asker: Asker, served: ServedChain) -> TrustedCertificates | None:
    wanted = asker.given(TRUST)
    while wanted:
        try:
            return _of_file(served, _ders(wanted))
        except AnswerRefusedError as error:
            asker.refused([TRUST], error.reason)
            wanted = asker.given(TRUST)
    return None


def _of_file(served: ServedChain, ders: tuple[bytes, ...]) -> TrustedCertificates:
    """Return trust in these certificates; raise ``AnswerRefusedError`` where the server's is from none."""
    members = tuple(_parsed(ders))
    path = served.path((*members, *served.system_members)) if served.chain else None
    if path is not None and path.problem is not None:
        raise AnswerRefusedError(refusal_texts.did_not_issue(where=served.where, problem=path.problem))
    return TrustedCertificates(Basis.CA, ders) if ders else TrustedCertificates()


def _parsed(ders: tuple[bytes, ...]) -> list[Shown]:
    found: list[Shown] = []
    for der in ders:
        try:
            found.append((parse_certificate(der), der))
        except UnreadableCertificateError:
            continue
    return found


def _without_person(served: ServedChain) -> TrustedCertificates:
    if not served.chain or served.system_path.trusted:
        return TrustedCertificates()
    sha256 = served.chain[0][0].sha256
    raise AnswerRefusedError(
        refusal_texts.not_trusted(where=served.where, issuer=_issuer(served), sha256=sha256)
    )


def _issuer(served: ServedChain) -> str:
    leaf = served.chain[0][0]
    return leaf.issuer_cn or leaf.issuer


def _known(asker: Asker, served: ServedChain) -> TrustedCertificates | None:
    path = served.system_path
    if not path.trusted:
        return None
    asker.say(progress_texts.CA_KNOWN)
    asker.certificate(path.certificates[-1])
    return TrustedCertificates() if agreed(asker, _SYSTEM) else None


def _sent(asker: Asker, served: ServedChain) -> TrustedCertificates | None:
    ca = served.ca
    if ca is None or served.system_path.trusted:
        return None
    asker.say(progress_texts.CA_OFFERED)
    asker.certificate(ca[0])
    asker.say(progress_texts.COMPARE)
    return TrustedCertificates(Basis.CA, (ca[1],)) if agreed(asker, _OFFERED) else None


def _in_file(asker: Asker, served: ServedChain) -> TrustedCertificates | None:
    if served.ca is None and not served.system_path.trusted:
        asker.say(progress_texts.ca_unknown(where=served.where, issuer=_issuer(served)))
    while True:
        text = asker.text(TRUST, SetupAnswers()).strip()
        if not text:
            return None
        try:
            return _of_file(served, _ders(text))
        except AnswerRefusedError as error:
            asker.refused([TRUST], error.reason)


def _leaf(asker: Asker, answers: SetupAnswers, served: ServedChain) -> TrustedCertificates:
    leaf, der = served.chain[0]
    asker.say(progress_texts.leaf_shown(where=served.where))
    asker.certificate(leaf)
    asker.say(progress_texts.PIN_CONSEQUENCE)
    if agreed(asker, _PINNED):
        return TrustedCertificates(Basis.PINNED, (der,))
    if answers.first == First.TARGET and agreed(asker, _UNTRUSTED):
        return TrustedCertificates()
    raise AnswerRefusedError(refusal_texts.NO_TRUST)
