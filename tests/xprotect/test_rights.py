"""What a site says about the rights of a login is read leniently, and never guessed."""

from typing import Any

import pytest

from monitor.xprotect.rights import EffectivePermissions, effective_permissions, namespace, read_mask

READ = {"name": "GENERIC_READ", "securityMask": 4}


@pytest.mark.parametrize(
    "item",
    [
        {"displayName": "Recording Servers"},
        {"displayName": "recording server"},
        {"displayName": "Registratori", "resourceType": "recordingServers"},
        {"name": "RecordingServers"},
    ],
    ids=["title", "singular", "type", "name"],
)
def test_namespace(item: dict[str, str]) -> None:
    """A namespace is found whatever the spelling of its name."""
    assert namespace([None, {"displayName": "Cameras"}, item], "Recording Servers") == item


def test_no_namespace() -> None:
    """A namespace without any name is none of those looked for."""
    assert namespace([{}, {"displayName": "Cameras"}], "Sites") is None


@pytest.mark.parametrize(
    ("actions", "mask"),
    [([READ], 4), ([{"name": "GENERIC_READ", "securityMask": "4"}], 4), ([], None), ("x", None), ([3], None)],
    ids=["number", "digits", "none", "text", "other"],
)
def test_read_mask(actions: Any, mask: int | None) -> None:
    """The bit of Read is that of the action with this name."""
    assert read_mask({"securityActions": actions}) == mask


def test_permissions() -> None:
    """Objects without the bit of Read are counted; bits of other rights do not matter."""
    objects = [{"mask": 5}, {"mask": 2}, {"mask": "6"}]
    found = effective_permissions({"isAdministrator": False, "objectPermissions": objects}, 4)
    assert found == EffectivePermissions(administrator=False, objects=3, unreadable=1)


def test_administrator() -> None:
    """An administrator is one whatever the objects say."""
    found = effective_permissions({"isAdministrator": True}, None)
    assert found is not None
    assert found.administrator


@pytest.mark.parametrize(
    ("item", "read"),
    [({"objectPermissions": []}, None), ([], 4), ({"objectPermissions": [{"mask": -1}]}, 4), ({}, 4)],
    ids=["no bit", "list", "negative", "empty"],
)
def test_other_forms(item: Any, read: int | None) -> None:
    """Another form than the documented one is not interpreted."""
    assert effective_permissions(item, read) is None
