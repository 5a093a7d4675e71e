"""The service control manager of this Windows machine."""

import ctypes
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from typing import Any

from monitor.cli.service.definition import ServiceDefinition
from monitor.cli.service.manager import (
    FORGET_FAILURES,
    RESTART_AFTER,
    STOP_TIME,
    ServiceCallError,
    ServiceState,
    ServiceStatus,
)

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

# winsvc.h, winnt.h, winerror.h
_CONNECT, _CREATE = 0x0001, 0x0002
_QUERY_CONFIG, _CHANGE_CONFIG, _QUERY_STATUS, _START, _STOP = 0x1, 0x2, 0x4, 0x10, 0x20
_PAUSE_CONTINUE, _DELETE = 0x40, 0x10000
_OWN_PROCESS, _AUTOMATIC, _ERROR_NORMAL, _NO_CHANGE = 0x10, 2, 1, 0xFFFFFFFF
_STOP_CODE, _PARAMCHANGE_CODE = 1, 6
_PROCESS_INFO = 0
_SYNCHRONIZE = 0x0010_0000
_WAIT_TIMEOUT = 258
_NOT_REGISTERED, _INVALID_LEVEL = 1060, 124
_DESCRIPTION, _FAILURE_ACTIONS, _DELAYED, _ACTIONS_FLAG, _SID, _PRIVILEGES, _PRESHUTDOWN = 1, 2, 3, 4, 5, 6, 7
_RESTART, _SID_UNRESTRICTED = 1, 1


class _Status(ctypes.Structure):
    _fields_ = tuple(
        (name, wintypes.DWORD)
        for name in ("kind", "state", "accepted", "exit", "own", "checkpoint", "hint", "process", "flags")
    )


class _Config(ctypes.Structure):
    _fields_ = (
        ("kind", wintypes.DWORD),
        ("start", wintypes.DWORD),
        ("error_control", wintypes.DWORD),
        ("command", wintypes.LPWSTR),
        ("group", wintypes.LPWSTR),
        ("tag", wintypes.DWORD),
        ("dependencies", wintypes.LPWSTR),
        ("account", wintypes.LPWSTR),
        ("title", wintypes.LPWSTR),
    )


_services = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_TEXT, _NUMBER, _HANDLE = wintypes.LPCWSTR, wintypes.DWORD, wintypes.HANDLE
_services.OpenSCManagerW.argtypes = (_TEXT, _TEXT, _NUMBER)
_services.OpenSCManagerW.restype = _HANDLE
_services.OpenServiceW.argtypes = (_HANDLE, _TEXT, _NUMBER)
_services.OpenServiceW.restype = _HANDLE
_CREATED: Any = (_HANDLE, _TEXT, _TEXT, *[_NUMBER] * 4, _TEXT, _TEXT, ctypes.c_void_p, *[_TEXT] * 3)
_services.CreateServiceW.argtypes = _CREATED
_services.CreateServiceW.restype = _HANDLE
_CHANGED: Any = (_HANDLE, *[_NUMBER] * 3, _TEXT, _TEXT, ctypes.c_void_p, *[_TEXT] * 4)
_services.ChangeServiceConfigW.argtypes = _CHANGED
_services.ChangeServiceConfig2W.argtypes = (_HANDLE, _NUMBER, ctypes.c_void_p)
_services.QueryServiceConfigW.argtypes = (_HANDLE, ctypes.c_void_p, _NUMBER, ctypes.POINTER(_NUMBER))
_QUERIED = (_HANDLE, ctypes.c_int, ctypes.c_void_p, _NUMBER, ctypes.POINTER(_NUMBER))
_services.QueryServiceStatusEx.argtypes = _QUERIED
_services.StartServiceW.argtypes = (_HANDLE, _NUMBER, ctypes.c_void_p)
_services.ControlService.argtypes = (_HANDLE, _NUMBER, ctypes.POINTER(_Status))
_services.DeleteService.argtypes = (_HANDLE,)
_services.CloseServiceHandle.argtypes = (_HANDLE,)
_kernel.OpenProcess.argtypes = (_NUMBER, wintypes.BOOL, _NUMBER)
_kernel.OpenProcess.restype = _HANDLE
_kernel.WaitForSingleObject.argtypes = (_HANDLE, _NUMBER)
_kernel.CloseHandle.argtypes = (_HANDLE,)


class WindowsManager:
    """The service control manager for one service; each call opens it anew and closes it."""

    def __init__(self, service: ServiceDefinition) -> None:
        """Take the service."""
        self._service = service

    def status(self) -> ServiceStatus | None:
        """Return the status of the service, ``None`` where it is not registered."""
        with self._opened(_QUERY_STATUS) as service:
            if service is None:
                return None
            found, needed = _Status(), wintypes.DWORD()
            size = ctypes.sizeof(found)
            answered = _services.QueryServiceStatusEx(
                service, _PROCESS_INFO, ctypes.byref(found), size, ctypes.byref(needed)
            )
            _check(answered, "its status cannot be read")
        state = ServiceState(found.state)
        return ServiceStatus(state, found.exit, found.own, found.checkpoint, found.hint / 1000, found.process)

    def command(self) -> str:
        """Return the command line by which Windows starts the service, empty where it is not registered."""
        with self._opened(_QUERY_CONFIG) as service:
            if service is None:
                return ""
            octets, needed = ctypes.create_string_buffer(8192), wintypes.DWORD()
            answered = _services.QueryServiceConfigW(service, octets, len(octets), ctypes.byref(needed))
            _check(answered, "its configuration cannot be read")
            return str(_Config.from_buffer(octets).command or "")

    def register(self, command: str) -> None:
        """Register the service, or change the command line of the one that is there.

        An account or a way to start that an administrator has chosen stays.
        """
        with _manager(_CONNECT | _CREATE) as manager:
            service = _services.OpenServiceW(manager, self._service.name, _CHANGE_CONFIG | _START)
            if service:
                changed = _services.ChangeServiceConfigW(
                    service, *[_NO_CHANGE] * 3, command, None, None, None, None, None, None
                )
            else:
                service = changed = _services.CreateServiceW(
                    manager,
                    self._service.name,
                    self._service.title,
                    _CHANGE_CONFIG | _START,
                    _OWN_PROCESS,
                    _AUTOMATIC,
                    _ERROR_NORMAL,
                    command,
                    None,
                    None,
                    None,
                    self._service.account,
                    None,
                )
                if service:
                    _set(service, _DELAYED, struct.pack("<i", True))
            try:
                _check(changed, "the service cannot be registered")
                _describe(service, self._service.description)
            finally:
                _services.CloseServiceHandle(service)

    def start(self) -> None:
        """Ask Windows to start the service; return at once."""
        with self._opened(_START) as service:
            _check(_services.StartServiceW(service, 0, None), "the service cannot be started")

    def stop(self) -> None:
        """Ask the service to stop; return at once."""
        self._control(_STOP_CODE, _STOP, "the service cannot be stopped")

    def reload(self) -> None:
        """Ask the service to read its configuration again; return at once."""
        self._control(_PARAMCHANGE_CODE, _PAUSE_CONTINUE, "the service cannot be told to reload")

    def wait_for_end(self, process: int, seconds: float) -> bool:
        """Return whether a process has ended within some seconds; one that cannot be opened has."""
        handle = _kernel.OpenProcess(_SYNCHRONIZE, False, process)
        if not handle:
            return True
        try:
            return bool(_kernel.WaitForSingleObject(handle, int(seconds * 1000)) != _WAIT_TIMEOUT)
        finally:
            _kernel.CloseHandle(handle)

    def delete(self) -> None:
        """Remove the service."""
        with self._opened(_DELETE) as service:
            if service is not None:
                _check(_services.DeleteService(service), "the service cannot be removed")

    def _control(self, code: int, right: int, what: str) -> None:
        with self._opened(right) as service:
            _check(_services.ControlService(service, code, ctypes.byref(_Status())), what)

    @contextmanager
    def _opened(self, rights: int) -> Iterator[int | None]:
        with _manager(_CONNECT) as manager:
            handle = _services.OpenServiceW(manager, self._service.name, rights)
            if not handle and ctypes.get_last_error() == _NOT_REGISTERED:
                yield None
                return
            _check(handle, "the service cannot be opened")
            try:
                yield handle
            finally:
                _services.CloseServiceHandle(handle)


@contextmanager
def _manager(rights: int) -> Iterator[int]:
    handle = _services.OpenSCManagerW(None, None, rights)
    _check(handle, "the service control manager cannot be opened")
    try:
        yield handle
    finally:
        _services.CloseServiceHandle(handle)


def _describe(service: int, description: str) -> None:
    """Set what ``CreateServiceW`` has no argument for.

    Restarts are for a process that ends without a word (``_ACTIONS_FLAG`` is off): so a wrong configuration,
    after which the service says that it has stopped, is not tried again and again.
    """
    text = ctypes.create_unicode_buffer(description)
    actions = [number for seconds in RESTART_AFTER for number in (_RESTART, seconds * 1000)]
    steps = ctypes.create_string_buffer(struct.pack(f"<{len(actions)}I", *actions))
    address = ctypes.addressof(steps)
    # No privilege but that to pass through folders, which is never taken away.
    privileges = ctypes.create_unicode_buffer("SeChangeNotifyPrivilege\0")
    _set(service, _DESCRIPTION, struct.pack("@P", ctypes.addressof(text)))
    _set(
        service,
        _FAILURE_ACTIONS,
        struct.pack("@IPPIP", FORGET_FAILURES, 0, 0, len(RESTART_AFTER), address),
    )
    _set(service, _ACTIONS_FLAG, struct.pack("<i", False))
    _set(service, _SID, struct.pack("<I", _SID_UNRESTRICTED))
    _set(service, _PRIVILEGES, struct.pack("@P", ctypes.addressof(privileges)))
    _set(service, _PRESHUTDOWN, struct.pack("<I", STOP_TIME * 1000))


def _set(service: int, level: int, value: bytes) -> None:
    # Wine knows few levels; every Windows of today knows these.
    done = _services.ChangeServiceConfig2W(service, level, value)
    if not done and ctypes.get_last_error() != _INVALID_LEVEL:
        _check(done, f"the service cannot be configured (level {level})")


def _check(result: int | None, what: str) -> None:
    if not result:
        number = ctypes.get_last_error()
        raise ServiceCallError(what, number, ctypes.FormatError(number).strip().rstrip("."))
