"""The MSI as far as it can be judged without Windows: its source, what its tables are given, equal bytes."""

import re
import struct
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import pytest

from monitor.cli.service.definition import AGENT, MONITOR
from packages.windows import msi, tables, wix

NAMESPACE = "{http://schemas.microsoft.com/wix/2006/wi}"
FILES = (
    "LICENSE.txt",
    "cert-monitor.exe",
    "cert-monitor.url",
    "python/pythonw.exe",
    "site/a & b/__init__.py",
    "site/more.py",
)
SEQUENCE = """\
Action\tCondition\tSequence\r
s72\tS255\tI2\r
InstallExecuteSequence\tAction\r
StopServices\tVersionNT\t1900\r
RemoveFiles\t\t4100\r
InstallFiles\t\t3900\r
RemoveExistingProducts\t\t6700\r
Register\tNOT REMOVE\t3901\r
Unregister\tREMOVE\t3902\r
"""
ACTIONS = (
    "Action\tType\tSource\tTarget\ns72\ti2\tS72\tS255\nCustomAction\tAction\nUndoRegister\t1362\tf\t-m x\n"
)
PROPERTIES = "Property\tValue\ns72\tl0\nProperty\tProperty\nSecureCustomProperties\tWIX_UPGRADE_DETECTED\n"
UPGRADE = (
    "UpgradeCode\tVersionMin\tVersionMax\tAttributes\ns38\tS20\tS20\ti4\nUpgrade\tUpgradeCode\n"
    "{A}\t\t0.1.0\t1\n{A}\t0.1.0\t\t2\n"
)
WIXL = {
    "InstallExecuteSequence": tables.parse(SEQUENCE),
    "CustomAction": tables.parse(ACTIONS),
    "Property": tables.parse(PROPERTIES),
    "Upgrade": tables.parse(UPGRADE),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with some files."""
    for name in FILES:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def parsed(tree: Path, version: str = "0.1.0") -> ET.Element:
    """Return the source of a tree, read as XML."""
    return ET.fromstring(wix.source(tree, version, wix.content_code(tree)))


def every(source: ET.Element, name: str) -> list[dict[str, str]]:
    """Return the attributes of every element of one kind."""
    return [one.attrib for one in source.iter(NAMESPACE + name)]


def completed() -> dict[str, tables.Table]:
    """Return the tables of wixl with what we add."""
    return tables.complete(WIXL)


def numbers() -> dict[str, int]:
    """Return the number of each action."""
    return {row[0]: int(row[2]) for row in completed()["InstallExecuteSequence"].rows}


def test_every_file_is_installed_once(tree: Path) -> None:
    """Under its own name, and from where it lies in the tree."""
    installed = every(parsed(tree), "File")
    assert sorted(one["Source"] for one in installed) == sorted(FILES)
    assert [one["Name"] for one in installed] == [PurePosixPath(one["Source"]).name for one in installed]


def test_the_page_is_in_the_start_menu(tree: Path) -> None:
    """And nowhere else."""
    menu = next(
        one for one in parsed(tree).iter(NAMESPACE + "Directory") if one.get("Id") == "ProgramMenuFolder"
    )
    assert [one["Source"] for one in every(menu, "File")] == ["cert-monitor.url"]


def test_every_component_is_part_of_the_feature(tree: Path) -> None:
    """What is in no feature is not installed; each component has one key path."""
    source = parsed(tree)
    components = [one["Id"] for one in every(source, "Component")]
    assert sorted(components) == sorted(one["Id"] for one in every(source, "ComponentRef"))
    assert sum(one.get("KeyPath") == "yes" for one in every(source, "File")) == len(components)


def test_identities_do_not_depend_on_the_version(tree: Path) -> None:
    """Windows knows by them what to replace: upgrade code and components."""
    old, new = (parsed(tree, version) for version in ("0.1.0", "0.2.0"))
    assert every(old, "Component") == every(new, "Component")
    assert every(old, "Product")[0]["UpgradeCode"] == every(new, "Product")[0]["UpgradeCode"]


def test_another_content_is_another_product(tree: Path) -> None:
    """Else Windows refuses a corrected build as installed already."""
    first = wix.content_code(tree)
    (tree / "site" / "more.py").write_text("changed")
    assert (wix.content_code(tree) == first, re.fullmatch(r"\{[0-9A-F-]{36}\}", first) is None) == (
        False,
        False,
    )


@pytest.mark.parametrize(
    ("version", "number"), [("0.1.0", "0.1.0"), ("1.2", "1.2.0"), ("1.2.3rc1", "1.2.3"), ("2", "2.0.0")]
)
def test_versions_have_three_numbers(version: str, number: str) -> None:
    """MSI compares three and refuses words."""
    assert wix.msi_version(version) == number


def test_the_service_is_registered_by_the_program_itself(tree: Path) -> None:
    """Nothing about the service is said twice: the MSI runs our own command, without a console."""
    source = parsed(tree)
    (python,) = (one["Id"] for one in every(source, "File") if one["Source"] == "python/pythonw.exe")
    actions = {one["Id"]: one for one in every(source, "CustomAction")}
    assert {one["FileKey"] for one in actions.values()} == {python}
    assert actions["Register"]["ExeCommand"] == "-m monitor service install"
    assert actions["RegisterAndOpen"]["ExeCommand"] == "-m monitor service install --firewall"
    assert actions["RegisterAgent"]["ExeCommand"] == "-m monitor service install --agent"
    assert actions["Unregister"]["ExeCommand"] == "-m monitor service remove"


def test_every_action_has_its_place_and_condition() -> None:
    """An action without a condition would run when the product is removed too."""
    assert {*wix.CONDITIONS} <= {*tables.SEQUENCE}


def fired(**properties: str) -> set[str]:
    """Return the actions whose conditions hold for some properties, as Windows Installer reads them."""

    def holds(condition: str) -> bool:
        text = condition.replace("<>", "!=").replace('="', '=="')
        text = re.sub(r"\b(NOT|AND|OR)\b", lambda word: word[0].lower(), text).replace("!==", "!=")
        names = {name: properties.get(name, "") for name in re.findall(r"[A-Za-z_]{4,}", text)}
        return bool(eval(text, {}, names))

    return {name for name, condition in wix.CONDITIONS.items() if holds(condition)}


MONITOR_THERE, AGENT_THERE = {"MONITORSERVICE": "#16"}, {"AGENTSERVICE": "#16"}
UPGRADE_OF = {"WIX_UPGRADE_DETECTED": "{OLD}"}


@pytest.mark.parametrize(
    ("given", "actions"),
    [
        ({}, {"Register", "UndoRegister", "UndoRegisterAgent"}),
        ({"FIREWALL": "1"}, {"RegisterAndOpen", "UndoRegister", "UndoRegisterAgent"}),
        ({"AGENT": "1"}, {"RegisterAgent", "UndoRegister", "UndoRegisterAgent"}),
        ({"AGENT": "1", "Installed": "1"} | MONITOR_THERE, {"Register", "RegisterAgent", "StartAgain"}),
        (UPGRADE_OF | MONITOR_THERE, {"Register", "StartAgain"}),
        (UPGRADE_OF | AGENT_THERE, {"RegisterAgent", "StartAgentAgain"}),
        (
            UPGRADE_OF | MONITOR_THERE | AGENT_THERE,
            {"Register", "RegisterAgent", "StartAgain", "StartAgentAgain"},
        ),
        (UPGRADE_OF, {"Register"}),
        ({"REMOVE": "ALL", "Installed": "1"} | MONITOR_THERE, {"Unregister", "UnregisterAgent"}),
        ({"REMOVE": "ALL", "Installed": "1", "UPGRADINGPRODUCTCODE": "{NEW}"} | AGENT_THERE, set()),
    ],
    ids=["first", "firewall", "agent", "agent too", "upgrade", "upgrade of an agent", "upgrade of both",
         "upgrade of none", "removal", "replaced"],
)  # fmt: skip
def test_which_services_are_registered_and_started(given: dict[str, str], actions: set[str]) -> None:
    """What is there stays, also in the old version of an upgrade; only the last to go removes it."""
    assert fired(**(wix.OPTIONS | given)) == actions


def test_the_services_are_those_of_the_program(tree: Path) -> None:
    """Their names are said in the program too, and the registry has them by that name."""
    names = [MONITOR.name, AGENT.name]
    assert [*wix.SERVICES.values()] == [*wix.FOUND.values()] == names
    places = [one["Key"] for one in every(parsed(tree), "RegistrySearch")]
    assert places == [rf"SYSTEM\CurrentControlSet\Services\{name}" for name in names]


def test_the_service_starts_again_after_an_upgrade(tree: Path) -> None:
    """Not after the first installation; that it does not start is no reason to undo an upgrade."""
    (action,) = (one for one in every(parsed(tree), "CustomAction") if one["Id"] == "StartAgain")
    assert (action["ExeCommand"], action["Return"]) == ("-m monitor service start", "ignore")


def test_the_service_is_stopped_before_files_change(tree: Path) -> None:
    """On installation and removal alike, and Windows waits for it."""
    both = every(parsed(tree), "ServiceControl")
    assert [one["Name"] for one in both] == [service.name for service in (MONITOR, AGENT)]
    assert {(one["Stop"], one["Wait"]) for one in both} == {("both", "yes")}


def test_actions_run_in_order() -> None:
    """The old version goes first, the service before its files; it is registered after the new files."""
    order = sorted(numbers(), key=numbers().__getitem__)
    assert order == [
        "RemoveExistingProducts",
        "StopServices",
        "RemoveEnvironmentStrings",
        "Unregister",
        "RemoveFiles",
        "InstallFiles",
        "Register",
        "WriteEnvironmentStrings",
    ]


def test_the_folder_is_on_the_path_of_the_machine() -> None:
    """Added at the end, and taken away with the product."""
    ((_, name, value, component),) = completed()["Environment"].rows
    assert (name, value, component) == ("=-*PATH", "[~];[ProgramFolder]", wix.identifier("c", wix.MAIN))


def test_no_action_runs_as_the_user() -> None:
    """Services are registered with the rights of the system, also when an installation is undone."""
    (row,) = completed()["CustomAction"].rows
    assert int(row[1]) & tables.NO_IMPERSONATION


def test_options_reach_the_part_with_rights() -> None:
    """A property that is not secure is empty there, whatever the command line says."""
    (row,) = completed()["Property"].rows
    passed = "AGENT;FIREWALL;MONITORSERVICE;AGENTSERVICE;WIX_UPGRADE_DETECTED"
    assert row == ("SecureCustomProperties", passed)


def test_a_build_of_the_same_version_is_replaced() -> None:
    """A newer version is not: its row stays as it was."""
    assert [row[3] for row in completed()["Upgrade"].rows] == ["513", "2"]


def test_tables_are_written_in_one_order() -> None:
    """However wixl ordered the rows."""
    text = tables.write(tables.parse(UPGRADE))
    head, rows = UPGRADE.splitlines()[:3], UPGRADE.splitlines()[3:]
    assert tables.parse("\n".join([*head, *reversed(rows)]) + "\n") != tables.parse(UPGRADE)
    assert tables.write(tables.parse("\n".join([*head, *reversed(rows)]) + "\n")) == text


def summary(cabinet: bytes) -> dict[str, str]:
    """Return the summary of a database with this cabinet."""
    rows = (("9", "{RANDOM}"), ("12", "2020/02/02 02:02:02"), ("13", "2020/02/02 02:02:02"))
    return dict(msi.of_content(tables.Table(("a\tValue", "", ""), rows), {"File": "f"}, cabinet).rows)


def test_the_summary_follows_from_the_content() -> None:
    """Its code is that of no other content, and its times are fixed."""
    one, same, other = summary(b"one"), summary(b"one"), summary(b"other")
    assert (one == same, one["9"] == other["9"], one["12"]) == (True, False, "2026/01/01 00:00:00")


def test_a_compound_file_has_no_times() -> None:
    """Those of its root are where its header says the folder begins."""
    content = bytearray(range(256)) * 16
    struct.pack_into("<H", content, 30, 9)
    struct.pack_into("<I", content, 48, 2)
    at = 3 * 512 + 100
    assert content[at : at + 16] != bytes(16)
    found = msi.without_times(bytes(content))
    assert (found[at : at + 16], found[:at], found[at + 16 :]) == (
        bytes(16),
        content[:at],
        content[at + 16 :],
    )
