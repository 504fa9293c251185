"""RTSP cameras: frames come at once, evenly spaced, and a lost connection is made again."""

import time

import numpy as np
import pytest

from romp_core.errors import FootageError
from romp_core.footage.stream import Feed, open_live
from romp_core.take.settings import LiveSettings
from tests.core.footage.stream.rtsp_server import FPS, rtsp_camera

LIMIT_SECONDS = 60


def taken(feed: Feed, count: int) -> list:
    frames, deadline = [], time.monotonic() + LIMIT_SECONDS
    while len(frames) < count:
        assert time.monotonic() < deadline and not feed.ended, feed.trouble
        if frame := feed.take(0.1):
            frames.append(frame)
    return frames


def test_frames_of_an_rtsp_camera_come_with_their_times_and_after_a_break():
    with rtsp_camera() as camera:
        feed = Feed(open_live(camera.address, LiveSettings()), 0.0)
        try:
            feed.open()
            feed.go()
            frames = taken(feed, 25)
            assert frames[0].image.shape == (240, 320, 3)
            levels = np.unwrap([float(frame.image.mean()) for frame in frames], period=256.0)
            true = np.round((levels - levels[0]) / 4) / FPS
            spread = (np.array([frame.time for frame in frames]) - true)[5:]
            assert np.ptp(spread) < 0.010, "spaced as they were filmed, however unevenly they arrive"
            camera.gone = True
            deadline = time.monotonic() + LIMIT_SECONDS
            while feed.trouble is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            camera.gone = False
            assert taken(feed, 3)[-1].time > frames[-1].time
        finally:
            feed.close()


def test_a_web_server_is_no_rtsp_camera():
    import http.server
    import threading

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *_: None
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        with pytest.raises(FootageError) as raised:
            Feed(open_live(f"rtsp://127.0.0.1:{server.server_port}/", LiveSettings()), 0.0).open()
        assert raised.value.hint
    finally:
        server.shutdown()
        server.server_close()
