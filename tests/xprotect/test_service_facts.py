"""The service account and the version of a site, as steps name them."""

import pytest

from monitor.xprotect import Answers, Presets, ServiceFacts, make_target_info, site_endpoints
from support.written import unfilled, written

BUILT_IN = Presets.built_in()
SITE = {"id": "1", "name": "Harbour", "serviceAccount": "S-1-5-20", "version": "25.1.15063.1"}


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("S-1-5-18", "LOCAL SYSTEM (S-1-5-18), which the site says is its service account"),
        ("s-1-5-19", "LOCAL SERVICE (S-1-5-19), which the site says is its service account"),
        ("S-1-5-20", "NETWORK SERVICE (S-1-5-20), which the site says is its service account"),
        ("S-1-5-80-1-2-3-4-5", "the virtual account of the service with the SID S-1-5-80-1-2-3-4-5"),
        ("S-1-5-82-1-2-3-4-5", "the IIS application pool identity with the SID S-1-5-82-1-2-3-4-5"),
        ("S-1-5-21-1-2-3-1104", "the account with the SID S-1-5-21-1-2-3-1104"),
        ("VMS\\svc", "VMS\\svc, which the site says is its service account"),
    ],
)
def test_account_in_words(account: str, said: str) -> None:
    """Well-known SIDs are written in words, others as they are."""
    found = ServiceFacts(account).account_in_words
    assert found is not None
    assert written(found).startswith(said)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("25.1.15063.1", "The site runs XProtect 2025 R1 (version 25.1.15063.1)"),
        ("newest", "The site says that it runs version newest"),
    ],
)
def test_version(version: str, said: str) -> None:
    """The release is named as the vendor names it, where the version has that form."""
    found = ServiceFacts(product_version=version).version_step
    assert found is not None
    assert written(found).startswith(said)


def test_nothing_known_is_nothing_said() -> None:
    """Older sites say neither."""
    facts = ServiceFacts()
    assert (facts.account_in_words, facts.version_step) == (None, None)


def test_steps_name_both() -> None:
    """The account that needs Read on the key, and as the last step the version."""
    gateway = BUILT_IN.get("management_server.gateway")
    assert gateway is not None
    facts = ServiceFacts("S-1-5-20", "25.1.15063.1")
    steps = unfilled(make_target_info(gateway, "", "vms01", 443, facts).runbook.steps)
    assert any("give Read to NETWORK SERVICE (S-1-5-20), which the site says" in step for step in steps)
    assert "2025 R1" in steps[-1]


def test_only_the_management_server_has_the_account_of_the_site() -> None:
    """Recorders may run under another account, and a camera does not run XProtect."""
    recorder = {"id": "2", "name": "Rec", "webServerUri": "https://rec:7563/"}
    camera = {"id": "3", "name": "Gate", "address": "https://10.0.0.7/"}
    answers = Answers(sites=(SITE,), recording_servers=(recorder,), hardware=(camera,))
    found = site_endpoints(answers, BUILT_IN, site="", api_address="vms").found
    facts = {one.address: (one.account, one.product_version) for one in found}
    assert facts["vms:443"] == ("S-1-5-20", "25.1.15063.1")
    assert facts["rec:7563"] == ("", "25.1.15063.1")
    assert facts["10.0.0.7:443"] == ("", "")
