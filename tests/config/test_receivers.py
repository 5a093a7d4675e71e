"""The section ``receivers``: names, what they need, and what they take from the section ``email``."""

from pathlib import Path

import pytest

from monitor.config import Config, load
from monitor.errors import ConfigError

RELAY = "email: {host: relay, from: a@b.example, language: pt_BR, timezone: UTC}\n"
TWO = """receivers:
  - {name: admins, kind: email, to: [admins@vms.example], language: en, from: b@b.example}
  - {name: ops, kind: email, to: [ops@vms.example, more@vms.example]}
"""


def loaded(folder: Path, text: str) -> Config:
    """Return the configuration with this text."""
    path = folder / "c.yaml"
    path.write_text(text, "utf-8")
    return load(path)


def refused(folder: Path, text: str) -> list[str]:
    """Return the problems of a configuration as they are printed, without the file's name."""
    with pytest.raises(ConfigError) as error:
        loaded(folder, text)
    return [f"{problem.line} {problem.key}: {problem.message}" for problem in error.value.problems]


def test_receivers_by_name(tmp_path: Path) -> None:
    """Each entry is a receiver of its own, in the order of the file."""
    receivers = loaded(tmp_path, RELAY + TWO).receivers
    assert {name: one.recipients for name, one in receivers.items()} == {
        "admins": ("admins@vms.example",),
        "ops": ("ops@vms.example", "more@vms.example"),
    }


def test_the_section_alone_is_a_receiver(tmp_path: Path) -> None:
    """Recipients in the section email are the receiver of that name, beside the others."""
    text = RELAY.replace("from:", "to: [all@vms.example], from:") + TWO
    assert list(loaded(tmp_path, text).receivers) == ["email", "admins", "ops"]


def test_nobody(tmp_path: Path) -> None:
    """An empty list is a choice; a list that is left out is not."""
    found = [loaded(tmp_path, text) for text in ("receivers: []\n", "log: {}\n", RELAY + TWO)]
    assert [(dict(one.receivers) == {}, one.nobody) for one in found] == [
        (True, True),
        (True, False),
        (False, False),
    ]


def test_names_are_taken_once(tmp_path: Path) -> None:
    """Two receivers of one name are refused with the location of the first."""
    entry = "  - {name: admins, kind: email, to: [other@vms.example]}\n"
    (problem,) = refused(tmp_path, RELAY + TWO + entry)
    assert problem.startswith("5 receivers[2].name: the name admins is already taken at ")
    assert problem.endswith("c.yaml:3; choose another")


def test_the_name_of_the_section_is_taken(tmp_path: Path) -> None:
    """A receiver cannot have the name of the one that the section email makes."""
    text = RELAY.replace("from:", "to: [all@vms.example], from:")
    text += "receivers: [{name: email, kind: email, to: [ops@vms.example]}]\n"
    (problem,) = refused(tmp_path, text)
    assert problem.startswith("2 receivers[0].name: the name email is already taken at ")


def test_mails_need_a_relay(tmp_path: Path) -> None:
    """A receiver by mail without the section email could never be reached."""
    assert refused(tmp_path, TWO) == [
        "2 receivers[0]: mails need a relay; add the section email with host and from",
        "3 receivers[1]: mails need a relay; add the section email with host and from",
    ]


@pytest.mark.parametrize("name", ["", "two words", "-a", "x" * 64, "ümlaut"])
def test_names_are_simple(tmp_path: Path, name: str) -> None:
    """Names go into labels, addresses of pages and commands."""
    text = RELAY + f'receivers: [{{name: "{name}", kind: email, to: [a@b.example]}}]\n'
    (problem,) = refused(tmp_path, text)
    assert "must be a name of letters, digits, '-', '_' and '.'" in problem


def test_receivers_of_several_files(tmp_path: Path) -> None:
    """The lists of included files are joined."""
    (tmp_path / "more.yaml").write_text(TWO, "utf-8")
    text = RELAY + "include: [more.yaml]\nreceivers: [{name: third, kind: email, to: [c@d.example]}]\n"
    assert set(loaded(tmp_path, text).receivers) == {"admins", "ops", "third"}


def test_limit_of_notifications(tmp_path: Path) -> None:
    """Each receiver has its own limit, else that of the section, by default 60 an hour."""
    own = TWO.replace("name: ops,", "name: ops, max_per_hour: 5,")
    limits = [
        [one.rate_limit.per_hour for one in loaded(tmp_path, relay + own).receivers.values()]
        for relay in (RELAY, RELAY.replace("timezone", "max_per_hour: 200, timezone"))
    ]
    assert limits == [[60, 5], [200, 5]]


@pytest.mark.parametrize("number", ["0", "3601", "'many'", "1.5"])
def test_odd_limits(tmp_path: Path, number: str) -> None:
    """A limit that would hold back everything, or nothing, is refused."""
    text = RELAY + TWO.replace("name: ops,", f"name: ops, max_per_hour: {number},")
    (problem,) = refused(tmp_path, text)
    assert problem.startswith("4 receivers[1].max_per_hour: must be")


def test_how_much_is_said(tmp_path: Path) -> None:
    """Mails and programs are told all, chats less, and each what it wants."""
    kinds = [
        ("mail", "email", "to: [a@b.example]"),
        *((one, one, "url_env: X") for one in ("webhook", "teams", "slack")),
    ]
    text = RELAY + "receivers:\n"
    other = {"teams": "full", "slack": "full"}
    for name, kind, more in kinds:
        text += f"  - {{name: {name}, kind: {kind}, {more}}}\n"
        text += f"  - {{name: {name}-2, kind: {kind}, {more}, detail: {other.get(kind, 'brief')}}}\n"
    found = [one.entry.detail for one in loaded(tmp_path, text).receivers.values()]  # type: ignore[attr-defined]
    assert found == ["full", "brief", "full", "brief", "brief", "full", "brief", "full"]


def test_own_texts(tmp_path: Path) -> None:
    """A prefix and a footer are kept as they are written."""
    text = (
        RELAY
        + """receivers:
  - name: admins
    kind: email
    to: [admins@vms.example]
    subject_prefix: "[harbour]"
    footer: |
      Video team
      phone 1234
"""
    )
    entry = loaded(tmp_path, text).receivers["admins"].entry  # type: ignore[attr-defined]
    assert (entry.subject_prefix, entry.footer) == ("[harbour]", "Video team\nphone 1234")


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ('subject_prefix: "a\\nBcc: x@y.example"', "must not contain line breaks or control characters"),
        (f"subject_prefix: {'a' * 61}", "must have at most 60 letters"),
        ('footer: "a\\u001bb"', "must not contain control characters"),
        (f'footer: "{"a" * 1001}"', "must have at most 20 lines and 1000 letters"),
        ("detail: short", "must be one of full, brief"),
    ],
)
def test_own_texts_that_are_refused(tmp_path: Path, key: str, problem: str) -> None:
    """What no header or line can hold is refused where it is written."""
    text = RELAY + f"receivers: [{{name: admins, kind: email, to: [a@b.example], {key}}}]\n"
    (found,) = refused(tmp_path, text)
    assert found.partition(": ")[2].startswith(f"{problem} (got ")
