"""A line between the browser and the product that can be cut: what a phone without signal has.

The browser's own switch reaches its pages, not its service workers.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Forwards connections to the product until it is cut; then they break, and new ones break at once."""

    def __init__(self, goal: tuple[str, int]) -> None:
        self.goal, self.up = goal, True
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """No signal any more."""
        self.up = False
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        """The signal is back."""
        self.up = True

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                near, _address = self.listener.accept()
                if not self.up:
                    near.close()
                    continue
                far = socket.create_connection(self.goal)
                self.ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            source.close()


@contextmanager
def line_to(base: str) -> Iterator[Line]:
    """A line to the product at this address."""
    parts = urlsplit(base)
    line = Line((parts.hostname or "127.0.0.1", parts.port or 80))
    try:
        yield line
    finally:
        line.cut()
        line.listener.close()
