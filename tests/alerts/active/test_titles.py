"""What alerts are called: an issuer by its common name, whatever else its distinguished name says."""

from dataclasses import replace

import pytest

from monitor.alerts.active.collect import collect_alerts
from monitor.model import AlertKey, Check, Scope, Severity
from support.factories.alerts.world import NOW, certificate, finding, picture, seen


@pytest.mark.parametrize(
    ("issuer", "title"),
    [
        ("CN=Plant CA", "Plant CA"),
        ("CN=Plant CA,O=Plant\\, Inc.,C=PT", "Plant CA"),
        ("CN=Plant\\, Inc.\\+Sons CA,C=PT", "Plant, Inc.+Sons CA"),
        ("CN=Plant CA+serialNumber=7,C=PT", "Plant CA"),
        ("O=Plant,CN=inner", "O=Plant,CN=inner"),
        ("Plant CA", "Plant CA"),
        ("CN=", "CN="),
    ],
)
def test_issuer(issuer: str, title: str) -> None:
    """A CRL is named as its CA is on every page; only one without a common name has the whole name."""
    late = replace(
        finding(Check.CRL_EXPIRY, None, "crl.pem", Severity.WARNING),
        shared_alert=AlertKey(Check.CRL_EXPIRY, Scope.ISSUER, issuer),
    )
    shown = picture(seen("crl.pem", certificate(1), late))
    assert [alert.title for alert in collect_alerts(shown, NOW).values()] == [title]
