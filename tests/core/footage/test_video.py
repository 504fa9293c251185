"""Videos as players present them: their times, shapes, turns and sizes, whatever their headers state."""

import os
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from romp_core.errors import FootageError
from romp_core.footage import open_footage
from tests.core.footage.clips import corner_image, corners, with_matrix, write_clip
from tests.core.mp4_files import index_first

FRAMES_30 = [3000 * number for number in range(30)]
COARSE = Fraction(1, 3000)
"""A tick for codecs that know no finer ones."""
COARSE_30 = [100 * number for number in range(30)]


def read(path: Path, **settings):
    with open_footage(path, **settings) as footage:
        frames = list(footage.frames())
        return frames, footage.info, footage


def number_of(frame) -> int:
    """Number of a `corner_image`, from its lower half."""
    height = frame.image.shape[0]
    return round((float(frame.image[height * 5 // 8 :].mean()) - 70) / 4)


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "ts", "avi"])
def test_every_container_gives_the_same_times(tmp_path, suffix):
    codec = {"webm": "libvpx", "avi": "mpeg4"}.get(suffix, "libx264")
    tick = Fraction(1, 30) if suffix == "avi" else Fraction(1, 3000)
    stamps = [number if suffix == "avi" else 100 * number for number in range(30)]
    frames, info, footage = read(write_clip(tmp_path / f"clip.{suffix}", stamps, tick, codec=codec))
    assert [number_of(frame) for frame in frames] == [number % 28 for number in range(30)]
    assert np.abs(info.times - np.arange(30) / 30).max() < 1e-3
    assert info.fps == pytest.approx(30) and info.source_frames.tolist() == list(range(30))
    assert footage.remark == "" and footage.expected_frames == pytest.approx(30, abs=1)


@pytest.mark.parametrize("first", [0, 9000, -6000])
def test_the_first_frame_is_at_zero(tmp_path, first):
    frames, info, _ = read(write_clip(tmp_path / "clip.mkv", [first + stamp for stamp in FRAMES_30], bf="2"))
    assert info.times[0] == 0 and np.abs(info.times - np.arange(30) / 30).max() < 1e-3
    assert [number_of(frame) for frame in frames[:5]] == [0, 1, 2, 3, 4]


def test_variable_rate_keeps_its_times(tmp_path):
    steps = np.random.default_rng(3).choice([3, 4, 4, 5], 60)
    stamps = np.cumsum([0, *steps[:-1]]).tolist()
    _, info, footage = read(write_clip(tmp_path / "phone.mp4", stamps, Fraction(1, 120)))
    assert np.abs(info.times - np.array(stamps) / 120).max() < 1e-3
    assert info.fps == pytest.approx(30, rel=0.05) and footage.remark == ""


def test_a_hole_does_not_halve_the_rate(tmp_path):
    stamps = FRAMES_30[:15] + [stamp + 90000 for stamp in FRAMES_30[15:]]
    _, info, _ = read(write_clip(tmp_path / "hole.mp4", stamps))
    assert info.fps == pytest.approx(30) and info.times[15] - info.times[14] == pytest.approx(1 + 1 / 30, abs=1e-3)


def test_a_recording_of_a_browser_has_the_rate_of_its_stamps(tmp_path):
    stamps = [round(number * 1000 / 30 + offset) for number, offset in enumerate([0, 3, -4, 2, 0, 1, -2] * 8)]
    _, info, _ = read(write_clip(tmp_path / "browser.webm", stamps, Fraction(1, 1000), codec="libvpx"))
    assert info.fps == pytest.approx(30, rel=0.01)
    assert np.abs(info.times - (np.array(stamps) - stamps[0]) / 1000).max() < 1e-3


def edit_list(path: Path, start: int, length: int) -> Path:
    """Present an mp4 file from `start` on for `length`, both in ticks of 1/90000 s, by its edit list."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    movie_ticks = int.from_bytes(data[(mvhd := data.index(b"mvhd")) + 16 : mvhd + 20], "big")
    data[at + 12 : at + 16] = (length * movie_ticks // 90000).to_bytes(4, "big")
    shift = int.from_bytes(data[at + 16 : at + 20], "big")
    data[at + 16 : at + 20] = (start + shift).to_bytes(4, "big")
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("start", [8, 12, 17])
def test_what_an_edit_list_hides_is_not_counted(tmp_path, start):
    clip = edit_list(write_clip(tmp_path / "trimmed.mp4", FRAMES_30), start * 3000, (30 - start) * 3000)
    frames, info, footage = read(clip)
    assert [number_of(frame) for frame in frames] == [number % 28 for number in range(start, 30)]
    assert np.abs(info.times - np.arange(30 - start) / 30).max() < 1e-3
    assert info.source_frames.tolist() == list(range(30 - start))
    assert footage.remark == "" and footage.expected_frames == pytest.approx(30 - start, abs=1)


def test_slow_footage_is_whole(tmp_path):
    _, info, footage = read(write_clip(tmp_path / "slow.mp4", [45000 * number for number in range(8)]))
    assert info.fps == 2 and len(info.times) == 8 and footage.remark == ""


def test_a_file_that_is_cut_off_says_so(tmp_path):
    whole = index_first(write_clip(tmp_path / "whole.mp4", [3000 * n for n in range(120)], crf="1").read_bytes())
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    frames, _, footage = read(tmp_path / "cut.mp4")
    assert 5 < len(frames) < 110 and "ends early" in footage.remark and "4.0 s" in footage.remark


def test_one_frame_has_no_rate(tmp_path):
    _, info, _ = read(write_clip(tmp_path / "one.mp4", [0]))
    assert info.fps == 0 and info.times.tolist() == [0]


def damaged(path: Path, numbers: list[int]) -> Path:
    """Overwrite the content of these packets, in the order of the file."""
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    data = path.read_bytes()
    for number in numbers:
        data = data.replace(packets[number], b"\xff" * len(packets[number]))
    path.write_bytes(data)
    return path


def test_damaged_frames_are_left_out_and_keep_their_numbers(tmp_path):
    clip = damaged(write_clip(tmp_path / "clip.mkv", COARSE_30, COARSE, codec="mjpeg", keys=1), [4, 5, 20])
    frames, info, _ = read(clip)
    expected = [number for number in range(30) if number not in (4, 5, 20)]
    assert info.source_frames.tolist() == expected
    assert np.abs(info.times - np.array(expected) / 30).max() < 1e-3
    assert [number_of(frame) for frame in frames] == [number % 28 for number in expected]


def test_a_damaged_start_keeps_the_clock(tmp_path):
    clip = damaged(write_clip(tmp_path / "clip.mkv", COARSE_30, COARSE, codec="mjpeg", keys=1), [0, 1])
    _, info, _ = read(clip)
    assert info.source_frames[0] == 2 and info.times[0] == pytest.approx(2 / 30, abs=1e-3)


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aspect", "width"), [(Fraction(16, 9), 114), (Fraction(64, 45), 91), (Fraction(3, 4), 48), (None, 64)]
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_images_have_square_pixels(tmp_path, aspect, width, suffix):
    frames, info, _ = read(write_clip(tmp_path / f"wide.{suffix}", FRAMES_30[:3], sample_aspect=aspect))
    assert (info.width, info.height) == (width, 48) and frames[0].image.shape == (48, width, 3)
    assert info.sample_aspect == pytest.approx(float(aspect or 1), rel=0.01)


def test_pixels_are_squared_before_a_turn(tmp_path):
    clip = with_matrix(write_clip(tmp_path / "x.mp4", FRAMES_30[:3], sample_aspect=Fraction(3, 2)), (0, 1, -1, 0))
    frames, info, _ = read(clip)
    assert (info.width, info.height, info.rotation) == (48, 96, 90) and frames[0].image.shape == (96, 48, 3)


MATRICES = {
    (1, 0, 0, 1): (["bright", "dark", "gray", "gray"], 0, False),
    (0, 1, -1, 0): (["gray", "bright", "gray", "dark"], 90, False),
    (-1, 0, 0, -1): (["gray", "gray", "dark", "bright"], 180, False),
    (0, -1, 1, 0): (["dark", "gray", "bright", "gray"], 270, False),
    (-1, 0, 0, 1): (["dark", "bright", "gray", "gray"], 0, True),
    (1, 0, 0, -1): (["gray", "gray", "bright", "dark"], 180, True),
    (0, 1, 1, 0): (["bright", "gray", "dark", "gray"], 90, True),
    (0, -1, -1, 0): (["gray", "dark", "gray", "bright"], 270, True),
}


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_display_matrix_is_obeyed(tmp_path, matrix):
    seen, rotation, mirrored = MATRICES[matrix]
    frames, info, _ = read(with_matrix(write_clip(tmp_path / "x.mp4", FRAMES_30[:2]), matrix))
    assert corners(frames[0].image) == corners(frames[1].image) == seen
    assert (info.rotation, info.mirrored) == (rotation, mirrored)
    assert (info.width, info.height) == frames[0].image.shape[1::-1] == ((48, 64) if rotation % 180 else (64, 48))


def joined(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """A webm whose size changes every ten frames, as in a call over the network."""
    parts = [
        write_clip(path.with_name(f"part{n}.webm"), FRAMES_30[:10], codec="libvpx", size=s) for n, s in enumerate(sizes)
    ]
    with av.open(str(path), "w") as out:
        stream = None
        for number, part in enumerate(parts):
            with av.open(str(part)) as container:
                stream = stream or out.add_stream_from_template(container.streams.video[0])
                for packet in container.demux(video=0):
                    if packet.size:
                        packet.pts += round(number / 3 / packet.time_base)
                        packet.dts, packet.stream = packet.pts, stream
                        out.mux(packet)
    return path


def test_later_sizes_are_scaled_to_the_first(tmp_path):
    frames, info, _ = read(joined(tmp_path / "call.webm", [(128, 96), (64, 48), (256, 192)]))
    assert (info.width, info.height) == (128, 96) and {frame.image.shape for frame in frames} == {(96, 128, 3)}
    assert len(frames) == 30 and all(corners(frame.image) == ["bright", "dark", "gray", "gray"] for frame in frames)


def test_another_shape_is_fitted_in(tmp_path):
    frames, _, _ = read(joined(tmp_path / "turned.webm", [(128, 96), (96, 128)]))
    image = frames[-1].image
    assert image.shape == (96, 128, 3)
    assert image[:, :24].max() < 20 and image[:, -24:].max() < 20, "black on both sides"
    assert corners(image[:, 28:100]) == ["bright", "dark", "gray", "gray"]


def test_8k_video_is_scaled_down(tmp_path):
    frames, info, _ = read(write_clip(tmp_path / "big.mp4", [0], COARSE, codec="mpeg4", size=(3840, 2160)))
    assert (info.width, info.height) == (1920, 1080) and frames[0].image.shape == (1080, 1920, 3)


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["clip %03d.mp4", "concat:a.mp4", "http:x.mp4", "-i.mp4", "x" * 240 + ".mp4"])
def test_a_name_is_only_a_name(tmp_path, name):
    clip = write_clip(tmp_path / "clip.mp4", FRAMES_30[:3])
    try:
        clip = clip.rename(tmp_path / name)
    except OSError:
        pytest.skip("NOT CHECKED: this system has no such names")
    assert len(read(clip)[0]) == 3


def test_a_name_that_is_no_text(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", FRAMES_30[:3])
    try:
        clip = clip.rename(tmp_path / "clip_\udce9.mp4")
    except (OSError, UnicodeEncodeError):
        pytest.skip("NOT CHECKED: this system has no such names")
    assert len(read(clip)[0]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{clip}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{clip}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        '<?xml version="1.0"?><MPD type="static" xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    ],
    ids=["m3u8", "concat", "sdp", "mpd"],
)
def test_a_file_that_refers_to_others_is_no_video(tmp_path, text):
    clip = write_clip(tmp_path / "clip.mp4", FRAMES_30[:3])
    (tmp_path / "list.mp4").write_text(text.format(clip=clip))
    with pytest.raises(FootageError, match="is not a video"):
        read(tmp_path / "list.mp4")


def test_a_song_with_a_cover_has_no_video(tmp_path):
    with av.open(str(tmp_path / "song.mp3"), "w") as container:
        sound = container.add_stream("libmp3lame", rate=48000)
        cover = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.int16), format="s16", layout="mono")
        silence.rate = 48000
        image = av.VideoFrame.from_ndarray(corner_image(0), format="rgb24")
        for packet in (*cover.encode(image), *cover.encode(None), *sound.encode(silence), *sound.encode(None)):
            container.mux(packet)
    with pytest.raises(FootageError, match="has sound but no video"):
        read(tmp_path / "song.mp3")


def test_an_encrypted_file_says_so(tmp_path):
    clip = write_clip(tmp_path / "film.mp4", FRAMES_30[:5])
    data = clip.read_bytes()
    clip.write_bytes(data.replace(b"avc1", b"encv").replace(b"isomiso2encv", b"isomiso2avc1"))
    with pytest.raises(FootageError, match=r"is encrypted \(protected"):
        read(clip)


def test_a_codec_that_fails_is_named(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", COARSE_30[:10], COARSE, codec="mjpeg", keys=1)
    with pytest.raises(FootageError, match=r"The MJPEG video in \"clip.mkv\" cannot be decoded") as caught:
        read(damaged(clip, list(range(10))))
    assert "H.264" in caught.value.hint


@contextmanager
def scheduled_as_before():
    """Root's SVT-AV1 makes the thread that encodes a real-time one, and so all processes that are started later: they
    leave no time to others on their core.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


@pytest.mark.parametrize("codec", ["libsvtav1", "libaom-av1", "libx265", "libvpx-vp9"])
def test_newer_codecs_are_decoded(tmp_path, codec):
    try:
        with scheduled_as_before():
            clip = write_clip(tmp_path / "clip.mp4", FRAMES_30[:5], codec=codec, size=(128, 96))
    except (av.error.FFmpegError, ValueError):
        pytest.skip(f"NOT CHECKED: this PyAV has no encoder {codec}")
    frames, info, _ = read(clip)
    assert len(frames) == 5 and corners(frames[0].image) == ["bright", "dark", "gray", "gray"]
    assert np.abs(info.times - np.arange(5) / 30).max() < 1e-3


@pytest.mark.parametrize(("suffix", "codec"), [("gif", "gif"), ("png", "apng")])
def test_animated_images_are_videos(tmp_path, suffix, codec):
    path = tmp_path / f"anim.{suffix}"
    with av.open(str(path), "w", format="apng" if codec == "apng" else None) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24" if codec == "apng" else "rgb8"
        for number in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(corner_image(number), format="rgb24")))
        container.mux(stream.encode(None))
    frames, info, _ = read(path)
    assert len(frames) == 6 and info.fps == pytest.approx(10) and np.abs(info.times - np.arange(6) / 10).max() < 1e-2


def test_the_default_track_of_several_is_read(tmp_path):
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=30) for _ in range(2)]
        for stream, size in zip(streams, ((64, 48), (128, 96)), strict=True):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        streams[1].disposition = av.stream.Disposition.default
        for number in range(5):
            for stream in streams:
                image = corner_image(number, stream.width, stream.height)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode(None))
    assert read(path)[1].width == 128


def test_a_range_with_nothing_in_it_is_the_ranges_fault(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", FRAMES_30)
    with pytest.raises(FootageError, match=r"outside the footage, which is 1.0 s long"):
        read(clip, start=1.5)


def test_a_frame_rate_is_refused_for_a_video(tmp_path):
    with pytest.raises(FootageError, match="for folders of images alone"):
        read(write_clip(tmp_path / "clip.mp4", FRAMES_30[:3]), frame_rate=25)
