"""What a list in Prometheus' format means: endpoints, their labels and policies, and what is wrong in it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discovery import DnsSettings, groups
from monitor.discovery.groups import LONGEST_LIST, ListError, ParsedList, parse_groups, with_policy
from monitor.discovery.location import read_location
from monitor.model import DiscoveredTarget, Margin


def group(*targets: Any, **labels: Any) -> dict[str, Any]:
    """Return one group; ``_x_title`` stands for the label ``__title``."""
    return {"targets": list(targets), "labels": {name.replace("_x_", "__"): v for name, v in labels.items()}}


def one(*targets: Any, **labels: Any) -> DiscoveredTarget:
    """Return the only endpoint of one group without mistakes."""
    answer = parse_groups([group(*targets, **labels)])
    assert answer.errors == ()
    [found] = answer.found
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Portal.Example.:8443", ("portal.example", 8443, "")),
        ("portal.example", ("portal.example", 443, "")),
        ("10.0.0.1:0443", ("10.0.0.1", 443, "")),
        ("[2001:DB8::1]:636", ("2001:db8::1", 636, "")),
        ("[2001:db8::1]", ("2001:db8::1", 443, "")),
        ("https://portal.example/path?x#y", ("portal.example", 443, "https")),
        ("HTTPS://portal.example:8443", ("portal.example", 8443, "https")),
        ("ldaps://dc01.example", ("dc01.example", 636, "ldaps")),
        ("imaps://[::1]", ("::1", 993, "imaps")),
        ("bücher.example:1", ("xn--bcher-kva.example", 1, "")),
    ],
)
def test_locations(text: str, expected: tuple[str, int, str]) -> None:
    """A target is a host with or without a port, or a URL, whose scheme says protocol and port."""
    where, protocol = read_location(text)
    assert (*where, protocol) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no host"),
        (":443", "has no host"),
        ("https://", "has no host"),
        ("a:", "the port must be a number from 1 to 65535"),
        ("a:0", "the port must be a number from 1 to 65535"),
        ("a:65536", "the port must be a number from 1 to 65535"),
        ("a:٤", "the port must be a number from 1 to 65535"),
        ("::1", "an IPv6 address is written in brackets"),
        ("[::1", "an IPv6 address is written in brackets"),
        ("[::1]443", "an IPv6 address is written in brackets"),
        ("[a]:443", "a is not an IPv6 address"),
        ("http://portal.example", "http has no certificate"),
        ("gopher://portal.example", "unknown protocol; allowed: tls, https"),
        ("https://u:p@portal.example", "must not contain a user name or password"),
        ("u@portal.example", "must be host:port or a URL"),
        ("portal.example/path", "must be host:port or a URL"),
        ("a b:443", "a host is a DNS name or an IP address"),
        ("a\n:443", "a host is a DNS name or an IP address"),
        ("10.0.0.256:443", "10.0.0.256 is not an IPv4 address"),
        ("0x7f000001:443", "0x7f000001 is not an IPv4 address"),
    ],
)
def test_wrong_locations(text: str, said: str) -> None:
    """Everything else is refused with what is wrong."""
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        read_location(text)


@given(st.text())
def test_any_text_is_a_location_or_refused(text: str) -> None:
    """No text breaks anything, and what is taken reads the same again."""
    try:
        where, protocol = read_location(text)
    except ValueError:
        return
    assert read_location(str(where), protocol) == (where, protocol)


def test_labels_and_address() -> None:
    """Labels of a group go to each of its targets, in the order of the list."""
    answer = parse_groups([group("b:1", "a:2", site="north"), group("c:3")])
    labels = (("site", "north"),)
    assert answer == ParsedList(
        (DiscoveredTarget("b:1", "", labels), DiscoveredTarget("a:2", "", labels), DiscoveredTarget("c:3"))
    )


def test_labels_may_be_left_out() -> None:
    """A group without labels is a group."""
    assert parse_groups([{"targets": ["a:1"]}, {"targets": [], "labels": None}]).found == (
        DiscoveredTarget("a:1"),
    )


def test_named_by_labels() -> None:
    """Server name, title and protocol come from labels that the endpoint does not carry itself."""
    found = one("10.0.0.1", _x_server_name="DC01.Example", _x_title="Domain\u202e", _x_protocol="ldaps")
    assert found == DiscoveredTarget("10.0.0.1:636", "dc01.example", (), "Domain\ufffd", protocol="ldaps")


def test_scheme() -> None:
    """Prometheus' own label for the scheme names the protocol too; that of a URL outweighs it."""
    answer = parse_groups([group("a", "ldaps://b", _x_scheme__="https")])
    assert [(found.address, found.protocol) for found in answer.found] == [
        ("a:443", "https"),
        ("b:636", "ldaps"),
    ]


def test_module() -> None:
    """A blackbox exporter's module becomes the label module, unless there is one."""
    assert one("a:1", _x_param_module="smtp").labels == (("module", "smtp"),)
    assert one("a:1", _x_param_module="smtp", module="own").labels == (("module", "own"),)


def test_prometheus_labels_mean_nothing() -> None:
    """What service discoveries write about themselves is neither a label nor worth a note."""
    answer = parse_groups([group("a:1", _x_meta_url="x", _x_address__="b:2", _x_metrics_path__="/m")])
    assert answer == ParsedList((DiscoveredTarget("a:1"),))


def test_unknown_hidden_label_is_noted() -> None:
    """A label that looks like one of ours and is none is said, for it may be a slip."""
    [note] = parse_groups([group("a:1", _x_servername="b"), group("c:1", _x_servername="b")]).notes
    assert note.startswith("the label __servername means nothing here; known are __ca_critical_before, ")


def test_kind_is_left_out() -> None:
    """The label kind is ours: it is left out, and that is said."""
    answer = parse_groups([group("a:1", kind="x", site="y")])
    assert (answer.found, answer.notes) == (
        (DiscoveredTarget("a:1", "", (("site", "y"),)),),
        ("the label kind is left out: it is the target's own kind",),
    )


def test_values_are_cleaned() -> None:
    """Control characters of a label's value reach no mail and no terminal."""
    assert one("a:1", note="x\x1b[31m\r\ny").labels == (("note", "x\ufffd[31m  y"),)


def test_policy() -> None:
    """Labels set keys of the endpoint's own policy over those of the discovery."""
    found = one("a:1", _x_warn_before="60d, 50%", _x_critical_before="20d", _x_interval="5m")
    entry = DnsSettings.model_validate(
        {"kind": "dns", "name": "a.example:1", "warn_before": "10d", "timeout": "3s", "unreachable_after": 7}
    )
    own = with_policy(entry, found)
    assert (own.warn_before, own.critical_before, own.interval, own.timeout, own.unreachable_after) == (
        (Margin(timedelta(days=60)), Margin(share=0.5)),
        (Margin(timedelta(days=20)),),
        timedelta(minutes=5),
        timedelta(seconds=3),
        7,
    )


def test_policy_is_the_discovery_s_where_nothing_is_said() -> None:
    """Without such labels the settings stay the very same."""
    entry = DnsSettings(kind="dns", name="a.example:1")
    assert with_policy(entry, DiscoveredTarget("a:1")) is entry


@pytest.mark.parametrize("name", ["trust", "checks", "accept", "unreachable_after", "forget_after"])
def test_policy_labels_are_few(name: str) -> None:
    """A list cannot say what is trusted or which checks are off."""
    assert one("a:1", **{f"_x_{name}": "system"}).policy == ()


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["a"], ListError((0,), "must have targets and labels")),
        ([{"labels": {}}], ListError((0, "targets"), "is missing")),
        ([{"targets": "a:1"}], ListError((0, "targets"), "must be a list")),
        ([{"targets": [], "label": {}}], ListError((0, "label"), "unknown key; allowed: labels, targets")),
        ([{"targets": [], "labels": []}], ListError((0, "labels"), "must be keys and values")),
        ([group(), group(1)], ListError((1, "targets", 0), "must be a text; put it in quotes (got 1)")),
        (
            [group("a:x")],
            ListError((0, "targets", 0), "the port must be a number from 1 to 65535 (got 'a:x')"),
        ),
        ([group("a:1", rack=7)], ListError((0, "labels", "rack"), "must be a text; put it in quotes")),
        (
            [{"targets": [], "labels": {"a-b": "c"}}],
            ListError(
                (0, "labels", "a-b"), "a label's name has letters, digits and _, and starts with no digit"
            ),
        ),
        (
            [group("a:1", _x_server_name="a b")],
            ListError((0, "labels", "__server_name"), "a host is a DNS name or an IP address (got 'a b')"),
        ),
        (
            [group("a:1", _x_scheme__="http")],
            ListError(
                (0, "labels", "__scheme__"),
                "http has no certificate; use https, or leave this target out (got 'http')",
            ),
        ),
        (
            [group("a:1", _x_warn_before="30")],
            ListError(
                (0, "labels", "__warn_before"),
                "must be a number and a unit, such as 30s, 10m, 1h, 7d, 2w (got '30')",
            ),
        ),
        (
            [group("a:1", _x_interval="1s")],
            ListError(
                (0, "labels", "__interval"),
                "a list must not set an interval below 10 s (got '1s')",
            ),
        ),
        (
            [group("a:1", _x_timeout="1h")],
            ListError((0, "labels", "__timeout"), "a list must not set a timeout above 300 s (got '1h')"),
        ),
    ],
)
def test_mistakes(groups: list[Any], expected: ListError) -> None:
    """Each mistake is said with its location in the list."""
    assert parse_groups(groups).errors == (expected,)


def test_a_mistake_costs_no_other_target() -> None:
    """What is right beside a mistake is found."""
    answer = parse_groups([group("a:1", "b:x", "c:3"), group("d:4", bad=1), group("e:5")])
    assert [found.address for found in answer.found] == ["a:1", "c:3", "e:5"]


def test_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list beyond all measure is cut, and that is a mistake: nothing may be taken away by it."""
    monkeypatch.setattr(groups, "LONGEST_LIST", 3)
    answer = parse_groups([{"targets": [f"a{n}:1" for n in range(4)]}])
    assert (len(answer.found), answer.errors) == (
        3,
        (ListError((), "has more than 3 targets; the rest is left out"),),
    )
    assert LONGEST_LIST == 1_000_000


@given(
    st.lists(
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["targets", "labels", "a"]), x),
        )
    )
)
def test_any_json_is_read(groups: list[Any]) -> None:
    """No shape of JSON raises; every group that is no group is a mistake."""
    answer = parse_groups(groups)
    assert len(answer.errors) >= sum(not isinstance(one, dict) for one in groups)
