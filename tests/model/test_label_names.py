"""Names of components and certificate groups for people: one for each code; words of others stay."""

from typing import get_args

import pytest

from monitor.model import text
from monitor.model.label_names import COMPONENT_NAMES, component_name, label_value
from monitor.xprotect import Presets
from monitor.xprotect.shape import Component, Group


def test_every_code_has_a_name() -> None:
    """No code of a preset reaches people."""
    assert set(COMPONENT_NAMES) == set(get_args(Component))
    for group in set(get_args(Group)) - {""}:
        assert label_value("certificate_group", group).code == f"group_{group}"


@pytest.mark.parametrize("code", sorted(set(COMPONENT_NAMES) - {"other"}))
def test_it_is_the_name_in_titles(code: str) -> None:
    """A title and a fact call a server by one name."""
    presets = Presets.built_in()
    every = [preset for role in presets.roles for preset in presets.all_ports(role)]
    assert {preset.name for preset in every if preset.component == code} == {component_name(code).text}


def test_what_a_configuration_names_is_kept() -> None:
    """Only codes are replaced, and only as values of their labels."""
    assert component_name("front desk") == text("front desk")
    assert label_value("site", "camera") == text("camera")
    assert label_value("component", "camera").text == "Camera"
