"""Messages about what issuers answer: whether certificates are revoked, and why that is not known."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain

STAPLE = plain("ocsp_staple", "the OCSP response that the server sent")


@message("crl_at", "the CRL {url}")
def the_crl(*, url: str) -> None: ...


@message("delta_crl_at", "the delta CRL {url}")
def the_delta_crl(*, url: str) -> None: ...


@message("ocsp_responder", "the OCSP responder {url}")
def the_responder(*, url: str) -> None: ...


@message("revocation_source", "{source}: {problem}")
def source_problem(*, source: Message, problem: Message) -> None: ...


@message("revoked_at", "on {at}, according to {source}")
def revoked_at(*, at: datetime, source: Message) -> None: ...


@message("revoked_because", "on {at} ({reason}), according to {source}")
def revoked_because(*, at: datetime, reason: Message, source: Message) -> None: ...


@message("not_in_crl", "not in {source} of {at}")
def not_in_crl(*, source: Message, at: datetime) -> None: ...


@message("hold_lifted", "no longer on hold, according to {source}")
def hold_lifted(*, source: Message) -> None: ...


@message("not_revoked", "not revoked, according to {source} as of {at}")
def not_revoked(*, source: Message, at: datetime) -> None: ...


KEY_COMPROMISE = plain("reason_key_compromise", "key compromise")
CA_COMPROMISE = plain("reason_ca_compromise", "CA compromise")
AFFILIATION_CHANGED = plain("reason_affiliation_changed", "affiliation changed")
SUPERSEDED = plain("reason_superseded", "superseded")
CESSATION = plain("reason_cessation_of_operation", "cessation of operation")
ON_HOLD = plain("reason_certificate_hold", "on hold")
PRIVILEGE_WITHDRAWN = plain("reason_privilege_withdrawn", "privilege withdrawn")
AA_COMPROMISE = plain("reason_aa_compromise", "attribute authority compromise")
REMOVED = plain("reason_remove_from_crl", "removed from the CRL")

PAIR_UNSUPPORTED = plain(
    "revocation_pair_unsupported", "the certificate, or that of its issuer, has a form that is not supported"
)
CERTIFICATE_UNSUPPORTED = plain(
    "ocsp_certificate_unsupported", "the certificate has a form that no OCSP request can be made for"
)
NO_STAPLE = plain("no_staple", "the server sent no OCSP response with its certificate")
NO_CRL_NAMED = plain("no_crl_named", "the certificate names no CRL")
CRL_NAME_UNREADABLE = plain("crl_name_unreadable", "what the certificate says about its CRL cannot be read")
CRL_INDIRECT = plain(
    "crl_indirect", "its CRL is issued by another CA (an indirect CRL), which is not supported"
)
CRL_SOME_REASONS = plain(
    "crl_some_reasons", "its CRL covers only some reasons of revocation, which is not supported"
)
CRL_RELATIVE_NAME = plain(
    "crl_relative_name", "its CRL has no URL of its own (a relative name), which is not supported"
)
CRL_WITHOUT_URL = plain("crl_without_url", "its CRL has no URL")
NO_RESPONDER_NAMED = plain("no_responder_named", "the certificate names no OCSP responder")
RESPONDER_NAME_UNREADABLE = plain(
    "responder_name_unreadable", "what the certificate says about its OCSP responder cannot be read"
)
RESPONDER_WITHOUT_URL = plain("responder_without_url", "its OCSP responder has no URL")


@message("crl_schemes", "its CRL is at {schemes} only; only http:// and https:// are requested")
def crl_schemes(*, schemes: tuple[str, ...]) -> None: ...


@message(
    "responder_schemes",
    "its OCSP responder is at {schemes} only; only http:// and https:// are requested",
)
def responder_schemes(*, schemes: tuple[str, ...]) -> None: ...


@message("source_not_fetched", "{source} could not be fetched: {problem}")
def not_fetched(*, source: Message, problem: Message) -> None: ...


@message("responder_no_answer", "{source} did not answer: {problem}")
def no_answer(*, source: Message, problem: Message) -> None: ...


NOT_A_CRL = plain("not_a_crl", "the answer is not a CRL")
UNEXPECTED_NOT_MODIFIED = plain(
    "crl_not_modified", "the server answered that nothing changed, although no earlier version is known"
)
CRL_ENTRIES_UNREADABLE = plain("crl_entries_unreadable", "it has entries that cannot be read")
CRL_UNDATED = plain("crl_undated", "it does not say until when it is valid")


@message("revocation_future", "it is dated in the future ({at})")
def dated_in_future(*, at: datetime) -> None: ...


@message("revocation_expired", "it expired on {at}")
def expired(*, at: datetime) -> None: ...


@message("ocsp_undated", "it is of {at} and does not say until when it is valid")
def undated(*, at: datetime) -> None: ...


@message("crl_of_other_ca", 'it is the CRL of another CA, "{issuer}"')
def of_other_ca(*, issuer: str) -> None: ...


CRL_SIGNER_NOT_ALLOWED = plain(
    "crl_signer_not_allowed", "it is signed by a CA whose certificate does not allow it to sign CRLs"
)
CRL_OTHER_SIGNER = plain(
    "crl_other_signer", "it is not signed with the key of the CA that issued the certificate"
)
CRL_SCOPE_UNREADABLE = plain(
    "crl_scope_unreadable", "it names its CA or its scope in a form that cannot be read"
)


@message("crl_unsupported", "it has a critical extension that is not supported ({extension})")
def crl_unsupported(*, extension: str) -> None: ...


CRL_ONLY_DELTA = plain("crl_only_delta", "it is only a delta CRL, and its base is not named")
CRL_OF_SEVERAL = plain("crl_of_several", "it is for several CAs (an indirect CRL), which is not supported")
CRL_OF_ATTRIBUTES = plain("crl_of_attributes", "it is for attribute certificates only")
CRL_WITHOUT_CAS = plain("crl_without_cas", "it does not cover CAs")
CRL_WITHOUT_LEAVES = plain("crl_without_leaves", "it does not cover certificates of servers")
CRL_PARTIAL_REASONS = plain("crl_partial_reasons", "it covers only some reasons of revocation")
CRL_OTHER_PART = plain(
    "crl_other_part", "it is another part of the CA's CRL than the one that the certificate names"
)

NOT_OCSP = plain("not_ocsp", "the answer is not an OCSP response")
OCSP_UNREADABLE = plain("ocsp_unreadable", "the OCSP response cannot be read")
OCSP_UNSUPPORTED = plain(
    "ocsp_unsupported", "the OCSP response has a critical extension that is not supported"
)
OCSP_OTHER_CERTIFICATE = plain("ocsp_other_certificate", "the OCSP response is about another certificate")
OCSP_UNAUTHORIZED_SIGNER = plain(
    "ocsp_unauthorized_signer", "the OCSP response is signed neither by the CA nor by its responder"
)
OCSP_UNKNOWN = plain("ocsp_unknown", "it does not know the certificate")
OCSP_MALFORMED_REQUEST = plain("ocsp_malformed_request", "it does not understand the request")
OCSP_INTERNAL_ERROR = plain("ocsp_internal_error", "it has an internal error")
OCSP_TRY_LATER = plain("ocsp_try_later", "it asks to try again later")
OCSP_SIGNATURE_REQUIRED = plain("ocsp_signature_required", "it requires signed requests")
OCSP_UNAUTHORIZED = plain(
    "ocsp_unauthorized", "it does not know this CA, or does not answer requests about it"
)
OCSP_NO_ANSWER = plain("ocsp_no_answer", "it gave no answer")

NO_KEY_IDENTIFIER = plain("ari_no_key_identifier", "the certificate has no authority key identifier")
WINDOW_AFTER_EXPIRY = plain(
    "ari_window_after_expiry", "the CA suggests to renew after the certificate has expired"
)
BUG = plain("revocation_bug", "a bug of cert-monitor, which its log describes")
