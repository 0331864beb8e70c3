"""Jupyter's messages to and from a kernel that student code may have taken over.

They travel over sockets in a folder, for there is no network where student code runs. Whatever a
kernel sends, what comes out here is a message or nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import zmq
from jupyter_client.session import Session

_SEND_MILLISECONDS = 1000
_MESSAGE_CAP = 64 << 20
_QUEUE_CAP = 4
_HEAD_CAP = 1 << 20
_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def connection(run: Path) -> dict[str, Any]:
    """What a kernel and its client must agree on; the sockets lie in the folder ``run``."""
    ports = {f"{name}_port": i for i, name in enumerate(_CHANNELS, start=1)}
    return {
        "transport": "ipc",
        "ip": str(run / "k"),
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        **ports,
    }


class Messages:
    """A conversation with one kernel.

    Args:
        settings: the `connection` that the kernel was told.
        root: where the kernel's file system begins, as seen from outside.
        seconds: how long the kernel may take until it listens.
        dead: whether the kernel has ended.

    Raises:
        TimeoutError: it ends, or does not listen in time.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        root: str,
        *,
        seconds: float,
        dead: Callable[[], bool],
    ) -> None:
        self._dead = dead
        self._session = Session(key=settings["key"].encode())
        self._context = zmq.Context()
        deadline = time.monotonic() + seconds
        try:
            places = {
                name: f"{root}{settings['ip']}-{settings[f'{name}_port']}"
                for name in ("shell", "iopub", "control")
            }
            self._wait_for_sockets(list(places.values()), deadline)
            self._shell = self._connect(zmq.DEALER, places["shell"])
            self._control = self._connect(zmq.DEALER, places["control"])
            self._iopub = self._connect(zmq.SUB, places["iopub"])
            self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
            self._poller = zmq.Poller()
            self._poller.register(self._shell, zmq.POLLIN)
            self._poller.register(self._iopub, zmq.POLLIN)
            self._wait_until_ready(deadline)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._context.destroy(linger=0)

    def execute(self, code: str) -> str:
        """Ask for a cell to be run; the request's id. Raises TimeoutError where nobody listens."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        try:
            return self._send(self._shell, "execute_request", content)
        except zmq.Again:
            raise TimeoutError from None

    def interrupt(self) -> None:
        with contextlib.suppress(zmq.Again):
            self._send(self._control, "interrupt_request", {})

    def receive(self, deadline: float) -> dict[str, Any] | Literal["late", "died"]:
        """The next message that is one."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return "late"
            ready = dict(self._poller.poll(int(min(left, 0.2) * 1000) + 1))
            if not ready and self._dead():
                return "died"
            # Outputs first: what a cell printed comes before the news that it has ended.
            socket = self._iopub if self._iopub in ready else self._shell
            if socket in ready:
                message = None
                # A kernel that student code took over may send anything.
                with contextlib.suppress(Exception):
                    _, frames = self._session.feed_identities(socket.recv_multipart(zmq.NOBLOCK))
                    if all(len(frame) <= _HEAD_CAP for frame in frames[:4]):
                        message = self._session.deserialize(frames, content=False)
                if isinstance(message, dict) and isinstance(message.get("parent_header"), dict):
                    return message

    def content(self, message: dict[str, Any]) -> dict[str, Any]:
        """What it says, unpacked only when it is wanted: a flood is passed over."""
        content = None
        with contextlib.suppress(Exception):
            content = self._session.unpack(message["content"])
        return content if isinstance(content, dict) else {}

    def _connect(self, kind: int, path: str) -> zmq.Socket[bytes]:
        """Once, while no student code has run yet: later, the path could lead anywhere."""
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.RECONNECT_IVL, -1)
        socket.linger = 0
        socket.setsockopt(zmq.SNDTIMEO, _SEND_MILLISECONDS)  # nobody may listen any more
        socket.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_CAP)
        socket.setsockopt(zmq.RCVHWM, _QUEUE_CAP)
        socket.connect(f"ipc://{path}")
        return socket

    def _send(self, socket: zmq.Socket[bytes], kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._session.send(socket, message)
        return str(message["header"]["msg_id"])

    def _wait_for_sockets(self, paths: list[str], deadline: float) -> None:
        while time.monotonic() < deadline and not self._dead():
            with contextlib.suppress(FileNotFoundError):
                if all(stat.S_ISSOCK(os.lstat(path).st_mode) for path in paths):
                    time.sleep(0.05)  # from there being a socket to its being listened to
                    return
            time.sleep(0.02)
        raise TimeoutError

    def _wait_until_ready(self, deadline: float) -> None:
        """Until it answers and its outputs arrive: a subscription takes effect when it does."""
        while time.monotonic() < deadline and not self._dead():
            self._send(self._shell, "kernel_info_request", {})
            until = time.monotonic() + 0.3
            message: Any = {}
            while isinstance(message, dict):
                message = self.receive(until)
                if isinstance(message, dict) and message.get("msg_type") == "status":
                    return
        raise TimeoutError
