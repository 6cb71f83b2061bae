"""Asks, without ever blocking, whether the web server answers yet."""

import contextlib
import socket
import time

GIVE_UP_SECONDS = 15.0


class WebProbe:
    """One outstanding request at a time to `path` on the loopback `port`; call `is_answered` every tick."""

    def __init__(self, *, port: int, path: str = "/healthz") -> None:
        self.port = port
        self.request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
        self.answered = False
        self._client: socket.socket | None = None
        self._asked_at = 0.0

    def is_answered(self) -> bool:
        """Say whether any HTTP answer below 500 has come; takes at most a fifth of a second."""
        if self.answered:
            return True
        try:
            if self._client is None:
                self._client = socket.create_connection(("127.0.0.1", self.port), timeout=0.2)
                self._client.sendall(self.request)
                self._client.setblocking(False)
                self._asked_at = time.monotonic()
                return False
            answer = self._client.recv(64)
        except BlockingIOError:
            if time.monotonic() - self._asked_at > GIVE_UP_SECONDS:
                self._drop()
            return False
        except OSError:
            self._drop()
            return False
        self._drop()
        words = answer.split()
        self.answered = len(words) > 1 and words[0].startswith(b"HTTP/") and words[1] < b"500"
        return self.answered

    def _drop(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.close()
        self._client = None
