"""Cameras by number, as the system lists them."""

import errno
import sys

import pytest

from romp_core.errors import FootageError
from romp_core.footage.camera import problems
from romp_core.footage.camera.devices import Device, _linux_devices, devices, open_camera
from romp_core.take.settings import LiveSettings

module = sys.modules["romp_core.footage.camera.devices"]


def test_linux_cameras_are_the_first_nodes_of_each(tmp_path):
    for node, index, name in (
        ("video0", 0, "Webcam"),
        ("video1", 1, "Webcam"),
        ("video10", 0, "Far"),
        ("video2", 0, "X"),
    ):
        (tmp_path / node).mkdir()
        (tmp_path / node / "index").write_text(f"{index}\n")
        (tmp_path / node / "name").write_text(f"{name}\n")
    found = [(one.index, one.name, one.address) for one in _linux_devices(tmp_path)]
    assert found == [(0, "Webcam", "/dev/video0"), (1, "X", "/dev/video2"), (2, "Far", "/dev/video10")]


def test_a_camera_that_is_not_there_is_told():
    count = len(devices())
    with pytest.raises(FootageError, match="No camera was found" if not count else f"There is no camera {count}"):
        open_camera(count, LiveSettings())


@pytest.mark.parametrize(
    "number, sentence",
    [(errno.EBUSY, "in use by another program"), (errno.EACCES, "does not allow"), (errno.ENODEV, "not connected")],
)
def test_reasons_have_a_sentence_and_a_hint(number, sentence):
    problem = problems.cannot_open("Webcam", OSError(number, "reason"))
    assert sentence in problem.sentence and "Webcam" in problem.sentence and problem.hint


def test_a_platform_without_cameras_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(FootageError, match="cannot be read on this system") as raised:
        devices()
    assert "address" in raised.value.hint


def test_a_camera_that_refuses_what_is_asked_for_is_opened_as_it_is(monkeypatch):
    """Stands for a camera without that size: no machine of the tests has one."""
    import av

    tried = []

    def refusing(url, options, **_):
        tried.append(options)
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(av, "open", refusing)
    monkeypatch.setattr(module, "devices", lambda: [Device(0, "Webcam", "/dev/video0")])
    with pytest.raises(FootageError, match=r'The camera "Webcam" cannot be opened \(Invalid argument\)'):
        next(iter(open_camera(0, LiveSettings(camera_width=1280, camera_height=720)).frames()))
    assert tried[0]["video_size"] == "1280x720" and "video_size" not in tried[-1]


def test_screens_are_no_cameras(monkeypatch):
    import av

    listed = [
        av.device.DeviceInfo("0", "FaceTime HD Camera", False, ["video"]),
        av.device.DeviceInfo("1", "Capture screen 0", False, ["video"]),
        av.device.DeviceInfo("0", "Microphone", False, ["audio"]),
    ]
    monkeypatch.setattr(module, "_input", lambda: "avfoundation")
    monkeypatch.setattr(av.device, "enumerate_input_devices", lambda _: listed)
    assert devices() == [Device(0, "FaceTime HD Camera", "0:none")]
