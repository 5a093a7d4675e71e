"""The service's side of Windows' service control manager: report the state, receive controls.

Python takes signals on the main thread only, which runs the daemon; so the dispatcher has a thread of its
own, and Windows makes another one for the function ``_main``.
Source: https://learn.microsoft.com/windows/win32/services/writing-a-servicemain-function
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

from monitor.cli.service.definition import ServiceDefinition
from monitor.cli.service.manager import ServiceState

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

# winsvc.h, winerror.h
_OWN_PROCESS = 0x10
_ACCEPTED = 0x1 | 0x4 | 0x100  # stop, shutdown, preshutdown
_ACCEPTED_RELOAD = 0x8  # parameter change
_STOP, _INTERROGATE, _SHUTDOWN, _PARAMETER_CHANGE, _PRESHUTDOWN = 1, 4, 5, 6, 15
_NO_ERROR, _NOT_IMPLEMENTED, _SERVICE_SPECIFIC = 0, 120, 1066
_PENDING = (ServiceState.START_PENDING, ServiceState.STOP_PENDING)

_CHECKPOINT_EVERY, _HINT = 5.0, 20_000
"""Seconds between two reports of progress, and milliseconds after which Windows may miss the next one."""

_CONNECT_TIME = 35.0
"""Seconds for Windows to call us; it waits for us itself for 30."""


class _Status(ctypes.Structure):
    _fields_ = tuple(
        (name, wintypes.DWORD) for name in ("kind", "state", "accepted", "exit", "own", "checkpoint", "hint")
    )


_MAIN = ctypes.WINFUNCTYPE(None, wintypes.DWORD, ctypes.c_void_p)
_HANDLER = ctypes.WINFUNCTYPE(
    wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p
)


class _Entry(ctypes.Structure):
    _fields_ = (("name", wintypes.LPWSTR), ("main", _MAIN))


_services = ctypes.WinDLL("advapi32", use_last_error=True)
_services.RegisterServiceCtrlHandlerExW.argtypes = (wintypes.LPCWSTR, _HANDLER, ctypes.c_void_p)
_services.RegisterServiceCtrlHandlerExW.restype = wintypes.HANDLE
_services.SetServiceStatus.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Status))
_services.StartServiceCtrlDispatcherW.argtypes = (ctypes.POINTER(_Entry),)


class WindowsDispatcher:
    """Our service as Windows sees it; ``on_stop`` and ``on_reload`` are called on the dispatcher's thread."""

    def __init__(self, service: ServiceDefinition) -> None:
        """Connect nothing yet."""
        self._service = service
        self._accepted = _ACCEPTED | (_ACCEPTED_RELOAD if service.reloads else 0)
        self.on_stop: Callable[[], None] = _nothing
        self.on_reload: Callable[[], None] = _nothing
        self._handle: int | None = None
        self._status = _Status(_OWN_PROCESS, ServiceState.START_PENDING)
        self._lock = threading.Lock()
        self._connected, self._ended = threading.Event(), threading.Event()
        # Windows calls these as long as the process runs.
        self._main_function, self._control_function = _MAIN(self._main), _HANDLER(self._control)

    def connect(self) -> bool:
        """Report that the service starts, and return whether Windows started this process as a service."""
        threading.Thread(target=self._dispatch, name="service-dispatcher", daemon=True).start()
        self._connected.wait(_CONNECT_TIME)
        if self._handle is None:
            return False
        threading.Thread(target=self._progress, name="service-progress", daemon=True).start()
        return True

    def running(self) -> None:
        """Report that the service runs, and so takes controls."""
        self._report(ServiceState.RUNNING)

    def stopping(self) -> None:
        """Report that the service stops."""
        self._report(ServiceState.STOP_PENDING)

    def stopped(self, code: int = 0) -> None:
        """Report that the service has stopped, with an exit code of its own; Windows does not restart it."""
        self._report(ServiceState.STOPPED, code)
        self._ended.set()

    def _report(self, state: ServiceState, code: int = 0) -> None:
        with self._lock:
            status = self._status
            if status.state == ServiceState.STOPPED:
                return
            status.checkpoint = status.checkpoint + 1 if state in _PENDING else 0
            status.hint = _HINT if state in _PENDING else 0
            status.accepted = self._accepted if state is ServiceState.RUNNING else 0
            status.state, status.exit, status.own = state, _SERVICE_SPECIFIC if code else _NO_ERROR, code
            _services.SetServiceStatus(self._handle, ctypes.byref(status))

    def _progress(self) -> None:
        """Report progress while the service starts or stops."""
        while not self._ended.wait(_CHECKPOINT_EVERY):
            state = ServiceState(self._status.state)
            if state in _PENDING:
                self._report(state)

    def _dispatch(self) -> None:
        table = (_Entry * 2)(_Entry(self._service.name, self._main_function), _Entry(None, _MAIN()))
        _services.StartServiceCtrlDispatcherW(table)  # returns at once where Windows did not start us
        self._connected.set()

    def _main(self, _count: int, _arguments: int | None) -> None:
        self._handle = _services.RegisterServiceCtrlHandlerExW(
            self._service.name, self._control_function, None
        )
        self._report(ServiceState.START_PENDING)
        self._connected.set()
        self._ended.wait()

    def _control(self, code: int, _kind: int, _data: int | None, _context: int | None) -> int:
        if code in (_STOP, _SHUTDOWN, _PRESHUTDOWN):
            self.stopping()
            self.on_stop()
        elif code == _PARAMETER_CHANGE:
            self.on_reload()
        elif code != _INTERROGATE:
            return _NOT_IMPLEMENTED
        return _NO_ERROR


def _nothing() -> None:
    """Do nothing: nobody listens yet."""
