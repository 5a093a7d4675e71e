"""The receivers of a configuration, and the name of the monitor in what they are sent."""

from pathlib import Path

import pytest

from monitor.config import InstanceSettings, load
from monitor.daemon.notifications.receivers import receivers, signature
from monitor.delivery.email.receiver import EmailReceiver
from support.pki.certificates import NOW
from support.written import written


@pytest.mark.parametrize(
    ("name", "customer", "expected"),
    [
        ("", "", "mon01.example"),
        ("Harbour", "", "Harbour (mon01.example)"),
        ("", "Harbour Ltd", "mon01.example for Harbour Ltd"),
        ("Harbour", "Harbour Ltd", "Harbour (mon01.example) for Harbour Ltd"),
    ],
)
def test_signature(name: str, customer: str, expected: str) -> None:
    """The machine is always named; name and customer where they are configured."""
    said = signature(InstanceSettings(name=name, customer=customer), "mon01.example")
    assert written(said) == expected


def test_language_sender_and_name(tmp_path: Path) -> None:
    """A receiver writes in its own language and as its own sender, or as the section email says."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "email: {host: relay, from: a@b.example, language: pt_BR}\n"
        "receivers:\n"
        "  - {name: admins, kind: email, to: [c@d.example], language: en, from: own@b.example}\n"
        "  - {name: ops, kind: email, to: [c@d.example]}\n",
        "utf-8",
    )
    config = load(path)
    found = []
    for receiver in receivers(lambda: config):
        assert isinstance(receiver, EmailReceiver)
        found.append((receiver.name, receiver.settings.sender, receiver.writer(NOW).language.code))
        receiver.close()
    assert found == [("admins", "own@b.example", "en"), ("ops", "a@b.example", "pt_BR")]
