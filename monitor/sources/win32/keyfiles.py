"""Read the access list of a machine key's file; never opens the file."""

import ctypes
import os
import sys
import winreg
from ctypes import wintypes
from pathlib import Path

from monitor.model import KeyPermission
from monitor.windows.raw_forms import key_file_name, key_permissions

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

_FOLDERS = (r"Microsoft\Crypto\RSA\MachineKeys", r"Microsoft\Crypto\Keys")
_FILE, _ACCESS_LIST = 1, 4  # SE_FILE_OBJECT, DACL_SECURITY_INFORMATION
_EVERYONE = "S-1-1-0"

_security = ctypes.WinDLL("advapi32")
_memory = ctypes.WinDLL("kernel32")
_security.GetNamedSecurityInfoW.argtypes = (
    wintypes.LPCWSTR,
    ctypes.c_int,
    wintypes.DWORD,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_void_p),
)
_memory.LocalFree.argtypes = (ctypes.c_void_p,)
_memory.LocalFree.restype = ctypes.c_void_p


def readers(container: str) -> tuple[KeyPermission, ...] | None:
    """Return the access list of a key's file, ``None`` if there is no such file or it cannot be read.

    The file names of the newer key storage provider are not documented: where they differ from those of the
    older providers, the result is ``None``.
    """
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            name = key_file_name(container, str(winreg.QueryValueEx(key, "MachineGuid")[0]))
    except OSError:
        return None
    locations = (Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), folder, name) for folder in _FOLDERS)
    found = (_access_list(str(location)) for location in locations)
    return next((one for one in found if one is not None), None)


def _access_list(path: str) -> tuple[KeyPermission, ...] | None:
    entries, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
    if _security.GetNamedSecurityInfoW(
        path, _FILE, _ACCESS_LIST, None, None, ctypes.byref(entries), None, ctypes.byref(descriptor)
    ):
        return None
    try:
        if not entries.value:
            return (KeyPermission(_EVERYONE),)  # without an access list there is no restriction
        size = int.from_bytes(ctypes.string_at(entries.value + 2, 2), "little")
        return key_permissions(ctypes.string_at(entries.value, size))
    except ValueError:
        return None
    finally:
        _memory.LocalFree(descriptor)
