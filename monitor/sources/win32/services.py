"""Read which services of this machine use certificates and the accounts they run as; changes none."""

import ctypes
import fnmatch
import sys
import winreg
from collections.abc import Iterator
from contextlib import suppress
from ctypes import wintypes

from monitor.assess.key_access import service_sid
from monitor.model import ServiceAccount
from monitor.parse import display

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

# Services of Windows and of products that use certificates.
WANTED = (
    "*milestone*",
    "*xprotect*",
    "*videoos*",
    "w3svc",
    "mssql*",
    "termservice",
    "winrm",
    "ntds",
    "adfssrv",
)
_KEY = r"SYSTEM\CurrentControlSet\Services"
_VIRTUAL = "nt service\\"
_CONNECT_AND_ENUMERATE, _QUERY_STATUS = 0x0001 | 0x0004, 0x0004  # winsvc.h
_RUNNING = 4


class _Status(ctypes.Structure):
    _fields_ = tuple((f"field_{number}", wintypes.DWORD) for number in range(7))


_dll = ctypes.WinDLL("advapi32", use_last_error=True)
_dll.OpenSCManagerW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD)
_dll.OpenSCManagerW.restype = wintypes.HANDLE
_dll.OpenServiceW.argtypes = (wintypes.HANDLE, wintypes.LPCWSTR, wintypes.DWORD)
_dll.OpenServiceW.restype = wintypes.HANDLE
_dll.QueryServiceStatus.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Status))
_dll.CloseServiceHandle.argtypes = (wintypes.HANDLE,)


def accounts() -> tuple[ServiceAccount, ...] | None:
    """Return the services that may use certificates, ``None`` if the list of services cannot be read."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _KEY) as services:
            return tuple(_wanted(services))
    except OSError:
        return None


def _wanted(services: winreg.HKEYType) -> Iterator[ServiceAccount]:
    count = winreg.QueryInfoKey(services)[0]
    for name in [winreg.EnumKey(services, index) for index in range(count)]:
        with suppress(OSError), winreg.OpenKey(services, name) as service:
            account, title = _text(service, "ObjectName"), _text(service, "DisplayName")
            called = (name.lower(), title.lower())
            if account and any(fnmatch.fnmatchcase(one, pattern) for one in called for pattern in WANTED):
                yield ServiceAccount(
                    display(name), display(title), display(account), _sids(account), _runs(name)
                )


def _text(key: winreg.HKEYType, name: str) -> str:
    try:
        return str(winreg.QueryValueEx(key, name)[0])
    except OSError:
        return ""


def _sids(account: str) -> tuple[str, ...] | None:
    """Return the SIDs of a virtual account; groups of other accounts are known only to a directory."""
    is_virtual = account.lower().startswith(_VIRTUAL)
    return (service_sid(account[len(_VIRTUAL) :]),) if is_virtual else None


def _runs(name: str) -> bool | None:
    manager = _dll.OpenSCManagerW(None, None, _CONNECT_AND_ENUMERATE)
    if not manager:
        return None
    try:
        service = _dll.OpenServiceW(manager, name, _QUERY_STATUS)
        if not service:
            return None
        status = _Status()
        answered = _dll.QueryServiceStatus(service, ctypes.byref(status))
        _dll.CloseServiceHandle(service)
        return status.field_1 == _RUNNING if answered else None
    finally:
        _dll.CloseServiceHandle(manager)
