"""Live sources as a capture reads them: the newest frame, true times; and when they stall, change or end."""

import time
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import FootageError
from romp_core.footage.stream import Feed, LiveFrame, open_live
from romp_core.take.settings import LiveSettings
from tests.mjpeg_server import filming, jpeg_of, jpegs_of

DEMO = Path(__file__).parents[3] / "data" / "demo.mp4"
LIMIT_SECONDS = 60


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    return jpegs_of(DEMO, (320, 240), most=40)


@pytest.fixture
def feed_of():
    feeds = []

    def opened(source: str, patience: float = 0.0) -> Feed:
        feed = Feed(open_live(source, LiveSettings()), patience)
        feeds.append(feed)
        feed.open()
        feed.go()
        return feed

    yield opened
    for feed in feeds:
        feed.close()


def next_frame(feed: Feed) -> LiveFrame:
    deadline = time.monotonic() + LIMIT_SECONDS
    while (frame := feed.take(0.1)) is None:
        assert time.monotonic() < deadline and not feed.ended, feed.trouble
    return frame


def until(happens) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_file_is_played_in_real_time_with_its_own_times(feed_of):
    began = time.perf_counter()
    feed = feed_of(str(DEMO))
    frames = []
    while not feed.ended:
        if frame := feed.take(0.1):
            frames.append(frame)
    assert feed.trouble is None and feed.received == 120
    assert feed.dropped == feed.received - len(frames)
    assert time.perf_counter() - began >= 119 / 30
    for frame in frames:
        assert frame.time == pytest.approx(frame.number / 30, abs=1e-6)
        assert frame.captured - frames[0].captured == pytest.approx(frame.time - frames[0].time, abs=1e-6)
    assert frames[0].image.shape == (480, 480, 3)


def test_the_newest_frame_wins(feed_of, jpegs):
    with filming(jpegs, fps=60) as server:
        feed = feed_of(server.address)
        next_frame(feed)
        before = feed.received
        until(lambda: feed.received >= before + 20)
        frame = next_frame(feed)
        assert frame.number >= before + 19, "what waited was replaced"
        assert feed.dropped >= 18


def test_times_are_those_of_the_frames(feed_of, jpegs):
    """Compared with when the server sent them, in the median: either side may be kept waiting by a busy machine."""
    with filming(jpegs, fps=20) as server:
        feed = feed_of(server.address)
        frames = [next_frame(feed) for _ in range(15)]
        sent = np.array([moment for _, _, moment in server.sent])
    late = [frame.captured - sent[sent <= frame.captured].max() for frame in frames]
    assert np.median(late) < 0.025  # frames are 0.05 s apart
    steps = np.diff([frame.captured for frame in frames]) - np.diff([frame.time for frame in frames])
    np.testing.assert_allclose(steps, 0, atol=1e-6)


def test_a_stall_is_noticed_and_the_next_frame_is_taken(feed_of, jpegs):
    with filming(jpegs) as server:
        feed = feed_of(server.address)
        last = next_frame(feed)
        server.stalled = True
        until(lambda: feed.trouble is not None)
        assert "sent no frame" in feed.trouble.sentence
        while (frame := feed.take(0.0)) is not None:
            last = frame
        resumed = time.perf_counter()
        server.stalled = False
        frame = next_frame(feed)
        assert feed.trouble is None and server.connections == 1
        assert frame.time - last.time == pytest.approx(frame.captured - last.captured, abs=1e-6)
        assert frame.captured > resumed


def test_a_lost_connection_is_made_again(feed_of, jpegs):
    with filming(jpegs) as server:
        feed = feed_of(server.address)
        before = next_frame(feed)
        server.gone = True
        until(lambda: feed.trouble is not None)
        assert feed.trouble.sentence.startswith(("The connection", server.address)) and not feed.ended
        server.gone = False
        until(lambda: feed.trouble is None)
        assert next_frame(feed).time > before.time and server.connections == 2


def test_patience_ends(feed_of, jpegs):
    with filming(jpegs) as server:
        feed = feed_of(server.address, patience=0.5)
        server.gone = True
        until(lambda: feed.ended or feed.take(0.05))
        until(lambda: (feed.take(0.0), feed.ended)[1])
        assert feed.trouble is not None


@pytest.mark.parametrize("lengths", [True, False])
def test_a_change_of_resolution_keeps_the_size_of_the_images(feed_of, jpegs, lengths):
    large = jpegs_of(DEMO, (640, 480), most=3)
    wide = [jpeg_of(np.full((90, 320, 3), 200, np.uint8), (320, 90))]
    with filming(jpegs) as server:
        server.lengths = lengths
        feed = feed_of(server.address)
        first = next_frame(feed)
        server.frames = large
        time.sleep(0.2)
        second = next_frame(feed)
        assert second.image.shape == first.image.shape == (240, 320, 3)
        assert np.abs(second.image.astype(float) - first.image).mean() < 20, "the same view"
        server.frames = wide
        time.sleep(0.3)
        next_frame(feed)
        third = next_frame(feed).image
        assert third.shape == (240, 320, 3)
        assert third[120].mean() > 150 and third[10].max() < 60, "another shape is fitted in, with black around"


def test_a_damaged_image_is_left_out(feed_of, jpegs):
    broken = jpegs[0][:400] + jpegs[0][-2:]
    with filming([jpegs[0], broken]) as server:
        feed = feed_of(server.address)
        assert [next_frame(feed).image.shape for _ in range(5)] == [(240, 320, 3)] * 5


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("http://127.0.0.1:9/video", "cannot be reached"),
        ("rtsp://127.0.0.1:9/video", "cannot be reached"),
        ("ftp://127.0.0.1/video", "not supported"),
        ("no such file.mp4", "no camera, address or video file"),
        ("99", "camera"),
    ],
)
def test_what_is_no_source_is_told_in_a_sentence(source, sentence):
    with pytest.raises(FootageError, match=sentence) as raised:
        Feed(open_live(source, LiveSettings()), 1.0).open()
    assert raised.value.hint


def test_a_web_page_is_no_video(jpegs):
    with filming(jpegs) as server:
        server.kind = "text/html; charset=utf-8"
        with pytest.raises(FootageError, match="answers with a web page, not with video"):
            Feed(open_live(server.address, LiveSettings()), 1.0).open()


@pytest.mark.parametrize(
    "challenge, answer",
    [
        ('Basic realm="camera"', "Basic bWU6c2UgY3JldA=="),
        (
            'Digest realm="camera", nonce="17", qop="auth"',
            'Digest username="me", realm="camera", nonce="17", uri="/video"',
        ),
    ],
)
def test_a_camera_with_a_password_is_answered(jpegs, challenge, answer):
    with filming(jpegs) as server:
        server.asks = challenge
        with pytest.raises(FootageError, match="asks for a user name and a password"):
            Feed(open_live(server.address, LiveSettings()), 1.0).open()
        feed = Feed(open_live(server.address.replace("//", "//me:se%20cret@"), LiveSettings()), 1.0)
        feed.open()
        feed.close()
        assert server.heard[-1].startswith(answer)


def test_passwords_are_shown_nowhere(jpegs):
    with pytest.raises(FootageError) as raised:
        Feed(open_live("http://me:secret@127.0.0.1:9/video", LiveSettings()), 1.0).open()
    assert "secret" not in str(raised.value)
