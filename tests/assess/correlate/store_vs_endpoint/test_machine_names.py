"""Which endpoints are a machine's: full names, addresses and short names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.correlate.store_vs_endpoint.machine_names import LOCAL, MachineNames, comparable
from monitor.model import Check
from support.factories.assess.machines import HOST, NEW, OLD, by_target, checks, kept, machine, port


def joined(names: tuple[str, ...], host: str, *aliases: str, sites: tuple[str, str] = ("", "")) -> bool:
    """Return whether an endpoint is taken for a port of the machine of these names."""
    labels = (("site", sites[0]),) if sites[0] else ()
    store = machine(kept(NEW), host=names[0], names=names, labels=labels)
    return Check.NOT_DEPLOYED in checks(store, port(OLD, host=host, aliases=aliases, site=sites[1]))


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("REC01.VMS.Example.", "rec01.vms.example"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.5"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("rec01", "rec01"),
        ("127.0.0.1", LOCAL),
        ("::1", LOCAL),
        ("Localhost.", LOCAL),
        ("127.0.0.3", "127.0.0.3"),
        ("999.1.1.1", "999.1.1.1"),
        ("a..b\u200d", "a..b\u200d"),
        ("", ""),
    ],
)
def test_names_as_they_are_compared(written: str, compared: str) -> None:
    """Case, a last dot, brackets, zones and other spellings of one address do not count."""
    assert comparable(written) == compared


@pytest.mark.parametrize(
    ("names", "host", "aliases", "same"),
    [
        ((HOST,), HOST, (), True),
        ((HOST,), HOST.upper() + ".", (), True),
        ((HOST,), "10.0.0.5", (HOST,), True),
        ((HOST, "10.0.0.5"), "10.0.0.5", (), True),
        ((HOST, "2001:db8::5"), "[2001:db8:0::5]", (), True),
        ((HOST,), "rec01", (), True),
        (("REC01",), HOST, (), True),
        (("REC01",), "rec01", (), True),
        (("REC01", HOST), "rec01", (), True),
        ((HOST,), "rec01.other.example", (), False),
        (("REC01", HOST), "rec01.other.example", (), False),
        (("REC01", HOST), "rec01", ("rec01.other.example",), False),
        (("2019",), "2019", ("10.0.0.9",), True),
        ((HOST,), "rec02", (), False),
        ((HOST,), "10.0.0.5", (), False),
        ((HOST,), "vms.example", (), False),
        (("10",), "10.0.0.5", (), False),
    ],
)
def test_names_that_mean_one_machine(
    names: tuple[str, ...], host: str, aliases: tuple[str, ...], *, same: bool
) -> None:
    """A full name or an address in common does; a short one only where no full names disagree."""
    assert joined(names, host, *aliases) is same


@pytest.mark.parametrize(
    ("sites", "same"),
    [(("HQ", "HQ"), True), (("HQ", ""), True), (("", "HQ"), True), (("HQ", "Harbour"), False)],
)
def test_sites_have_addresses_and_short_names_of_their_own(sites: tuple[str, str], *, same: bool) -> None:
    """Private addresses and short names of two sites may be the same; full names are not."""
    assert joined((HOST, "10.0.0.5"), "10.0.0.5", sites=sites) is same
    assert joined((HOST,), "rec01", sites=sites) is same
    assert joined((HOST,), HOST, sites=sites) is True


def test_a_short_name_that_two_machines_have() -> None:
    """It means neither of them; nor does an address that both have."""
    one = machine(kept(NEW), names=("rec01.a.example", "10.0.0.5"), host="rec01.a.example")
    other = machine(kept(NEW), names=("rec01.b.example", "10.0.0.5"), host="rec01.b.example")
    assert checks(one, other, port(OLD, host="rec01")) == []
    assert checks(one, other, port(OLD, host="10.0.0.5")) == []
    assert checks(one, port(OLD, host="rec01")) == [Check.NOT_DEPLOYED]


def test_two_full_names_with_the_short_name_of_one_machine() -> None:
    """A machine of a workgroup has no domain: of two endpoints with its short name neither is surely it."""
    store = machine(kept(NEW), host="REC01")
    both = port(OLD, host="rec01.a.example"), port(OLD, host="rec01.b.example")
    assert checks(store, *both) == []
    assert checks(store, both[0], port(OLD, 9001, host="rec01.a.example")) == [Check.NOT_DEPLOYED] * 2


def test_two_probes_of_one_machine_are_one() -> None:
    """What a report and a remote probe call by one full name is one machine with one short name."""
    one, other = machine(kept(NEW)), machine(kept(NEW), kind="windows_remote", names=(HOST, "10.0.0.5"))
    assert list(by_target(one, other, port(OLD, host="rec01"))) == ["endpoint:rec01:7563"]


def test_loopback_is_everybodys_own() -> None:
    """A report that lists loopback addresses is not taken for the monitor's own machine."""
    assert not joined((HOST, "127.0.0.1", "localhost"), "127.0.0.1")
    assert not joined((HOST, "::1"), "localhost")
    assert joined((HOST, "127.0.0.3"), "127.0.0.3")


LABEL = st.sampled_from(["rec01", "REC01", "a", "10.0.0.5", "rec01.a.example", "rec01.b.example", ""])


@given(st.lists(LABEL, max_size=4), st.lists(LABEL, max_size=4))
def test_being_one_machine_is_mutual(one: list[str], other: list[str]) -> None:
    """If one is taken for a machine, so is the other way round; and each with a name is itself."""
    left, right = MachineNames.of(one), MachineNames.of(other)
    for asked in (MachineNames.match, MachineNames.match_by_address, MachineNames.match_by_short_name):
        assert asked(left, right) == asked(right, left)
    assert left.match(left) == bool(left.full)
