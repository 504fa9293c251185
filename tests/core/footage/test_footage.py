"""Footage: times, turning, ranges, folders, stills, and what is said about files that are none."""

import gc
import struct
import threading
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from romp_core.errors import FootageError
from romp_core.footage import open_footage
from romp_core.footage.converter import Converter
from romp_core.footage.exif import read_exif
from romp_core.footage.metadata import fov_from_focal35, quicktime_focal35
from tests.core.mp4_files import index_first

cv2 = pytest.importorskip("cv2", reason="NOT CHECKED: the test files are written with OpenCV")


def gray_image(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A gray image whose brightness encodes its number, modulo 28."""
    return np.full((height, width, 3), 20 + 8 * (number % 28), np.uint8)


def number_of(frame) -> int:
    return round((float(frame.image.mean()) - 20) / 8)


def write_video(path: Path, frames: int = 30, fps: float = 25.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (64, 48))
    for number in range(frames):
        writer.write(gray_image(number))
    writer.release()
    assert path.stat().st_size > 1000
    return path


def write_image(path: Path, image: np.ndarray) -> Path:
    ok, data = cv2.imencode(path.suffix, image)
    assert ok
    path.write_bytes(data.tobytes())
    return path


def write_sound(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.int16), format="s16", layout="mono")
        sound.rate = 48000
        for frame in (sound, None):
            container.mux(stream.encode(frame))
    return path


def read(path, **span):
    with open_footage(path, **span) as footage:
        frames = list(footage.frames())
        return frames, footage.info


def problem(path, **span) -> FootageError:
    with pytest.raises(FootageError) as caught:
        read(path, **span)
    assert caught.value.sentence.endswith(".") and caught.value.hint.endswith(".")
    return caught.value


def boxed(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", ["vfr", "leave", "exercise_rot90", "duo"])
def test_times_are_true(groundtruth, clip):
    truth = np.load(groundtruth / f"{clip}.npz")
    frames, info = read(groundtruth / f"{clip}.mp4")
    assert len(frames) == len(truth["times"])
    assert np.abs(info.times - truth["times"]).max() < 1e-4
    assert info.source_frames.tolist() == list(range(len(frames)))
    dense = np.diff(truth["times"])
    assert info.fps == pytest.approx(1 / np.median(dense[dense < 1.5 * np.quantile(dense, 0.25)]), rel=0.01)


def test_a_phone_held_upright_is_shown_upright(groundtruth):
    upright, info = read(groundtruth / "exercise_rot90.mp4", end=0.1)
    assert (info.width, info.height) == (416, 512) and upright[0].image.shape == (512, 416, 3)
    # The same motion was filmed by the upright clip: the head (joint 15) is dark hair and skin, not wall.
    head = np.load(groundtruth / "exercise_rot90.npz")["joints2d"].reshape(-1, 24, 2)[0, 15].astype(int)
    wall = upright[0].image[head[1], 20].astype(int)
    assert np.abs(upright[0].image[head[1], head[0]] - wall).sum() > 60


def test_colors_are_red_green_blue(tmp_path):
    orange = np.zeros((48, 64, 3), np.uint8)
    orange[..., 2], orange[..., 1] = 250, 120  # OpenCV writes blue, green, red
    frames, _ = read(write_image(tmp_path / "orange.png", orange))
    assert frames[0].image[0, 0].tolist() == [250, 120, 0]


def test_a_range_is_half_open_and_keeps_numbers_and_times(tmp_path):
    path = write_video(tmp_path / "clip.mp4")
    frames, info = read(path, start=0.4, end=0.8)
    assert info.source_frames.tolist() == list(range(10, 20))
    assert np.allclose(info.times, np.arange(10, 20) / 25, atol=1e-6)
    assert [number_of(frame) for frame in frames] == list(range(10, 20))
    with open_footage(path, 0.4, 0.8) as footage:
        assert footage.expected_frames == 10
    with open_footage(path) as footage:
        assert footage.expected_frames == 30


def test_path_with_spaces_and_other_scripts(tmp_path):
    folder = tmp_path / "Übung 空手 – take 1"
    folder.mkdir()
    assert len(read(write_video(folder / "мой клип.mp4"))[0]) == 30
    assert len(read(write_image(folder / "写真 1.png", gray_image(3)))[0]) == 1


def test_leaving_early_stops_the_decoder(tmp_path):
    before = threading.active_count()
    with open_footage(write_video(tmp_path / "clip.mp4", 200)) as footage:
        assert next(iter(footage.frames())).source_frame == 0
    assert threading.active_count() == before
    assert len(footage.info.times) == 1


def test_only_a_few_frames_are_decoded_ahead(tmp_path, monkeypatch):
    decoded = []
    original = Converter.image
    monkeypatch.setattr(Converter, "image", lambda self, frame: decoded.append(1) or original(self, frame))
    with open_footage(write_video(tmp_path / "clip.mp4", 200)) as footage:
        for frame in footage.frames():
            assert len(decoded) <= frame.source_frame + 8
            if frame.source_frame == 60:
                break


def test_frames_that_were_handed_out_are_let_go(tmp_path):
    path = write_video(tmp_path / "long.mp4", frames=60)
    gc.collect()
    gc.disable()  # decoded frames are large: none may wait until Python looks for circles of references
    try:
        with open_footage(path) as footage:
            kept = [sum(isinstance(one, av.VideoFrame) for one in gc.get_objects()) for _ in footage.frames()]
    finally:
        gc.enable()
    assert len(kept) == 60 and max(kept) < 20


# --- images -----------------------------------------------------------------------------------------------------------


def test_folder_is_read_in_natural_order(tmp_path):
    for number in (1, 2, 10, 9):
        write_image(tmp_path / f"shot_{number}.png", gray_image(number))
    (tmp_path / ".hidden.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("not an image")
    frames, info = read(tmp_path)
    assert [number_of(frame) for frame in frames] == [1, 2, 9, 10]
    assert info.fps == 30 and np.allclose(info.times, np.array([0, 1, 8, 9]) / 30)


def test_damaged_image_becomes_a_gap(tmp_path):
    for number in range(4):
        write_image(tmp_path / f"{number}.png", gray_image(number))
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    _, info = read(tmp_path)
    assert info.source_frames.tolist() == [0, 1, 3] and info.times[-1] == pytest.approx(3 / 30)


def test_images_of_different_sizes_are_refused(tmp_path):
    write_image(tmp_path / "a.png", gray_image(0))
    write_image(tmp_path / "b.png", gray_image(0, 32, 32))
    error = problem(tmp_path)
    assert "64 x 48" in error.sentence and "32 x 32" in error.sentence and "b.png" in error.sentence


def test_still(tmp_path):
    frames, info = read(write_image(tmp_path / "still.jpg", gray_image(5)))
    assert len(frames) == 1 and info.fps == 0 and info.times.tolist() == [0]


def test_8k_still_is_scaled_down_in_proportion(tmp_path):
    frames, info = read(write_image(tmp_path / "big.jpg", gray_image(5, 7680, 4320)))
    assert frames[0].image.shape == (1080, 1920, 3) and (info.width, info.height) == (1920, 1080)


def exif_jpeg(path: Path, orientation: int, focal35: int) -> Path:
    """An image that is bright at its stored top left corner, with EXIF."""
    image = np.zeros((48, 64, 3), np.uint8)
    image[:16, :16] = 255
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    camera = struct.pack("<HHHIHHI", 1, 0xA405, 3, 1, focal35, 0, 0)
    main = struct.pack("<HHHIHHHHIII", 2, 0x0112, 3, 1, orientation, 0, 0x8769, 4, 1, 8 + 30, 0)
    body = b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + main + camera
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:])
    return path


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (2, (0, -1)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))]
)
def test_photo_is_turned_as_its_camera_says(tmp_path, orientation, corner):
    frames, info = read(exif_jpeg(tmp_path / "photo.jpg", orientation, 28))
    assert (info.width, info.height) == ((48, 64) if orientation >= 5 else (64, 48))
    assert frames[0].image[corner].min() > 240
    assert info.fov == pytest.approx(fov_from_focal35(28, info.width, info.height))


# --- metadata ---------------------------------------------------------------------------------------------------------


def test_focal_length_compares_diagonals():
    # A full-frame camera (36 x 24 mm) with 36 mm lens: half the width over the focal length is 1/2.
    assert fov_from_focal35(36, 3000, 2000) == pytest.approx(2 * np.arctan(0.5))
    assert fov_from_focal35(0, 3000, 2000) is None


@pytest.mark.parametrize("holder", ["movie", "track"])
def test_phone_video_tells_its_lens(tmp_path, holder):
    key = b"com.apple.quicktime.camera.focal_length.35mm_equivalent"
    keys = boxed(b"keys", struct.pack(">II", 0, 2) + boxed(b"mdta", b"com.apple.quicktime.make") + boxed(b"mdta", key))
    value = boxed(b"data", struct.pack(">IIi", 21, 0, 26))
    items = boxed(b"ilst", boxed(struct.pack(">I", 2), value))
    meta = boxed(b"meta", boxed(b"hdlr", bytes(24)) + keys + items)
    path = tmp_path / "phone.mov"
    path.write_bytes(boxed(b"ftyp", b"qt  ") + boxed(b"moov", meta if holder == "movie" else boxed(b"trak", meta)))
    assert quicktime_focal35(path) == 26


def test_nonsense_metadata_is_no_metadata(tmp_path):
    path = tmp_path / "x.jpg"
    for data in (b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\xff", bytes(100)):
        path.write_bytes(data)
        assert read_exif(path) == (1, 0.0) and quicktime_focal35(path) == 0


# --- what is not footage ----------------------------------------------------------------------------------------------


def test_missing_file(tmp_path):
    assert "does not exist" in problem(tmp_path / "nowhere.mp4").sentence


def test_folder_without_images(tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    assert "no images" in problem(tmp_path).sentence


@pytest.mark.parametrize("name", ["empty.mp4", "empty.png"])
def test_zero_bytes(tmp_path, capfd, name):
    (tmp_path / name).write_bytes(b"")
    assert "empty (zero bytes)" in problem(tmp_path / name).sentence
    assert capfd.readouterr().err == ""


def test_text_named_mp4(tmp_path, capfd):
    (tmp_path / "notes.mp4").write_text("This is not a video.\n" * 50)
    assert '"notes.mp4" is not a video.' in problem(tmp_path / "notes.mp4").sentence
    assert capfd.readouterr().err == ""


def test_text_named_png(tmp_path, capfd):
    (tmp_path / "notes.png").write_text("This is not an image.\n" * 50)
    assert "notes.png" in problem(tmp_path / "notes.png").sentence
    assert capfd.readouterr().err == ""


def test_sound_only(tmp_path, capfd):
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    assert "sound but no video" in problem(tmp_path / "voice.wav").sentence
    for name, codec in (("voice.m4a", "aac"), ("voice.webm", "libopus"), ("voice.mp3", "libmp3lame")):
        write_sound(tmp_path / name, codec)
        assert "sound but no video" in problem(tmp_path / name).sentence
    assert capfd.readouterr().err == ""


def test_mp4_without_its_index(tmp_path, capfd):
    whole = write_video(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: whole.index(b"moov") - 100])
    assert "incomplete" in problem(tmp_path / "cut.mp4").sentence
    assert capfd.readouterr().err == ""


def test_mp4_cut_in_the_middle_gives_what_is_there(tmp_path, capfd):
    data = index_first(write_video(tmp_path / "whole.mp4", 100).read_bytes())
    (tmp_path / "whole.mp4").write_bytes(data)
    assert len(read(tmp_path / "whole.mp4")[0]) == 100
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) * 2 // 3])
    frames, _ = read(tmp_path / "cut.mp4")
    assert 30 < len(frames) < 90
    assert [number_of(frame) for frame in frames[:20]] == list(range(20))
    assert capfd.readouterr().err == ""


def test_range_outside(tmp_path):
    path = write_video(tmp_path / "clip.mp4")
    assert "1.2 s long" in problem(path, start=100.0).sentence
    assert "outside" in problem(path, start=1.5).sentence
    assert "not after the start" in problem(path, start=1.0, end=0.5).sentence
