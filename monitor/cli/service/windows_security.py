"""Set owner and access list of a file or folder on Windows; tell whether this is an administrator."""

import ctypes
import sys
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

# winnt.h, sddl.h
_REVISION = 1
_OWNER, _ACCESS_LIST, _NOTHING_INHERITED = 0x1, 0x4, 0x80000000

_security = ctypes.WinDLL("advapi32", use_last_error=True)
_memory = ctypes.WinDLL("kernel32", use_last_error=True)
_security.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)
_security.SetFileSecurityW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p)
_shell = ctypes.WinDLL("shell32")
_memory.LocalFree.argtypes = (ctypes.c_void_p,)


def set_security(path: Path, sddl: str) -> None:
    """Give a file or folder the owner and the access list of a descriptor; raise ``OSError``.

    Source: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setfilesecurityw
    """
    descriptor = ctypes.c_void_p()
    if not _security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        sddl, _REVISION, ctypes.byref(descriptor), None
    ):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        parts = (_OWNER if sddl.startswith("O:") else 0) | _ACCESS_LIST | _NOTHING_INHERITED
        if not _security.SetFileSecurityW(str(path), parts, descriptor):
            raise _failed(path)
    finally:
        _memory.LocalFree(descriptor)


def is_administrator() -> bool:
    """Return whether this process has the rights of an administrator, which Windows calls elevated."""
    return bool(_shell.IsUserAnAdmin())


def _failed(path: Path) -> OSError:
    number = ctypes.get_last_error()
    return OSError(None, ctypes.FormatError(number).strip(), str(path), number)
