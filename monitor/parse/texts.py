"""Messages about certificates, CRLs and key stores that cannot be read, or only in part."""

from monitor.model import Message, message
from monitor.model.message import plain

NO_ELEMENT = plain("der_no_element", "the data ends where an element should begin")
LONG_TAG = plain("der_long_tag", "an element has a tag of several bytes")
BAD_LENGTH = plain("der_bad_length", "the length of an element cannot be read")
TOO_SHORT = plain("der_too_short", "an element is longer than the data")
NO_LENGTH = plain("der_no_length", "an element has no length")
NO_END = plain("der_no_end", "an element has no end")
FIELDS_MISSING = plain("der_fields_missing", "fields are missing")
BAD_IDENTIFIER = plain("der_bad_identifier", "an object identifier cannot be read")
TRAILING_BYTES = plain("der_trailing_bytes", "bytes follow after its end")


@message("der_other_tag", "an element has the tag {found} instead of {wanted}")
def other_tag(*, found: str, wanted: str) -> None: ...


@message("der_too_many", "an element contains more than {most} others")
def too_many(*, most: int) -> None: ...


UNKNOWN_TIME = plain("der_unknown_time", "a time has an unknown form")
IMPOSSIBLE_TIME = plain("der_impossible_time", "a time does not exist in the calendar")
NO_ISSUE_DATE = plain("crl_no_issue_date", "the date of issue is missing")
BAD_BASE64 = plain("bad_base64", "its base64 text is damaged")
NO_END_MARK = plain("pem_no_end_mark", "it has no end mark")
OTHER_END_MARK = plain("pem_other_end_mark", "its end mark is another one")
NO_CERTIFICATE = plain("contains_no_certificate", "it contains no certificate")
NO_PKCS7_CONTENT = plain("pkcs7_no_content", "the PKCS#7 data has no content")
CERTIFICATE_REQUEST = plain("is_certificate_request", "it is a certificate request")
OTHER_PKCS7 = plain(
    "is_other_pkcs7", "it is PKCS#7 data that is encrypted or contains something else than certificates"
)


@message("too_many_names", "there are more than {most} names")
def too_many_names(*, most: int) -> None: ...


@message("pem_block", "block {number}: {problem}")
def pem_block(*, number: int, problem: Message) -> None: ...


@message("data_after_certificates", "the data after {octets} bytes is not a certificate: {problem}")
def data_after_certificates(*, octets: int, problem: Message) -> None: ...


@message("der_damaged_certificate", "the data begins like a DER certificate but is damaged: {problem}")
def damaged_certificate(*, problem: Message) -> None: ...


@message("der_damaged_crl", "the data begins like a DER CRL but is damaged: {problem}")
def damaged_crl(*, problem: Message) -> None: ...


NOT_UTF8 = plain("not_utf8", "it is not UTF-8")


@message(
    "document_too_long",
    "documents of more than {mebibytes} MiB, and YAML of more than {yaml_mebibytes} MiB or {values} values, "
    "are not searched",
)
def document_too_long(*, mebibytes: int, yaml_mebibytes: int, values: int) -> None: ...


@message("names_other_files", "it names other files, which are not followed: {paths:open}")
def names_other_files(*, paths: tuple[str, ...]) -> None: ...


NO_PASSPHRASE = plain("store_no_passphrase", "it needs a passphrase, and there is none to try")
PKCS12_EMPTY = plain("pkcs12_empty", "it is PKCS#12 without certificates")
PKCS12_FOR_KEY = plain(
    "pkcs12_for_key", "a part of it is encrypted for the holder of a key, not with a passphrase"
)


@message(
    "store_wrong_passphrase",
    "the passphrase that was tried does not fit",
    "none of the {count} passphrases that were tried fits",
)
def wrong_passphrase(*, count: int) -> None: ...


@message("store_maybe_changed", "{problem}, or the store was changed: these cannot be distinguished")
def maybe_changed(*, problem: Message) -> None: ...


@message("store_unverified", "{problem}, so it is not known whether the file was changed")
def unverified(*, problem: Message) -> None: ...


@message("pkcs12_unreadable", "the PKCS#12 data cannot be read: {problem}")
def pkcs12_unreadable(*, problem: Message) -> None: ...


@message("store_unknown_certificate", "{name}: its certificate is of an unknown type")
def unknown_certificate(*, name: str) -> None: ...


UNNAMED_UNKNOWN_CERTIFICATE = plain("store_unnamed_unknown", "a certificate is of an unknown type")


@message("store_unnamed_damaged", "a certificate: {problem}")
def unnamed_damaged(*, problem: Message) -> None: ...


@message("java_store_damaged", "the {kind} store is damaged: {problem}")
def java_store_damaged(*, kind: str, problem: Message) -> None: ...


@message("java_store_empty", "it is a {kind} store without certificates")
def java_store_empty(*, kind: str) -> None: ...


@message("java_store_version", "its version is {version}")
def java_store_version(*, version: str) -> None: ...


@message("java_store_entry", "the entry {name} is of an unknown type")
def java_store_entry(*, name: str) -> None: ...


@message("java_store_too_many", "more than {most} of its certificates cannot be read")
def java_store_too_many(*, most: int) -> None: ...


@message(
    "java_store_unread",
    "what follows the secret key {name} is not read: a JCEKS store does not say where the key ends",
)
def java_store_unread(*, name: str) -> None: ...


STORE_TOO_LONG = plain("java_store_trailing", "more data follows after its last entry")
STORE_CUT_OFF = plain("java_store_cut_off", "it is cut off")
TOO_DEEP = plain("store_too_deep", "its parts are nested too deeply")
BAD_ROUNDS = plain("store_bad_rounds", "its count of rounds is not positive")


@message(
    "store_too_many_rounds",
    "opening it takes more than {most} rounds of key derivation ({rounds} at a time): "
    "create it again with fewer",
)
def too_many_rounds(*, most: int, rounds: int) -> None: ...


BAD_NUMBER = plain("store_bad_number", "a number cannot be read")
SALT_TOO_LONG = plain("store_salt_too_long", "a salt is too long")
BAD_KEY_LENGTH = plain("store_bad_key_length", "the length of a key cannot be read")
CIPHER_UNKNOWN_HERE = plain(
    "store_cipher_unavailable", "the cryptography of this machine does not support its cipher any more"
)
BAD_CIPHER_LENGTH = plain("store_bad_cipher_length", "the length of the encrypted data fits no cipher block")
NO_PARAMETERS = plain("store_no_parameters", "the parameters of its encryption are missing")
NOT_DECRYPTED = plain("store_not_decrypted", "the decrypted data is malformed")


@message("store_unknown_derivation", "keys are derived in an unsupported way ({name})")
def unknown_derivation(*, name: str) -> None: ...


@message("store_unknown_hmac", "its HMAC is not supported ({name})")
def unknown_hmac(*, name: str) -> None: ...


@message("store_unknown_encryption", "it is encrypted in an unsupported way ({name})")
def unknown_encryption(*, name: str) -> None: ...


@message("store_rc2_too_long", "more than {mebibytes} MiB under the old cipher RC2 are not read")
def rc2_too_long(*, mebibytes: int) -> None: ...
