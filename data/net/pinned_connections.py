"""One exchange with a server: to an address that was checked, with a limit on its time and on its size."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from data.core.errors import SourceUnavailable

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single exchange may take."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0  # between two pieces of an answer
    total_seconds: float = 60.0  # from the first step to the last byte
    size_bytes: int = 20 * 1024 * 1024  # decoded


class TooLong(SourceUnavailable):
    """An exchange was cut because it took longer, or brought more, than any honest answer does."""


@dataclass(slots=True)
class _Deadline:
    """Ends every connection of an exchange when its time is over, whatever it is waiting for.

    A timeout between two bytes never ends an answer that drips; shutting the socket from outside does. The sockets are
    duplicates, because TLS takes the first one over.
    """

    seconds: float
    over: bool = False
    _sockets: list[socket.socket] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def watch(self, connection: socket.socket) -> None:
        with self._lock, suppress(OSError):
            copy = socket.socket(fileno=os.dup(connection.fileno()))
            self._sockets.append(copy)
            if self.over:
                copy.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        with self._lock:
            self.over = True
            for copy in self._sockets:
                with suppress(OSError):
                    copy.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def running(self) -> Iterator[None]:
        timer = Timer(self.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                for copy in self._sockets:
                    copy.close()
                self._sockets.clear()


#: (host, port) -> the numeric addresses that may be connected to.
Allowed = Callable[[str, int], tuple[str, ...]]
_DEADLINE: ContextVar[_Deadline] = ContextVar("deadline")
_ALLOWED: ContextVar[Allowed] = ContextVar("allowed")


class _Pinned(HTTPConnection):
    """Connects to an address that was checked just now, never to what a second look-up may say."""

    def _new_conn(self) -> socket.socket:
        if self.proxy:  # the operator's own choice, and it is the proxy that finds the host
            return self._watched(super()._new_conn())
        name, failure = self._dns_host, None
        for number in _ALLOWED.get()(self.host, int(self.port)):
            try:
                self._dns_host = number
                return self._watched(super()._new_conn())
            except (ConnectTimeoutError, NewConnectionError) as error:
                failure = error
            finally:
                self._dns_host = name
        raise failure or NewConnectionError(self, "no address")

    def _watched(self, connection: socket.socket) -> socket.socket:
        _DEADLINE.get().watch(connection)
        return connection

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept alive since an earlier exchange
            _DEADLINE.get().watch(self.sock)
        super().putrequest(*args, **kwargs)


class _PinnedTls(_Pinned, HTTPSConnection):
    """The same beneath TLS, which still asks for the certificate of the name."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Pinned


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PinnedTls


_POOLS = {"http": _Pool, "https": _TlsPool}


class PinnedAdapter(HTTPAdapter):
    """A requests adapter whose answers are read to their end, within limits, before anybody sees them."""

    def __init__(self, limits: Limits, allowed: Allowed) -> None:
        self._limits, self._allowed = limits, allowed
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: PreparedRequest, *_: Any, **asked: Any) -> Response:
        """The whole answer; TooLong where it breaks a limit, else whatever requests or urllib3 raise.

        `stream` and `timeout` are not for the caller to say.
        """
        deadline = _Deadline(self._limits.total_seconds)
        marks = _DEADLINE.set(deadline), _ALLOWED.set(self._allowed)
        asked |= {"stream": True, "timeout": (self._limits.connect_seconds, self._limits.read_seconds)}
        try:
            with deadline.running():
                response = super().send(request, **asked)
                try:
                    self._read(response)
                finally:
                    response.close()
        except (OSError, HTTPError) as error:  # requests' own errors are OSErrors
            if deadline.over:
                raise TooLong(self._too_slow()) from error
            raise
        finally:
            _DEADLINE.reset(marks[0])
            _ALLOWED.reset(marks[1])
        if deadline.over:
            raise TooLong(self._too_slow())
        return response

    def _too_slow(self) -> str:
        return f"took longer than {self._limits.total_seconds:g} seconds to answer"

    def _read(self, response: Response) -> None:
        """Read and decode the body, at most as much as the limit; what was announced as longer is not begun."""
        limit = self._limits.size_bytes
        too_big = TooLong(f"sent more than {limit / 1024 / 1024:g} MB")
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise too_big
        parts, size = [], 0
        for part in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            size += len(part)
            if size > limit:
                raise too_big
            parts.append(part)
        vars(response).update(_content=b"".join(parts), _content_consumed=True)  # as requests itself would have
