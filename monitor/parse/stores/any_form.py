"""Find the certificates in a file of any format, recognized by its content and never by its name.

Formats: PKCS#12, JKS, JCEKS, JSON and YAML with certificates in them, and those of ``contents``. It must not
read files, and keeps no private key.
"""

import re

from monitor.model import Message
from monitor.parse import texts
from monitor.parse.contents import FileContents, find_certificates
from monitor.parse.stores.aliased import AliasedCertificates, alias, merge_parts
from monitor.parse.stores.embedded import TOO_LONG, Values, may_contain_certificates
from monitor.parse.stores.open_attempt import OpenAttempt, Passphrases

# A marker at the start of a line: the text counts as PEM, whatever surrounds it.
_PEM = re.compile(rb"^(?:\xef\xbb\xbf)?-----BEGIN ", re.MULTILINE)
# What a key store begins with: a SEQUENCE of DER, or the magic numbers of JKS and JCEKS.
_BINARY = (b"\x30", b"\xfe", b"\xce")
_DEEPEST = 3


def aliased_certificates(data: bytes, passphrases: Passphrases = tuple) -> AliasedCertificates:
    """Return the certificates in some data.

    The work is bounded by the size of the data and by the rounds of key derivation allowed for one file.
    ``passphrases`` is called only when the data needs one.
    """
    return _holding(data, OpenAttempt(passphrases), 0)


def _holding(data: bytes, opening: OpenAttempt, depth: int) -> AliasedCertificates:
    if data.startswith(_BINARY) and (store := _key_store(data, opening)) is not None:
        return store
    text = _text(data)
    hint: Message | None = None
    if (
        depth < _DEEPEST
        and not _PEM.search(text)
        and not data.startswith(b"\x30")
        and may_contain_certificates(text)
    ):
        values = Values(text, opening)
        embedded = _embedded(values, opening, depth)
        if embedded.parts or embedded.locked:
            return embedded
        hint = values.problem or embedded.hint
    contents = find_certificates(data)
    hint = hint or contents.foreign
    found = contents.ders or contents.problems or contents.lists
    return AliasedCertificates((("", contents),) if found else (), (), hint)


def _key_store(data: bytes, opening: OpenAttempt) -> AliasedCertificates | None:
    from monitor.parse.stores import jks, pkcs12  # noqa: PLC0415 - few files need ciphers

    if jks.is_jks(data):
        return jks.read(data, opening)
    return pkcs12.read(data, opening) if pkcs12.is_pkcs12(data) else None


def _text(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    return data


def _embedded(values: Values, opening: OpenAttempt, depth: int) -> AliasedCertificates:
    parts: list[tuple[str, FileContents]] = []
    locked: list[tuple[str, Message]] = []
    parts += [(alias(keys), FileContents(problems=(texts.BAD_BASE64,))) for keys in values.damaged]
    for keys, inner in values.found:
        held = _holding(inner, opening, depth + 1)
        own = alias(keys)
        if held.hint == TOO_LONG:
            parts.append((own, FileContents(problems=(TOO_LONG,))))
        if keys in values.expected and not (held.parts or held.locked):
            parts.append((own, FileContents(problems=(held.hint or texts.NO_CERTIFICATE,))))
        parts += [(f"{own}#{name}" if name else own, contents) for name, contents in held.parts]
        locked += [(f"{own}#{name}" if name else own, sentence) for name, sentence in held.locked]
    hint = texts.names_other_files(paths=tuple(map(alias, values.pointers))) if values.pointers else None
    return AliasedCertificates(merge_parts(parts), tuple(locked), hint)
