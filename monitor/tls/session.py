"""One client's TLS session in memory, by direct calls of the library that pyOpenSSL binds.

pyOpenSSL's Connection raises an exception whenever it waits for bytes and makes an object of every
certificate, which costs a probe some 4 % more. It makes all the calls that are made here as well: a release
that lacks one would break both.

The library has one queue of errors for a thread, and so for all sessions. It is emptied before every call
whose errors are read: what another session or library left there would be taken for this one's.
"""

from typing import Any

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL

_binding = Binding()
_lib: Any = _binding.lib
_ffi: Any = _binding.ffi
_NULL = _ffi.NULL
_READ_SIZE = 4096
_VERSIONS = {
    "TLSv1": "TLS 1.0",
    "TLSv1.1": "TLS 1.1",
    "TLSv1.2": "TLS 1.2",
    "TLSv1.3": "TLS 1.3",
    "DTLSv1": "DTLS 1.0",
    "DTLSv1.2": "DTLS 1.2",
}


class SessionError(Exception):
    """The library ended a session with an error; ``reasons`` are its texts, the first cause first."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Store the texts."""
        super().__init__(*reasons)
        self.reasons = reasons


class Session:
    """One session, whose owner carries the bytes; what it returns is copied out of the library's memory."""

    __slots__ = ("_incoming", "_outgoing", "_ssl")

    def __init__(self, context: SSL.Context, server_name: str = "", *, staple: bool = False) -> None:
        """Prepare a client's session, which asks for a server name and for a stapled OCSP response."""
        ssl = _lib.SSL_new(context._context)  # noqa: SLF001 - pyOpenSSL has no public name for it
        self._ssl = _ffi.gc(_made(ssl), _lib.SSL_free)
        self._incoming, self._outgoing = _new_memory(), _new_memory()
        _lib.SSL_set_bio(ssl, self._incoming, self._outgoing)  # which frees them with the session
        _lib.SSL_set_connect_state(ssl)
        if server_name:
            _lib.SSL_set_tlsext_host_name(ssl, server_name.encode("ascii"))
        if staple:
            _lib.SSL_set_tlsext_status_type(ssl, _lib.TLSEXT_STATUSTYPE_ocsp)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the DER certificates received so far, in the order served."""
        stack = _lib.SSL_get_peer_cert_chain(self._ssl)
        if not stack:
            return ()
        memory = _ffi.gc(_new_memory(), _lib.BIO_free)
        return tuple(_der(_lib.sk_X509_value(stack, at), memory) for at in range(_lib.sk_X509_num(stack)))

    @property
    def staple(self) -> bytes:
        """Return the stapled OCSP response received so far (DER), empty without one."""
        start = _ffi.new("unsigned char **")
        size = _lib.SSL_get_tlsext_status_ocsp_resp(self._ssl, start)
        return bytes(_ffi.buffer(start[0], size)) if size > 0 else b""

    @property
    def version(self) -> str:
        """Return the protocol version that was agreed on: ``TLS 1.3``, ``DTLS 1.2``."""
        name = str(_ffi.string(_lib.SSL_get_version(self._ssl)).decode("ascii"))
        return _VERSIONS.get(name, name)

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer, for the next call to process."""
        if _lib.BIO_write(self._incoming, data, len(data)) != len(data):
            raise MemoryError

    def output(self) -> bytes:
        """Return the bytes to send that have gathered."""
        return _drained(self._outgoing)

    def handshake(self) -> bool:
        """Go on with the handshake and return whether it is finished; raise ``SessionError`` if it failed."""
        _lib.ERR_clear_error()
        return self._done(_lib.SSL_do_handshake(self._ssl))

    def write(self, data: bytes) -> None:
        """Send bytes inside the session; raise ``SessionError`` if it is broken."""
        while data:
            _lib.ERR_clear_error()
            # One record at most: pyOpenSSL's contexts ask for partial writes.
            size = _lib.SSL_write(self._ssl, data, len(data))
            if not self._done(size):
                raise SessionError(())
            data = data[size:]

    def read(self) -> bytes | None:
        """Return bytes that arrived inside the session, empty if the peer has closed it.

        ``None`` if more must be received first. Raises ``SessionError`` if the session is broken.
        """
        _lib.ERR_clear_error()
        buffer = _ffi.new("char[]", _READ_SIZE)
        size = _lib.SSL_read(self._ssl, buffer, _READ_SIZE)
        if size <= 0 and _lib.SSL_get_error(self._ssl, size) == _lib.SSL_ERROR_ZERO_RETURN:
            return b""
        return bytes(_ffi.buffer(buffer, size)) if self._done(size) else None

    def shutdown(self) -> None:
        """Send close_notify, if the session is in a state to."""
        _lib.SSL_shutdown(self._ssl)
        _lib.ERR_clear_error()

    def _done(self, result: int) -> bool:
        """Return whether a call succeeded, and not for lack of bytes that must be received first."""
        if result > 0:
            return True
        if _lib.SSL_get_error(self._ssl, result) == _lib.SSL_ERROR_WANT_READ:
            return False
        raise SessionError(_reasons())


class DatagramSession(Session):
    """One DTLS session, which sends a lost flight again."""

    __slots__ = ()

    def limit_size(self, size: int) -> None:
        """Send no larger datagrams."""
        _lib.SSL_set_mtu(self._ssl, size)

    @property
    def retransmit_in(self) -> float | None:
        """Return the seconds until the last flight must be retransmitted, ``None`` if nothing is awaited."""
        seconds, microseconds = _ffi.new("int64_t *"), _ffi.new("long *")
        awaited = _lib.Cryptography_DTLSv1_get_timeout(self._ssl, seconds, microseconds)
        return seconds[0] + microseconds[0] / 1_000_000 if awaited else None

    def retransmit(self) -> None:
        """Retransmit the last flight if its time has come; raise ``SessionError`` after a dozen times."""
        _lib.ERR_clear_error()
        if _lib.DTLSv1_handle_timeout(self._ssl) < 0:
            raise SessionError(_reasons())


def _made(pointer: Any) -> Any:
    if pointer == _NULL:
        raise MemoryError
    return pointer


def _new_memory() -> Any:
    return _made(_lib.BIO_new(_lib.BIO_s_mem()))


def _der(certificate: Any, memory: Any) -> bytes:
    if _lib.i2d_X509_bio(memory, certificate) != 1:
        raise MemoryError
    return _drained(memory)


def _drained(memory: Any) -> bytes:
    """Return all bytes in a memory of the library and remove them from it."""
    size = _lib.BIO_get_mem_data(memory, _NULL)
    if size <= 0:
        return b""
    buffer = _ffi.new("char[]", size)
    _lib.BIO_read(memory, buffer, size)
    return bytes(_ffi.buffer(buffer, size))


def _reasons() -> tuple[str, ...]:
    """Return the texts of all errors in the queue and empty it; a text is empty where an error has none."""
    found = []
    while error := _lib.ERR_get_error():
        reason = _lib.ERR_reason_error_string(error)
        found.append(_ffi.string(reason).decode() if reason else "")
    return tuple(found)
