"""Motion for other programs: what arrives on a UDP socket is the motion of the live capture."""

import socket
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import SettingsError
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.jobs.live.messages import Live, LivePeople, LivePosed
from romp_core.take.settings import LiveSettings, check, vmc_address
from romp_core.worker.commands import Failed, Finished
from tests.core import osc, vmc_receiver
from tests.core.workers import ended, follow, start

DEMO = Path(__file__).parents[3] / "data" / "demo.mp4"


@pytest.fixture
def receiver():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        own.bind(("127.0.0.1", 0))
        own.settimeout(0.2)
        yield own


def received(receiver):
    """Bones by the time of their frame."""
    frames, now = {}, None
    while True:
        try:
            packet = receiver.recv(65536)
        except TimeoutError:
            return frames
        for address, values in osc.messages(packet):
            if address == "/VMC/Ext/T":
                now = round(values[0], 4)
                frames[now] = {}
            elif address == "/VMC/Ext/Bone/Pos":
                frames[now][values[0]] = values[1:]


def test_a_program_that_follows_shows_the_joints_of_the_live_capture(receiver, tmp_path):
    address = f"127.0.0.1:{receiver.getsockname()[1]}"
    events = follow(start(Live(str(DEMO), live=LiveSettings(vmc=address)), tmp_path / "log.txt"))
    assert isinstance(events[-1], Finished)
    frames, rest, compared = received(receiver), {}, 0
    for event in events:
        if isinstance(event, LivePeople):
            rest |= dict(zip(event.ids.tolist(), event.rest_joints, strict=True))
        if not isinstance(event, LivePosed):
            continue
        bones = frames[round(event.time, 4)]
        assert bool(bones) == bool(len(event.ids))
        if bones:
            expected = forward_kinematics(event.rotations[0], event.root[0], rest[int(event.ids[0])])[0]
            for name, position in vmc_receiver.world_joints(bones).items():
                assert np.linalg.norm(position - expected[vmc_receiver.JOINTS[name]]) < 1e-3
            compared += 1
    assert compared > 0


def test_only_the_chosen_person_is_sent(receiver, tmp_path):
    address = f"127.0.0.1:{receiver.getsockname()[1]}"
    settings = LiveSettings(vmc=address, vmc_person=77)
    assert isinstance(ended(start(Live(str(DEMO), live=settings), tmp_path / "log.txt")), Finished)
    frames = received(receiver)
    assert frames and not any(frames.values()), "nobody has that number"


def test_nobody_has_to_listen(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        port = own.getsockname()[1]
    live = Live(str(DEMO), live=LiveSettings(vmc=f"127.0.0.1:{port}"))
    assert isinstance(ended(start(live, tmp_path / "log.txt")), Finished)


@pytest.mark.parametrize(
    "text", ["here", "127.0.0.1", ":39539", "host:", "host:0", "host:70000", "host:x", "::1:39539"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(SettingsError, match="is no address") as error:
        check(LiveSettings(vmc=text))
    assert "host and port" in error.value.hint


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", f"{'x' * 70}.com"])
def test_a_computer_that_cannot_be_is_told(host, tmp_path):
    end = ended(start(Live(str(DEMO), live=LiveSettings(vmc=f"{host}:39539")), tmp_path / "log.txt"))
    assert isinstance(end, Failed) and end.sentence == f'There is no computer "{host}" to send motion to.'


def test_addresses():
    assert vmc_address(" localhost:39539 ") == ("localhost", 39539)
    assert vmc_address("[::1]:39540") == ("::1", 39540)
