"""Certificates in the values of YAML and JSON are found under their keys; hostile documents cost little."""

import base64
import json
import textwrap
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import text
from monitor.parse import FileContents, find_certificates, texts
from support.pki.foreign import request
from support.pki.key_stores import LEAF, RECORDED, ROOT, WORD, held, pkcs12, problems, subjects
from support.written import written

PEM, CA = LEAF.pem.decode(), ROOT.pem.decode()


def encoded(data: bytes) -> str:
    """Return base64 in one line."""
    return base64.b64encode(data).decode()


def block(text: str, spaces: int) -> str:
    """Return a text set in, to stand below ``key: |``."""
    return textwrap.indent(text, " " * spaces)


KUBECONFIG = f"""\
apiVersion: v1
kind: Config
clusters:
- name: plant
  cluster: {{server: "https://k8s:6443", certificate-authority-data: {encoded(ROOT.pem)}}}
users:
- name: admin
  user:
    client-certificate-data: {encoded(LEAF.pem)}
    client-key-data: {encoded(LEAF.key_pem)}
"""
SECRETS = f"""\
apiVersion: v1
kind: Secret
data:
  tls.crt: {encoded(LEAF.pem + ROOT.pem)}
  tls.key: {encoded(LEAF.key_pem)}
  keys.jks: {encoded((RECORDED / "keys.jks").read_bytes())}
---
kind: ConfigMap
data:
  ca.crt: |
{block(CA, 4)}
---
"""
COMPOSE = f"""\
x-anchors: &ca |
{block(CA, 2)}
services:
  web:
    ports: [443:443]
    environment: {{CA: *ca, 8443: !Ref port, PEM: "{PEM.replace(chr(10), chr(92) + "n")}"}}
configs:
  der: {{content: !!binary "{encoded(LEAF.der)}"}}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            KUBECONFIG,
            {
                "clusters[0].cluster.certificate-authority-data": ["Store CA"],
                "users[0].user.client-certificate-data": ["web.example"],
            },
            id="kubeconfig",
        ),
        pytest.param(
            SECRETS,
            {
                "[0].data.tls.crt": ["web.example", "Store CA"],
                "[0].data.keys.jks#web": ["web.example", "Store CA"],
                "[0].data.keys.jks#zürich ключ 🔑": ["Store CA"],
                "[1].data.ca.crt": ["Store CA"],
            },
            id="Kubernetes manifests",
        ),
        pytest.param(
            COMPOSE,
            {
                "x-anchors": ["Store CA"],
                "services.web.environment.CA": ["Store CA"],
                "services.web.environment.PEM": ["web.example"],
                "configs.der.content": ["web.example"],
            },
            id="compose",
        ),
        pytest.param(
            json.dumps({"keys": [{"x5c": [encoded(LEAF.der), encoded(ROOT.der)]}], "pem": PEM}),
            {"keys[0].x5c[0]": ["web.example"], "keys[0].x5c[1]": ["Store CA"], "pem": ["web.example"]},
            id="JSON",
        ),
        pytest.param(
            json.dumps({"pem": PEM.replace("\n", "\\n")}), {"pem": ["web.example"]}, id="line ends in words"
        ),
        pytest.param(
            json.dumps({"value": encoded(KUBECONFIG.encode())}),
            {
                "value#clusters[0].cluster.certificate-authority-data": ["Store CA"],
                "value#users[0].user.client-certificate-data": ["web.example"],
            },
            id="a kubeconfig in a Secret",
        ),
        pytest.param(json.dumps([PEM]), {"[0]": ["web.example"]}, id="a list"),
        pytest.param(json.dumps(PEM), {"": ["web.example"]}, id="one text"),
        pytest.param(f"a: 1\nb: '{encoded(ROOT.der)}'\n", {"b": ["Store CA"]}, id="DER"),
        pytest.param(
            f"{{{{ if x }}}}\n  ca: |\n{block(CA, 4)}\n", {"": ["Store CA"]}, id="a template, no YAML"
        ),
        pytest.param(block(PEM, 4), {"": ["web.example"]}, id="PEM that is set in"),
        pytest.param(f"Issuer: x: y\n{PEM}", {"": ["web.example"]}, id="PEM with text before it"),
    ],
)
def test_found(text: str, found: dict[str, list[str]]) -> None:
    """What stands in a document is found under its keys, in UTF-8 with a mark and in UTF-16 too."""
    forms = (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"))
    assert [subjects(held(form)) for form in forms] == [found] * 3


PEMS = LEAF.pem + ROOT.pem


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PEMS, id="PEM"),
        pytest.param(PEMS.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b"a: b\r" + PEMS.replace(b"\n", b"\r"), id="CR"),
        pytest.param(b"\xef\xbb\xbf" + LEAF.pem, id="a byte order mark"),
        pytest.param(PEMS.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(PEMS.decode().encode("utf-16-le"), id="UTF-16 without a byte order mark"),
        pytest.param(b"Bag Attributes\n    friendlyName: web\n" + PEMS, id="as openssl pkcs12 prints it"),
        pytest.param(LEAF.key_pem + PEMS, id="a key before it"),
        pytest.param(b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", id="a public key"),
        pytest.param(LEAF.der + ROOT.der, id="DER"),
        pytest.param(LEAF.pem[:100], id="cut"),
        pytest.param(b"", id="empty"),
    ],
)
def test_plain_files_stay_plain(data: bytes) -> None:
    """What is no store and no document is found in the file itself, as ever."""
    plain = find_certificates(data)
    assert held(data).parts == ((("", plain),) if plain != FileContents() else ())


def test_only_what_could_be_one_is_tried() -> None:
    """Values that merely look like base64 are no damage."""
    values = {"key": encoded(LEAF.key_pem), "a": "MIIB", "b": "MIIB" + "x" * 99, "c": "MII!" * 30, "d": None}
    assert held(json.dumps(values).encode()).parts == ()


def test_a_damaged_value_is_reported_with_its_key() -> None:
    """A certificate in a value that is damaged is reported by its key and costs only itself."""
    broken = PEM.replace("-----END", "!!-----END")
    found = held(json.dumps({"a": broken, "b": CA}).encode())
    assert (subjects(found)["b"], problems(found)) == (
        ["Store CA"],
        ["a: block 1: its base64 text is damaged"],
    )


CLIENT = "users[0].user.client-certificate-data"
CUT = encoded(LEAF.pem)[:-3]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param(encoded(LEAF.pem[:200]), "block 1: it has no end mark", id="cut"),
        pytest.param(
            encoded(LEAF.pem.replace(b"MII", b"?II")), "block 1: its base64 text is damaged", id="content"
        ),
        pytest.param(encoded(LEAF.pem[28:]), "it contains no certificate", id="without its first line"),
        pytest.param(
            encoded(LEAF.pem.replace(b"BEGIN", b"BEGUN")), "it contains no certificate", id="first line"
        ),
        pytest.param(encoded(LEAF.key_pem), "it contains no certificate", id="the key"),
        pytest.param(encoded(b"-----BEGIN CERT"), "it contains no certificate", id="very short"),
        pytest.param(encoded(request()), "it is a certificate request", id="the request"),
        pytest.param(CUT, "its base64 text is damaged", id="cut after encoding"),
        pytest.param("/etc/client.pem", "its base64 text is damaged", id="a path"),
    ],
)
def test_a_kubeconfig_with_a_damaged_certificate(value: str, problem: str) -> None:
    """Its key says that there must be a certificate, whatever the value looks like."""
    found = held(KUBECONFIG.replace(encoded(LEAF.pem), value).encode())
    assert problems(found) == [f"{CLIENT}: {problem}"]
    assert subjects(found)["clusters[0].cluster.certificate-authority-data"] == ["Store CA"]


@pytest.mark.parametrize("value", ['""', "", "~", "null", "DATA+OMITTED"])
def test_a_kubeconfig_without_a_certificate(value: str) -> None:
    """A user may have a token instead, and kubectl hides values that it prints."""
    assert problems(held(KUBECONFIG.replace(encoded(LEAF.pem), value).encode())) == []


def test_a_kubeconfig_with_text_before_the_certificate() -> None:
    """What openssl writes above the first line does not hide the certificate."""
    value = encoded(b"Certificate:\n    Data:\n" + LEAF.pem)
    plain, with_text = KUBECONFIG, KUBECONFIG.replace(encoded(LEAF.pem), value)
    assert subjects(held(with_text.encode())) == subjects(held(plain.encode()))


def test_a_certificate_that_was_cut_after_encoding() -> None:
    """Under any key, the beginning says what it should have been."""
    assert problems(held(json.dumps({"tls": CUT, "ca": CA}).encode())) == ["tls: its base64 text is damaged"]


def test_a_store_in_a_value_that_no_passphrase_opens() -> None:
    """A key store in a value is reported under its key when no passphrase fits, and opened when one does."""
    data = json.dumps({"data": {"p12": encoded(pkcs12()), "ca": CA}}).encode()
    closed = held(data)
    assert (closed.locked, subjects(closed), subjects(held(data, WORD))["data.p12#web"]) == (
        (("data.p12", texts.NO_PASSPHRASE),),
        {"data.ca": ["Store CA"]},
        ["web.example", "Store CA"],
    )


def test_other_files_are_not_followed() -> None:
    """A kubeconfig that refers to files is reported; the files are not opened."""
    found = held(b"# -----BEGIN x\nclusters:\n- cluster: {certificate-authority: /etc/k8s/ca.crt}\n")
    assert (found.parts, found.hint) == ((), texts.names_other_files(paths=("/etc/k8s/ca.crt",)))


DEEP = "-----BEGIN "


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"a: &a [{DEEP}]\n"
            + "".join(
                f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 30)}]\n" for n in range(20)
            ),
            id="a billion laughs",
        ),
        pytest.param(f"a: &a [*a, '{DEEP}']\n", id="an alias to itself"),
        pytest.param("[" * 500_000 + f'"{DEEP}"', id="deep YAML"),
        pytest.param("[" * 100_000 + f'"{DEEP}"' + "]" * 100_000, id="deep JSON"),
        pytest.param(
            "".join(f"{' ' * n}a:\n" for n in range(1000)) + f"{' ' * 1000}{DEEP}", id="deep blocks"
        ),
        pytest.param(f"a: {DEEP}\n" + "b: c\n" * 1_000_000, id="long YAML"),
        pytest.param(json.dumps({"a": DEEP, "b": ["x"] * 500_000}), id="long JSON"),
        pytest.param(f"x: {DEEP}\n" + "%" * 100_000, id="no YAML"),
        pytest.param(f"a: &x 1\nb: &x 2\nc: {DEEP}\n", id="an anchor twice"),
        pytest.param(f'{{"a": 1, "a": "{DEEP}", "\\ud800": "{DEEP}\\udfff"}}', id="odd JSON"),
        pytest.param(f"? [a, b]\n: '{DEEP}'\n", id="a key that is no text"),
        pytest.param(DEEP + "\0\x1b", id="control characters"),
    ],
)
def test_hostile(text: str) -> None:
    """A document made to cost time or memory ends soon, and without an error of ours."""
    start = time.process_time()
    found = held(text.encode("utf-8", "surrogatepass"))
    assert (sum(map(len, subjects(found).values())), time.process_time() - start < 20) == (0, True)


TOO_LONG = texts.document_too_long(mebibytes=4, yaml_mebibytes=1, values=100_000)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{{"a": "{DEEP}", ' + "x, " * 1_300_000, id="long and no JSON"),
        pytest.param("[" + f'"{DEEP}",' * 400_000 + '"x"]', id="longer JSON"),
        pytest.param(f"- {DEEP}\n" + "- \n" * 101_000, id="many values"),
    ],
)
def test_too_long(text: str) -> None:
    """What would take minutes or gigabytes is not searched, and says so."""
    start = time.process_time()
    assert (held(text.encode()).hint, time.process_time() - start < 5) == (TOO_LONG, True)


def test_documents_in_documents_are_bounded_together() -> None:
    """However many values hold YAML that is slow to read, one file costs no more than one of them may."""
    slow = encoded(b"apiVersion: LS0tLS1CRUdJTi\n" + b"[" * 1500)
    start = time.process_time()
    found = held(json.dumps([slow] * 1500 + [CA]).encode())
    assert (subjects(found)["[1500]"], problems(found)[0], time.process_time() - start < 30) == (
        ["Store CA"],
        f"[10]: {written(TOO_LONG)}",
        True,
    )


def test_many_values_below_many_keys() -> None:
    """Long keys above many values, and values below many others, cost no memory for each of them."""
    keys = {"k" * 500_000: [encoded(LEAF.der)] * 500}
    deep: object = [""] * 300_000
    for _ in range(400):
        deep = [deep]
    tracemalloc.start()
    try:
        found = held(json.dumps({"keys": keys, "deep": deep}).encode())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(found.parts), len(found.parts[0][0]), peak < 50_000_000) == (1, 128, True)


def test_why_nothing_was_found() -> None:
    """What keeps a document from being searched can be reported."""
    assert [
        held(text.encode()).hint for text in (f"a: {DEEP}\n" * 100_000, f"a: [{DEEP}", "[" * 99 + DEEP)
    ] == [
        TOO_LONG,
        text("not YAML: the file ends inside brackets or quotes"),
        text("it is nested too deeply"),
    ]


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.sampled_from([PEM, encoded(LEAF.der), encoded(LEAF.pem)]),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    )
)
def test_every_certificate_of_a_document_is_found(document: object) -> None:
    """As many certificates are found as a document holds, wherever they stand in it."""
    text = json.dumps(document)
    whole = sum(text.count(json.dumps(one)) for one in (PEM, encoded(LEAF.der), encoded(LEAF.pem)))
    assert sum(map(len, subjects(held(text.encode())).values())) == whole


@given(st.integers(0, len(SECRETS)))
def test_cut_anywhere(where: int) -> None:
    """A document that ends too early gives at most what it held."""
    assert sum(map(len, subjects(held(SECRETS[:where].encode())).values())) <= 6
