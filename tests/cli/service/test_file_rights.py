"""Files of the service are for it and administrators alone."""

import stat
from pathlib import Path

import pytest

from monitor.assess.key_access import service_sid
from monitor.cli.service.definition import AGENT, MONITOR
from monitor.cli.service.file_rights import (
    make_restricted_folder,
    restrict,
    security_descriptor,
    write_restricted,
)

SERVICE = "S-1-5-80-2806709179-2137198258-2391431049-1959845854-2394310980"


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_uses_a_file(tmp_path: Path) -> None:
    """Whatever it was before."""
    file = tmp_path / "password"
    file.touch(0o644)
    restrict(file, MONITOR)
    assert mode(file) == 0o600


def test_only_the_owner_uses_a_folder(tmp_path: Path) -> None:
    """It is made with those above it, which stay as folders are."""
    made = tmp_path / "above" / "made"
    make_restricted_folder(made, MONITOR)
    assert mode(made) == 0o700
    assert mode(made.parent) != 0o700


def test_a_folder_that_exists_is_restricted(tmp_path: Path) -> None:
    """An administrator may have made it by hand."""
    tmp_path.chmod(0o755)
    make_restricted_folder(tmp_path, MONITOR)
    assert mode(tmp_path) == 0o700


def test_a_file_is_written_for_its_owner(tmp_path: Path) -> None:
    """Its octets come as they are."""
    file = tmp_path / "password"
    write_restricted(file, b"secret\r\n\x1a", MONITOR)
    assert (mode(file), file.read_bytes()) == (0o600, b"secret\r\n\x1a")


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """What is there stays, with its permissions."""
    file = tmp_path / "password"
    file.write_bytes(b"old")
    file.chmod(0o640)
    with pytest.raises(FileExistsError):
        write_restricted(file, b"new", MONITOR)
    assert (mode(file), file.read_bytes()) == (0o640, b"old")


def test_the_access_list_of_a_file() -> None:
    """SYSTEM, administrators and the SID of the service, and nothing from the folder above."""
    assert security_descriptor(MONITOR, folder=False, administrator=True) == (
        f"O:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1301bf;;;{SERVICE})"
    )


def test_the_access_list_of_a_folder_is_inherited() -> None:
    """By files and folders that are made in it."""
    assert security_descriptor(MONITOR, folder=True, administrator=True).count("OICI") == 3


def test_what_somebody_else_restricts_stays_their_own() -> None:
    """Only an administrator may give it to administrators, and its owner must be able to read it."""
    sddl = security_descriptor(MONITOR, folder=False, administrator=False)
    assert (sddl.startswith("D:PAI"), sddl.endswith("(A;;FA;;;OW)")) == (True, True)


def test_each_service_has_its_own_files() -> None:
    """The account of one opens nothing of the other's."""
    of_agent = security_descriptor(AGENT, folder=False, administrator=True)
    assert SERVICE not in of_agent
    assert service_sid("cert-monitor-agent") in of_agent
