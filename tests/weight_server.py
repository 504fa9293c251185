"""A file server on this machine whose manners a test chooses."""

import hashlib
import io
import re
import threading
import time
import zipfile
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEMBERS = ("J_regressor_extra.npy", "J_regressor_h36m.npy", "smpl_kid_template.npy")


class WeightServer:
    """Serves one content.

    Attributes:
        ranges: "honored", "ignored", or "shifted" (another piece than asked for). drops: answers that break off after
            `drop_after` bytes. hangs: answers that go silent there. status: of every answer, when not 200.
        tag: ETag. asked: the Range headers of all requests, "" for none.
    """

    def __init__(self, content: bytes) -> None:
        self.content, self.tag, self.kind = content, '"v1"', "application/octet-stream"
        self.ranges, self.drops, self.hangs, self.drop_after = "honored", 0, 0, len(content) // 3
        self.status, self.says_length, self.location, self.slow = 200, True, "", 0.0
        self.asked: list[str] = []
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        self.asked.append(asked)
        if self.location or self.status != 200:
            handler.send_response(302 if self.location else self.status)
            handler.send_header("Location", self.location)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        start = 0
        same = handler.headers.get("If-Range", self.tag) == self.tag
        if self.ranges != "ignored" and same and (found := re.fullmatch(r"bytes=(\d+)-", asked)):
            start = int(found[1]) + (7 if self.ranges == "shifted" else 0)
            if start >= len(self.content):
                handler.send_response(416)
                handler.send_header("Content-Range", f"bytes */{len(self.content)}")
                handler.send_header("Content-Length", "0")
                handler.end_headers()
                return
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        else:
            handler.send_response(200)
        body = self.content[start:]
        if self.says_length:
            handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Content-Type", self.kind)
        if self.tag:
            handler.send_header("ETag", self.tag)
        handler.end_headers()
        if self.drops or self.hangs:
            handler.wfile.write(body[: self.drop_after])
            handler.wfile.flush()
            if self.hangs:
                self.hangs -= 1
                time.sleep(60)  # in a thread that ends with the process
            else:
                self.drops -= 1
            return
        for begin in range(0, len(body), 1 << 16):
            handler.wfile.write(body[begin : begin + (1 << 16)])
            time.sleep(self.slow)


@contextmanager
def serving(content: bytes):
    """A `WeightServer` that runs; its `address` is set."""
    server = WeightServer(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):  # the client has gone
                server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
    server.address = f"http://127.0.0.1:{web.server_port}/file"
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()


def some_bytes(count: int = 900_000) -> bytes:
    """Bytes that look like nothing, always the same."""
    blocks = (hashlib.sha256(index.to_bytes(4, "big")).digest() for index in range(count // 32 + 1))
    return b"\x80" + b"".join(blocks)[: count - 1]


def body_archive(names: tuple[str, ...] = MEMBERS, prefix: str = "smpl_model_data/") -> bytes:
    """Like the official archive, with a few bytes in each file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(prefix + name, name.encode() * 10)
    return buffer.getvalue()
