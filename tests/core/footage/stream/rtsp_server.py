"""A camera that speaks RTSP (RFC 2326), with H.264 in RTP over the same connection, as network cameras do."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction

import av
import numpy as np

FPS = 25
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:video\r\n"
)


class RtspServer:
    """Films a gray level that rises by 4 with every frame.

    Attributes:
        gone: connections are closed, and refused. address: where it is.
    """

    def __init__(self) -> None:
        self.gone = False
        self.address = ""

    def serve(self, handler: socketserver.StreamRequestHandler) -> None:
        while not self.gone:
            lines = []
            while (line := handler.rfile.readline().decode().strip()) or not lines:
                if not line and not lines:
                    return
                lines.append(line)
            method, headers = lines[0].split()[0], dict(each.split(": ", 1) for each in lines[1:] if ": " in each)
            answer = {"OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", "PLAY": "Session: 1\r\n"}
            answer["SETUP"] = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
            answer["DESCRIBE"] = f"Content-Type: application/sdp\r\nContent-Length: {len(_SDP)}\r\n"
            body = _SDP if method == "DESCRIBE" else ""
            head = f"RTSP/1.0 200 OK\r\nCSeq: {headers['CSeq']}\r\n{answer.get(method, '')}\r\n"
            handler.wfile.write((head + body).encode())
            if method == "PLAY":
                self._play(handler)
                return

    def _play(self, handler: socketserver.StreamRequestHandler) -> None:
        """Let FFmpeg make the packets, into a socket of our own, and hand them on."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
            packets.bind(("127.0.0.1", 0))
            packets.settimeout(0.0)
            with av.open(f"rtp://127.0.0.1:{packets.getsockname()[1]}?pkt_size=1200", "w", format="rtp") as container:
                stream = container.add_stream("libx264", rate=FPS)
                stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
                stream.options = {
                    "tune": "zerolatency",
                    "preset": "ultrafast",
                    "g": "10",
                    "x264-params": "repeat-headers=1",
                }
                start = time.monotonic()
                for number in range(10**6):
                    time.sleep(max(start + number / FPS - time.monotonic(), 0))
                    if self.gone:
                        return
                    image = np.full((240, 320, 3), (4 * number) % 256, np.uint8)
                    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                    frame.pts, frame.time_base = number, Fraction(1, FPS)
                    container.mux(stream.encode(frame))
                    with suppress(BlockingIOError):
                        while True:
                            data = packets.recv(2048)
                            if data[1] & 0x7F == 96:  # not the sender's reports
                                handler.wfile.write(struct.pack(">cBH", b"$", 0, len(data)) + data)


@contextmanager
def rtsp_camera() -> Iterator[RtspServer]:
    """A server that runs; its `address` is set."""
    server = RtspServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                server.serve(self)

    listener = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    server.address = f"rtsp://127.0.0.1:{listener.server_address[1]}/video"
    try:
        yield server
    finally:
        server.gone = True
        listener.shutdown()
        listener.server_close()
