"""Chains with odd names: what is written in the certificate, and what the client asks for."""

import ipaddress
from collections.abc import Iterator

from cryptography import x509

from support.pki.certificates import TODAY, issue
from support.pki.odd.case import HOST, ROOT, Case, case, crafted, names_extension, server

_LONG = ".".join(["a" * 60] * 4)


def name_cases() -> Iterator[Case]:
    """Yield them."""
    yield from _written()
    yield from _wildcards()
    yield from _other_kinds()


def _written() -> Iterator[Case]:
    entries = {
        "as asked": HOST.encode(),
        "upper case": b"NVR.EXAMPLE",
        "dot at the end": b"nvr.example.",
        "two dots at the end": b"nvr.example..",
        "dot at the beginning": b".nvr.example",
        "space at the end": b"nvr.example ",
        "space at the beginning": b" nvr.example",
        "tab at the end": b"nvr.example\t",
        "line end at the end": b"nvr.example\n",
        "CRLF at the end": b"nvr.example\r\n",
        "no-break space at the end (UTF-8)": "nvr.example\u00a0".encode(),
        "no-break space at the end (Latin-1)": b"nvr.example\xa0",
        "zero at the end": b"nvr.example\0",
        "zero in the middle": b"nvr.example\0.evil.example",
        "zero-width space at the end": "nvr.example\u200b".encode(),
        "another name": b"other.example",
        "the parent": b"example",
        "a child": b"a.nvr.example",
        "empty": b"",
    }
    for what, content in entries.items():
        yield case(f"name: {what}", crafted(names=names_extension(content)))
    yield case("name: dot at the end of the target", server(), host="nvr.example.")
    yield case("name: dot at both ends", crafted(names=names_extension(b"nvr.example.")), host="nvr.example.")
    yield case("name: upper case in the target", server(), host="NVR.Example")
    yield case("name: the last of a thousand", server(names=[*(f"h{n}.example" for n in range(999)), HOST]))
    yield case("name: very long", server(names=[_LONG]), host=_LONG)
    yield case("name: underscore", server(names=["my_nvr.example"]), host="my_nvr.example")
    yield case("name: A-label", server(names=["xn--mller-kva.example"]), host="xn--mller-kva.example")
    umlaut = crafted(names=names_extension("müller.example".encode()))
    yield case("name: raw UTF-8", umlaut, host="xn--mller-kva.example")
    yield case(
        "name: critical alternative names", crafted(names=names_extension(HOST.encode(), critical=True))
    )


def _wildcards() -> Iterator[Case]:
    for pattern, host in (
        ("*.example.org", "nvr.example.org"),
        ("*.EXAMPLE.org", "nvr.example.org"),
        ("*.example.org", "a.nvr.example.org"),
        ("*.example.org", "example.org"),
        ("*.example", "nvr.example"),
        ("*", "nvr.example"),
        ("*", "nvr"),
        ("n*.example.org", "nvr.example.org"),
        ("*r.example.org", "nvr.example.org"),
        ("n*r.example.org", "nvr.example.org"),
        ("nvr.*.org", "nvr.example.org"),
        ("*.*.org", "nvr.example.org"),
        ("**.example.org", "nvr.example.org"),
        ("*.example.org.", "nvr.example.org"),
        ("*.example.org", "xn--mller-kva.example.org"),
        ("xn--*.example.org", "xn--mller-kva.example.org"),
    ):
        content = names_extension(pattern.encode())
        yield case(f"wildcard: {pattern} for {host}", crafted(names=content), host=host)


def _other_kinds() -> Iterator[Case]:
    address = ipaddress.IPv4Address("127.0.0.1")
    here, packed = str(address), address.packed
    mapped = ipaddress.IPv6Address(f"::ffff:{here}").packed
    yield case("address: as an address", server(names=[here]), host=here)
    yield case("address: as a DNS name", server(names=[f"DNS:{here}"]), host=here)
    yield case("address: another", server(names=["127.0.0.2"]), host=here)
    yield case("address: mapped to IPv6", crafted(names=names_extension(mapped, tag=0x87)), host=here)
    yield case("address: with a mask", crafted(names=names_extension(packed * 2, tag=0x87)), host=here)
    yield case("address: of five octets", crafted(names=names_extension(packed + b"1", tag=0x87)))
    yield case("address: in the subject alone", issue(here, ROOT, at=TODAY), host=here)
    yield case("address: wildcard", server(names=["DNS:*.0.0.1"]), host=here)
    yield case("subject: the name alone", issue(HOST, ROOT, at=TODAY))
    yield case("subject: the name beside another", issue(HOST, ROOT, at=TODAY, names=["other.example"]))
    yield case("subject: the name beside an address", issue(HOST, ROOT, at=TODAY, names=["127.0.0.1"]))
    mail = x509.SubjectAlternativeName([x509.RFC822Name("it@example.org")])
    yield case(
        "subject: the name beside a mail address", issue(HOST, ROOT, at=TODAY, extensions=[(mail, False)])
    )
    uri = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"https://{HOST}/")])
    yield case("subject: another beside a URI", issue("other", ROOT, at=TODAY, extensions=[(uri, False)]))
    yield case("subject: empty", issue("", ROOT, at=TODAY, names=[HOST]))
    yield case("subject: empty, no name at all", issue("", ROOT, at=TODAY))
    yield case("subject: space at the end", issue(f"{HOST} ", ROOT, at=TODAY))
    yield case("subject: wildcard alone", issue("*.example.org", ROOT, at=TODAY), host="nvr.example.org")
