"""A camera on this machine: MJPEG over HTTP, whose manners a test chooses.

`python -m tests.mjpeg_server VIDEO [FPS]` serves a video over and over, 640 x 480, until Ctrl+C.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SIZE = (640, 480)
BOUNDARY = "some-boundary"


def jpegs_of(video: Path, size: tuple[int, int] = SIZE, most: int = 0) -> list[bytes]:
    """The frames of a video as JPEG files of one size, the image in the middle, black around it."""
    import av  # not in Blender's Python

    images = []
    with av.open(str(video)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if most and index >= most:
                break
            images.append(jpeg_of(frame.to_ndarray(format="rgb24"), size))
    return images


def jpeg_of(image, size: tuple[int, int] = SIZE) -> bytes:
    """An image (H, W, 3) as a JPEG file of this size, fitted in."""
    import av
    import numpy as np

    width, height = size
    scale = min(width / image.shape[1], height / image.shape[0])
    columns, rows = round(image.shape[1] * scale), round(image.shape[0] * scale)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    canvas[top : top + rows, left : left + columns] = frame.reformat(columns, rows).to_ndarray()
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuvj420p", Fraction(1, 30)
    encoder.options = {"qmin": "3", "qmax": "3"}
    whole = av.VideoFrame.from_ndarray(canvas, format="rgb24").reformat(format="yuvj420p")
    whole.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(whole), *encoder.encode(None)])


class MjpegServer:
    """Serves frames at a rate, from the first one on for every connection.

    Attributes:
        frames: JPEG files; fps: of them; loop: whether they start again at the end, or the connection is closed.
        stalled: connections stay, but nothing is sent. gone: connections are closed, and new ones at once.
        asks: "" or the challenge of a camera with a password, for its WWW-Authenticate header; heard: the answers.
        kind: content type; lengths: whether parts state their length. sent: (connection, frame, perf_counter) of all.
    """

    def __init__(self, frames: Sequence[bytes], fps: float = 30.0, loop: bool = True) -> None:
        self.frames, self.fps, self.loop = list(frames), fps, loop
        self.stalled = self.gone = False
        self.kind, self.lengths = f"multipart/x-mixed-replace; boundary={BOUNDARY}", True
        self.sent: list[tuple[int, int, float]] = []
        self.connections = 0
        self.asks, self.heard = "", list[str]()
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.gone:
            return
        if self.asks:
            self.heard.append(handler.headers.get("Authorization", ""))
            if not self.heard[-1]:
                handler.send_response(401)
                handler.send_header("WWW-Authenticate", self.asks)
                handler.send_header("Content-Length", "0")
                handler.end_headers()
                return
        self.connections += 1
        connection = self.connections
        handler.send_response(200)
        handler.send_header("Content-Type", self.kind)
        handler.end_headers()
        if not self.kind.startswith("multipart"):
            handler.wfile.write(b"<html><body>Log in to your camera</body></html>")
            return
        for number, frame in self._timed():
            if self.gone:
                return
            length = f"Content-Length: {len(frame)}\r\n" if self.lengths else ""
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n{length}\r\n"
            self.sent.append((connection, number, time.perf_counter()))
            handler.wfile.write(head.encode() + frame + b"\r\n")

    def _timed(self) -> Iterator[tuple[int, bytes]]:
        due, number = time.perf_counter(), 0
        while self.loop or number < len(self.frames):
            due = max(due + 1 / self.fps, time.perf_counter() - 1 / self.fps)  # after a stall it goes on at the rate
            while (left := due - time.perf_counter()) > 0 or self.stalled:
                time.sleep(min(max(left, 0.001), 0.02))
                if self.gone:
                    return
            yield number, self.frames[number % len(self.frames)]
            number += 1


@contextmanager
def filming(frames: Sequence[bytes], fps: float = 30.0, loop: bool = True, port: int = 0) -> Iterator[MjpegServer]:
    """A server that runs; its `address` is set."""
    server = MjpegServer(frames, fps, loop)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):  # the client has gone
                server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
    server.address = f"http://127.0.0.1:{web.server_port}/video"
    try:
        yield server
    finally:
        server.gone = True
        web.shutdown()
        web.server_close()


if __name__ == "__main__":
    with filming(jpegs_of(Path(sys.argv[1])), float(sys.argv[2]) if len(sys.argv) > 2 else 30.0) as served:
        print(served.address, flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
