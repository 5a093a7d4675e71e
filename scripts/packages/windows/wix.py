"""The WiX source of the MSI, which wixl turns into its tables; what wixl cannot say is in ``tables.py``."""

import hashlib
import re
import uuid
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from packages.windows.tree import PAGE_LINK

# Made once. All identities follow from it, by which Windows recognizes what an older version installed.
_SPACE = uuid.UUID("2f0f5a3e-94a2-4b3f-8f6e-6c6f0f3a7d51")
SERVICES = {"Stop": "cert-monitor", "StopAgent": "cert-monitor-agent"}
"""The services that hold files open, by the key of the row that stops each."""

MAIN = PurePosixPath()
MENU = PurePosixPath(PAGE_LINK)
"""What is known by these paths has its own place: the program's folder, and the link in the Start menu."""

# By pythonw, since a console would flash up. The command knows what is registered and how. After an upgrade
# the service starts again; without a configuration it does not, and that is no failure of the upgrade.
_ACTIONS = {
    "Register": ("install", "deferred", "check"),
    "RegisterAndOpen": ("install --firewall", "deferred", "check"),
    "RegisterAgent": ("install --agent", "deferred", "check"),
    "UndoRegister": ("remove", "rollback", "ignore"),
    "UndoRegisterAgent": ("remove --agent", "rollback", "ignore"),
    "Unregister": ("remove", "deferred", "ignore"),
    "UnregisterAgent": ("remove --agent", "deferred", "ignore"),
    "StartAgain": ("start", "deferred", "ignore"),
    "StartAgentAgain": ("start --agent", "deferred", "ignore"),
}
OPTIONS = {"AGENT": "0", "FIREWALL": "0"}
"""What an administrator may set, with its value otherwise."""

FOUND = {"MONITORSERVICE": "cert-monitor", "AGENTSERVICE": "cert-monitor-agent"}
"""Properties that are set where a service was registered before anything was changed."""

_KEY = r"SYSTEM\CurrentControlSet\Services" + "\\"
_MONITOR = '(MONITORSERVICE OR (AGENT<>"1" AND NOT AGENTSERVICE))'
_AGENT = '(AGENTSERVICE OR AGENT="1")'
_FIRST = "NOT Installed AND NOT WIX_UPGRADE_DETECTED"
_LAST = 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE'
_AGAIN = "NOT REMOVE AND (Installed OR WIX_UPGRADE_DETECTED)"
CONDITIONS = {
    "Register": f'NOT REMOVE AND FIREWALL<>"1" AND {_MONITOR}',
    "RegisterAndOpen": f'NOT REMOVE AND FIREWALL="1" AND {_MONITOR}',
    "RegisterAgent": f"NOT REMOVE AND {_AGENT}",
    "UndoRegister": f"{_FIRST} AND NOT MONITORSERVICE",
    "UndoRegisterAgent": f"{_FIRST} AND NOT AGENTSERVICE",
    "Unregister": _LAST,
    "UnregisterAgent": _LAST,
    "StartAgain": f"{_AGAIN} AND MONITORSERVICE",
    "StartAgentAgain": f"{_AGAIN} AND AGENTSERVICE",
}
"""A service that is there stays; without any, it is the monitor's, or with ``AGENT=1`` that of an agent."""


def identifier(kind: str, path: PurePosixPath) -> str:
    """Return the key of a row for a path, the same in every version: f for files, c and d for folders."""
    return f"{kind}{uuid.uuid5(_SPACE, path.as_posix()).hex}"


def code(what: str) -> str:
    """Return a code as MSI writes it, the same for the same text."""
    return f"{{{str(uuid.uuid5(_SPACE, what)).upper()}}}"


def content_code(tree: Path) -> str:
    """Return the product's code: another content is another product, which replaces this one."""
    digest = hashlib.sha256()
    for file in sorted(one for one in tree.rglob("*") if one.is_file()):
        digest.update(f"{file.relative_to(tree).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return code(f"product {digest.hexdigest()}")


def msi_version(version: str) -> str:
    """Return the three numbers of a version, which are all that MSI compares."""
    numbers = re.findall(r"\d+", version)[:3]
    return ".".join([*numbers, "0", "0"][:3])


def source(tree: Path, version: str, product_code: str) -> str:
    """Return the source for all files of a tree; their paths in it are relative to the tree."""
    wix = ET.Element("Wix", xmlns="http://schemas.microsoft.com/wix/2006/wi")
    product = ET.SubElement(
        wix, "Product", Id=product_code, UpgradeCode=code("upgrade"), Name="cert-monitor",
        Manufacturer="cert-monitor", Version=msi_version(version), Language="1033",
    )  # fmt: skip
    ET.SubElement(
        product, "Package", InstallerVersion="500", Compressed="yes", InstallScope="perMachine",
        Description="cert-monitor: watches certificates and warns before they expire",
    )  # fmt: skip
    ET.SubElement(product, "MajorUpgrade", DowngradeErrorMessage="A newer cert-monitor is installed.")
    ET.SubElement(product, "Media", Id="1", Cabinet="files.cab", EmbedCab="yes")
    for name, value in ({"ARPNOMODIFY": "1"} | OPTIONS).items():
        ET.SubElement(product, "Property", Id=name, Value=value)
    for name, service in FOUND.items():
        there = ET.SubElement(product, "Property", Id=name)
        # A number, never empty, that every service has there.
        ET.SubElement(
            there, "RegistrySearch", Id=name, Root="HKLM", Key=_KEY + service, Name="Type", Type="raw"
        )
    components = _directories(product, tree)
    feature = ET.SubElement(product, "Feature", Id="main", Level="1")
    for one in components:
        ET.SubElement(feature, "ComponentRef", Id=one)
    _actions(product)
    ET.indent(wix, " ")
    return ET.tostring(wix, encoding="unicode", xml_declaration=True) + "\n"


def _directories(product: ET.Element, tree: Path) -> list[str]:
    """Add the folders with their files, and return the components, one for each folder with files."""
    root = ET.SubElement(product, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = ET.SubElement(root, "Directory", Id="ProgramFiles64Folder")
    program = ET.SubElement(programs, "Directory", Id="ProgramFolder", Name="cert-monitor")
    components = _folder(program, tree, MAIN)
    menu = ET.SubElement(root, "Directory", Id="ProgramMenuFolder")
    components.append(_component(menu, MENU, [MENU]).attrib["Id"])
    return components


def _folder(parent: ET.Element, tree: Path, path: PurePosixPath) -> list[str]:
    here = sorted((tree / path).iterdir())
    files = [path / one.name for one in here if one.is_file() and path / one.name != MENU]
    components = []
    if files:
        component = _component(parent, path, files)
        components.append(component.attrib["Id"])
        if path == MAIN:
            # A service holds files open; it is stopped before they are replaced or removed.
            for key, service in SERVICES.items():
                ET.SubElement(component, "ServiceControl", Id=key, Name=service, Stop="both", Wait="yes")
    for one in here:
        if one.is_dir():
            inside = path / one.name
            below = ET.SubElement(parent, "Directory", Id=identifier("d", inside), Name=one.name)
            components += _folder(below, tree, inside)
    return components


def _component(parent: ET.Element, path: PurePosixPath, files: list[PurePosixPath]) -> ET.Element:
    key = identifier("c", path)
    guid = code(f"component {path.as_posix()}")
    component = ET.SubElement(parent, "Component", Id=key, Guid=guid, Win64="yes")
    for number, one in enumerate(files):
        file = ET.SubElement(component, "File", Id=identifier("f", one), Name=one.name, Source=one.as_posix())
        if not number:
            file.set("KeyPath", "yes")
    return component


def _actions(product: ET.Element) -> None:
    python = identifier("f", PurePosixPath("python/pythonw.exe"))
    for name, (command, execute, result) in _ACTIONS.items():
        ET.SubElement(
            product, "CustomAction", Id=name, FileKey=python, ExeCommand=f"-m monitor service {command}",
            Execute=execute, Impersonate="no", Return=result,
        )  # fmt: skip
    sequence = ET.SubElement(product, "InstallExecuteSequence")
    for name, condition in CONDITIONS.items():
        ET.SubElement(sequence, "Custom", Action=name, After="InstallFiles").text = condition
