"""The list of who calls which server fits the presets and says where each line comes from."""

from monitor.cli.xprotect.targets import GROUPS
from monitor.xprotect import Presets
from monitor.xprotect.callers import CALLS


def test_callers_name_what_exists() -> None:
    """Every call names components and a group that presets have together."""
    presets = Presets.built_in()
    known = {
        (preset.component, preset.certificate_group)
        for role in presets.roles
        for preset in presets.all_ports(role)
    }
    wrong = [
        call
        for call in CALLS
        if call.group not in GROUPS or not any((one, call.group) in known for one in call.components)
    ]
    assert wrong == []


def test_every_call_is_listed_once() -> None:
    """No caller stands twice with one group on one component."""
    pairs = [(call.caller, call.group, component) for call in CALLS for component in call.components]
    assert len(pairs) == len(set(pairs))


def test_sources_are_links() -> None:
    """A verified call has a link to where it is said."""
    assert [call for call in CALLS if call.verified and not call.source.startswith("https://")] == []
