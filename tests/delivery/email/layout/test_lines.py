"""How long mails are, and that steps are in the mail or behind a link."""

from dataclasses import replace

import pytest

from monitor.alerts import Inventory
from monitor.alerts.decision import UnreachableHost
from monitor.model import Check, FailureReason, Severity, TargetInfo, TargetState, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    MonitorState,
    certificate,
    decide,
    ending,
    failing,
    finding,
    picture,
    seen,
    target,
    text_of,
)
from support.factories.delivery.mail_samples import PAGE, contents, mail_of
from support.nonsense import shown
from support.written import runbook


def inventory(*states: TargetState) -> Inventory:
    """Return the inventory of these targets."""
    decided = decide(picture(*states), {}, NOW, monitor_state=MonitorState(NOW - DAYS)).inventory
    assert decided is not None
    return decided


def server(number: int, *, severity: Severity = Severity.CRITICAL, steps: bool = True) -> TargetState:
    """Return a server with a certificate that expires soon, and steps of its own."""
    texts = tuple(f"Step {step} of server {number}." for step in range(12)) if steps else ()
    info = TargetInfo(title=f"Server {number}", runbook=runbook("Nothing works.", texts))
    on = target(f"10.1.{number}.1:443", info=info)
    issuer = f"CN=CA {number}"
    return ending(on.location, replace(certificate(number, number / 2), issuer=issuer), severity, on=on)


def lines(content: Inventory, code: str = "en") -> list[str]:
    """Return the lines of the plain text."""
    return text_of(mail_of(content, code)).splitlines()


@pytest.mark.parametrize("code", ["en", "pt_BR"])
@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.WARNING])
def test_an_inventory_of_30_targets_has_at_most_120_lines(severity: Severity, code: str) -> None:
    """Although each needs action and has twelve steps of its own; every title is in it."""
    content = inventory(*(server(number, severity=severity) for number in range(1, 31)))
    shown_lines = lines(content, code)
    assert len(shown_lines) <= 120
    assert all(any(f"Server {number}:" in line for line in shown_lines) for number in range(1, 31))


def test_what_is_left_out_for_length_is_named() -> None:
    """And it is in the HTML form."""
    content = inventory(*(server(number) for number in range(1, 31)))
    assert any(line.startswith("Steps that are left out here for length") for line in lines(content))
    assert "Step 11 of server 30." in text_of(mail_of(content), "html")


def test_with_three_problems_each_it_still_fits() -> None:
    """What is left out then is counted."""
    states = []
    for number in range(1, 31):
        state = server(number, steps=False)
        kept = [replace(certificate(100 * n + number, n), issuer=f"CN=CA {number}") for n in (1, 2)]
        more = tuple(finding(Check.WEAK_KEY, one, state.target.location) for one in kept)
        found = replace(state.assessment, findings=(*state.assessment.findings, *more))
        states.append(replace(state, assessment=found))
    content = inventory(*states)
    shown_lines = lines(content)
    assert (len(content.items), len(shown_lines) <= 120) == (90, True)
    assert any("60 more are not listed here" in line for line in shown_lines)


def down(number: int) -> TargetState:
    """Return an unreachable server in one of twenty networks."""
    where = f"10.1.{number % 20}.{number // 20 + 1}:443"
    return failing(seen(where, certificate(number), on=target(where)))


def test_5000_unreachable_ones_are_at_most_60_lines() -> None:
    """Grouped by reason and network, with the question that comes first."""
    content = inventory(*(down(number) for number in range(5000)))
    shown_lines = lines(content)
    assert len(shown_lines) <= 60
    assert "is it the monitor's own network?" in shown_lines[0]
    assert any("10.1.7.0/24: 250 unreachable, such as" in line for line in shown_lines)


def test_5000_in_as_many_networks_are_at_most_60_lines() -> None:
    """Then only the reasons are left to group by."""
    hosts = tuple(
        UnreachableHost(f"h{n}", (f"h{n}.d{n}.example:443",), (text("no answer"),), reason)
        for n, reason in enumerate([*FailureReason] * 200)
    )
    content = Inventory(len(hosts), 0, len(hosts), 0, (), (), hosts, network_down=True)
    assert len(lines(content)) <= 60


def test_few_unreachable_ones_are_named() -> None:
    """Each with its reason, and without the question."""
    content = inventory(down(1), *(seen(f"a{n}:443", certificate(100 + n)) for n in range(20)))
    shown_lines = lines(content)
    assert "    10.1.1.1:443: nobody listens there" in shown_lines
    assert "network?" not in shown_lines[0]


def test_many_unreachable_at_once_are_grouped_in_a_notice() -> None:
    """The one alert of very many lists networks."""
    states = [down(number) for number in range(400)]
    due = [
        replace(one, failed_probes=9, unreachable=finding(Check.UNREACHABLE, None, "", Severity.WARNING))
        for one in states
    ]
    items = decide(picture(*due), {}, NOW, monitor_state=AFTER_INVENTORY).items
    body = text_of(mail_of(items)).splitlines()
    assert len(body) <= 60
    assert "  10.1.7.0/24: 20 such as 10.1.7.1:443" in body


def test_twenty_alike_are_one_entry_with_the_worst_ten() -> None:
    """With their number, in the summary and below."""
    states = [ending(f"h{n}:443", certificate(n, n), Severity.WARNING) for n in range(8, 33)]
    items = decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY).items
    mail = mail_of(items)
    body = text_of(mail)
    assert mail.subject == "Certificates: 25 warnings"
    assert "certificate expires soon: 25 certificates from VMS Certificate Authority, the first one" in body
    assert body.count("Serial number") == 10
    assert "15 more are not listed here" in body


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_steps_of_warnings_are_behind_the_link(kind: str) -> None:
    """Those of what is critical are in the mail too."""
    content = contents()["inventory"]
    linked = text_of(mail_of(content, "en", f"{PAGE}/"), kind)
    assert isinstance(content, Inventory)
    ids = {one.alert_id for one in content.items}
    assert [one for one in ids if f"{PAGE}/alerts/{one}" not in linked] == []
    assert (f"All alerts: {PAGE}/alerts" if kind == "plain" else f'href="{PAGE}/alerts"') in linked
    assert ("Trust the new CA" in linked, "for both groups" in linked) == (False, True)
    assert "Trust the new CA" in text_of(mail_of(content), kind)


def test_html_says_the_same() -> None:
    """Every line of the summary is in the HTML form too, which loads nothing."""
    for content in contents().values():
        html = text_of(mail_of(content), "html")
        said = " ".join(shown(html).split())
        for line in text_of(mail_of(content)).split("DETAILS")[0].splitlines()[2:]:
            words = line.strip().lstrip("0123456789. -").partition(":")[2].strip()
            assert " ".join(words.split()) in said
        assert "src=" not in html
        assert "color-scheme" in html
