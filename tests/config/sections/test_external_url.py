"""The address of the page for people elsewhere, in the one form that everything compares and writes."""

from pathlib import Path

import pytest

from monitor.config import load
from monitor.config.sections.external_url import checked_external_url


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://certs.vms.example", "https://certs.vms.example"),
        ("https://Certs.VMS.example/", "https://certs.vms.example"),
        ("HTTPS://certs.vms.example:443", "https://certs.vms.example"),
        ("http://certs.vms.example:80/", "http://certs.vms.example"),
        ("https://certs.vms.example:8443", "https://certs.vms.example:8443"),
        ("http://10.0.0.5:9850", "http://10.0.0.5:9850"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_one_form(written: str, url: str) -> None:
    """An origin as browsers write it: lower case, no usual port, no slash."""
    assert checked_external_url(written) == url


def test_its_host(tmp_path: Path) -> None:
    """Requests may name its host, without any port."""
    path = tmp_path / "c.yaml"
    path.write_text("web: {external_url: 'https://certs.vms.example:8443'}\n")
    assert load(path).web.external_host == "certs.vms.example"
    path.write_text("web: {}\n")
    assert (load(path).web.external_url, load(path).web.external_host) == (None, "")
