"""Live capture in Blender, with the worker played at the pipe: poses, recordings, ends, and what goes wrong."""

import time
from dataclasses import replace

import bpy
import numpy as np
import pytest
from fake_worker import STARTED, FakeJob, FakeWorker
from layouts import drawn
from measure import track
from takes import footage, make_take, motion

from addon.blender import compat, scene_index
from addon.live import control
from addon.live.state import Display
from addon.models import online
from addon.worker import jobs
from romp_core.bodies.build import built_fingers
from romp_core.bodies.embedded import load_body
from romp_core.geometry.face_units import FACE_UNIT
from romp_core.geometry.fingers import ALL_JOINTS, pose_with_fingers
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.jobs.live import messages
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Failed, Finished

N = 40


@pytest.fixture
def moved():
    return motion(N)


@pytest.fixture
def live(worker, monkeypatch):
    """The worker of a live capture: `say` sends reports, `asked` holds the requests."""

    class LiveJob(FakeJob):
        asked = []

        def send(self, request):
            self.asked.append(request)
            if isinstance(request, messages.LiveStop):
                self.messages.append(Finished(report="Stopped."))

        def poll(self):
            events, self.messages = self.messages, []
            self.running = not any(isinstance(each, Finished | Failed) for each in events)
            return events

        def say(self, *events):
            self.messages += events
            jobs._tick()

    def start(self, command, log_path, environment):
        self.started.append(LiveJob(command, log_path, environment, [STARTED]))
        return self.started[-1]

    LiveJob.asked = []
    monkeypatch.setattr(FakeWorker, "start", start)
    return worker


@pytest.fixture(autouse=True)
def online_access(monkeypatch):
    """Cameras at addresses need it; see the test without."""
    monkeypatch.setattr(online, "allowed", lambda: True)


def start(live, **options):
    assert bpy.ops.romp_mocap.live_start(**options) == {"FINISHED"}
    job = live.started[-1]
    job.say()
    return job


def people(*ids):
    rest = load_body().rest_joints(1.8)
    count = len(ids)
    ids = np.array(ids, np.int32)
    return messages.LivePeople(ids, np.repeat(rest[None], count, 0), np.zeros((count, 0)), np.zeros((count, 0, 3)))


def people_with_hands(*ids):
    """The same with fingers."""
    fingers = np.repeat(built_fingers(np.zeros(0), 1.8)[None], len(ids), 0)
    return replace(people(*ids), rest_fingers=fingers)


def posed(moved, row, *ids, recording=False, seconds=None):
    count = len(ids)
    at = row / 30 if seconds is None else seconds
    return messages.LivePosed(
        at,
        time.perf_counter() - 0.03,
        row,
        np.array(ids, np.int32),
        np.ones(count),
        np.repeat(moved.rotations[row][None], count, 0),
        np.repeat(moved.root[row][None], count, 0),
        np.zeros((count, 0), np.float32),
        recording,
    )


def character(scene, person_id=1):
    return scene_index.find_object(scene, "live", scene_index.ARMATURE, person_id)


def test_the_command_is_what_the_panel_says(live, scene):
    own = scene.romp_mocap.live
    own.source, own.people, own.height, own.mirror = "1", 3, 1.5, True
    command = start(live).command
    assert isinstance(command, messages.Live) and command.source == "1" and command.capture.people == 3
    assert command.solve.scale.height == pytest.approx(1.5) and command.live.mirror
    assert jobs.current().kind == "live" and not bpy.ops.romp_mocap.capture.poll()


def test_poses_move_a_character_exactly_and_quickly(live, scene, moved):
    job = start(live, source="rtsp://user:secret@camera/1")
    assert "secret" not in jobs.current().title
    job.say(people(1), posed(moved, 0, 1))
    item = character(scene)
    assert scene_index.body_of(scene, item) is not None
    for row in (5, 30):
        job.say(posed(moved, row, 1))
        heads, _ = track(scene, item, [scene.frame_current])
        assert np.abs(heads[0] - moved.joints()[row]).max() < 1e-4
    assert item.animation_data is None or item.animation_data.action is None
    display = control.current().display
    assert display.people == 1 and 0.03 <= min(display.latency) < 5


def bent(report, degrees):
    """The same poses with all fingers bent about z at each joint, whose axes are those of the rest pose."""
    turn = quat_from_rotvec(np.radians([0.0, 0.0, degrees]))
    fingers = np.tile(turn, (len(report.ids), 30, 1))
    return replace(report, rotations=np.concatenate([report.rotations, fingers], axis=1))


def test_fingers_move_with_the_hands(live, scene, moved):
    scene.romp_mocap.capture.parts = "hands"
    job = start(live)
    assert job.command.capture.parts == "hands"
    job.say(people_with_hands(1), bent(posed(moved, 0, 1), 0.0))
    item = character(scene)
    assert {"left_index1", "right_thumb3"} <= set(item.data.bones.keys())
    job.say(bent(posed(moved, 5, 1), -30.0))
    bpy.context.view_layer.update()
    expected = pose_with_fingers(
        moved.rotations[5], bent(posed(moved, 5, 1), -30.0).rotations[0, 24:], moved.root[5],
        load_body().rest_joints(1.8), built_fingers(np.zeros(0), 1.8),
    )[0]  # fmt: skip
    for joint in ("left_index3", "right_middle2", "left_thumb2"):
        head = item.matrix_world @ item.pose.bones[joint].head
        assert np.abs(np.array(head) - expected[ALL_JOINTS.index(joint)]).max() < 1e-3


def test_the_face_moves_and_is_recorded(live, scene, moved):
    scene.romp_mocap.capture.parts = "face"
    job = start(live)
    job.say(replace(people(1), has_face=True))

    def smiling(row, recording=False):
        face = np.zeros((1, 52), np.float32)
        face[0, FACE_UNIT["jawOpen"]] = row / 40
        return replace(posed(moved, row, 1, recording=recording), face=face)

    job.say(smiling(0), smiling(10))
    keys = scene_index.body_of(scene, character(scene)).data.shape_keys
    assert keys.key_blocks["jawOpen"].value == pytest.approx(0.25)
    job.say(*(smiling(row, recording=True) for row in range(0, 40, 2)))
    job.say(messages.LiveRecorded("", N, 3.0, "Recorded 3.0 s."))
    bpy.ops.romp_mocap.live_stop()
    job.say()
    channels = compat.assigned_channels(keys)
    curve = channels.fcurves.find('key_blocks["jawOpen"].value')
    first, last = (point.co[1] for point in (curve.keyframe_points[0], curve.keyframe_points[-1]))
    assert (first, last) == (0.0, pytest.approx(38 / 40)) and len(channels.fcurves) == 1


def test_of_several_poses_the_newest_is_shown(live, scene, moved):
    job = start(live)
    job.say(people(1), *(posed(moved, row, 1) for row in range(20)))
    heads, _ = track(scene, character(scene), [1])
    assert np.abs(heads[0] - moved.joints()[19]).max() < 1e-4
    assert len(control.current().display.latency) == 1


def test_two_people_get_a_character_each_and_a_calibration_resizes_it(live, scene, moved):
    job = start(live)
    job.say(people(1), posed(moved, 0, 1))
    job.say(people(2), posed(moved, 1, 1, 2))
    assert len(list(scene_index.characters(scene))) == 2
    smaller = load_body().rest_joints(1.4)[None]
    job.say(replace(people(1), rest_joints=smaller), posed(moved, 2, 1, 2))
    first, second = (character(scene, person).data.bones["head"].head_local.z for person in (1, 2))
    assert first < 0.85 * second and len(list(scene_index.characters(scene))) == 2


def test_figures_state_and_buttons_in_the_panel(live, scene, moved, mocap):
    assert "Start Live" in drawn(mocap)
    job = start(live)
    stats = messages.LiveStats(100, 90, 10, 29.7, 25.2, 20, 30, 40, "CPUExecutionProvider")
    job.say(people(1), posed(moved, 0, 1), stats, messages.LiveState("waiting", "The camera is gone.", "Plug it in."))
    texts = drawn(mocap)
    assert "Camera 30 fps, poses 25 fps, CPU" in texts and "Frames dropped: 10 of 100" in texts
    assert "Latency" in texts and "The camera is gone. Plug it in." in texts.replace(" | ", " ")
    for button in ("Record", "Pause", "Calibrate", "Stop Live"):
        assert button in texts
    job.say(messages.LiveState("paused"), messages.LiveRecording("x.npz", 2.5))
    texts = drawn(mocap)
    assert "Go On" in texts and "Recording, 2.5 s" in texts and "Stop Recording" in texts
    bpy.ops.romp_mocap.live_pause()
    bpy.ops.romp_mocap.live_calibrate()
    assert job.asked[-2:] == [messages.LivePause(False), messages.LiveCalibrate(2.0, 3.0)]


def test_a_recording_becomes_an_action_at_true_times_and_a_take(live, scene, moved, waiting, tmp_path):
    scene.romp_mocap.live.seconds = 5
    job = start(live)
    job.say(people(1), posed(moved, 0, 1))
    bpy.ops.romp_mocap.live_record()
    request = job.asked[-1]
    assert isinstance(request, messages.LiveRecord) and request.seconds == 5 and request.countdown == 3
    times = 10 + np.cumsum(np.random.default_rng(1).uniform(0.02, 0.09, N))
    job.say(*(posed(moved, row, 1, recording=True, seconds=times[row]) for row in range(N)))
    save_take(make_take([moved], footage(N), id="recorded"), request.out)
    job.say(messages.LiveRecorded(request.out, N, 3.0, "Recorded 3.0 s."))
    assert [entry.take_id for entry in scene.romp_mocap.takes] == ["recorded"]
    bpy.ops.romp_mocap.live_stop()
    jobs._tick()
    assert jobs.current() is None and "Recorded actions: 1" in jobs.last_outcome().text
    item = character(scene)
    action = item.animation_data.action
    curve = compat.found_channels(item, action).fcurves[0]
    frames = np.array([point.co[0] for point in curve.keyframe_points])
    fps = scene.render.fps / scene.render.fps_base
    assert np.abs((frames - 1) / fps - (times - times[0])).max() < 0.01
    heads, _ = track(scene, item, frames[[3, 30]])
    assert np.abs(heads - moved.joints()[[3, 30]]).max() < 1e-3


@pytest.mark.parametrize("end", ["button", "escape", "undo", "file"])
def test_it_ends_cleanly(live, scene, moved, end):
    job = start(live)
    job.say(people(1), posed(moved, 0, 1))
    if end == "button":
        bpy.ops.romp_mocap.live_stop()
    elif end == "escape":
        control.current().stop()  # what the modal operator does
    elif end == "undo":
        bpy.app.handlers.undo_pre[-1](None)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert isinstance(job.asked[-1], messages.LiveStop)
    job.say(posed(moved, 5, 1))  # one that was on its way
    if jobs.current() is not None:
        jobs._tick()
    assert jobs.current() is None and jobs.last_outcome().kind == "finished"
    assert not bpy.ops.romp_mocap.live_record.poll() and bpy.ops.romp_mocap.live_start.poll()


@pytest.mark.parametrize("how", ["removed", "unlinked"])
def test_a_character_that_is_deleted_ends_it_with_a_sentence(live, scene, moved, how):
    job = start(live)
    job.say(people(1), posed(moved, 0, 1))
    if how == "removed":
        bpy.data.objects.remove(character(scene))
    else:
        item = character(scene)
        for collection in item.users_collection:
            collection.objects.unlink(item)
    job.say(posed(moved, 1, 1))
    assert "was deleted" in control.current().display.message and isinstance(job.asked[-1], messages.LiveStop)


def test_a_character_that_is_renamed_or_edited_goes_on(live, scene, moved):
    job = start(live)
    job.say(people(1), posed(moved, 0, 1))
    item = character(scene)
    item.name = "Hero"
    job.say(posed(moved, 7, 1))
    heads, _ = track(scene, item, [1])
    assert np.abs(heads[0] - moved.joints()[7]).max() < 1e-4
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    job.say(posed(moved, 9, 1))
    bpy.ops.object.mode_set(mode="OBJECT")
    job.say(posed(moved, 11, 1))
    heads, _ = track(scene, item, [1])
    assert np.abs(heads[0] - moved.joints()[11]).max() < 1e-4


def test_a_rig_of_the_users_follows(live, scene, moved):
    from tests.blender.retarget.characters import make_character

    rig = make_character("mixamo", pose="A")
    job = start(live, target=rig.name)
    before = np.array([bone.rotation_quaternion for bone in rig.pose.bones])
    job.say(people(4), posed(moved, 0, 4), posed(moved, 20, 4))
    after = np.array([bone.rotation_quaternion for bone in rig.pose.bones])
    assert np.abs(after - before).max() > 0.05 and not list(scene_index.characters(scene))
    assert not bpy.ops.romp_mocap.live_start.poll()


def test_what_cannot_start_says_why(live, scene):
    with pytest.raises(RuntimeError, match='no armature "Nobody"'):
        bpy.ops.romp_mocap.live_start(source="0", target="Nobody")
    scene.romp_mocap.live.source = " "
    with pytest.raises(RuntimeError, match="No camera is chosen"):
        bpy.ops.romp_mocap.live_start()
    assert not live.started


@pytest.mark.parametrize(
    ("source", "reachable"),
    [
        ("http://192.168.0.7/video", False),
        ("rtsp://user:secret@camera:554/1", False),
        ("http://127.0.0.1:8080/", True),
        ("http://[::1]:8080/", True),
        ("http://localhost/", True),
        ("0", True),
        ("//clip.mp4", True),
    ],
)
def test_cameras_in_the_network_need_online_access(live, scene, monkeypatch, source, reachable):
    monkeypatch.setattr(online, "allowed", lambda: False)
    if reachable:
        start(live, source=source)
        return
    with pytest.raises(RuntimeError, match=r"Allow Online Access|offline mode"):
        bpy.ops.romp_mocap.live_start(source=source)
    assert not live.started


def test_a_worker_that_fails_leaves_a_message(live, scene, mocap):
    job = start(live)
    job.say(Failed("", "The camera is in use.", "Close the other program."))
    assert jobs.current() is None and "The camera is in use." in drawn(mocap).replace(" | ", " ")


def test_percentiles_of_the_display():
    display = Display()
    for value in range(1, 101):
        display.latency.append(value / 1000)
    assert display.lines() == ["Latency 51 ms, 95% under 96 ms"]


@pytest.mark.parametrize(
    ("address", "reachable"), [("127.0.0.1:39539", True), ("192.168.0.7:39539", False), ("here", False)]
)
def test_motion_is_sent_to_other_computers_only_with_online_access(live, scene, monkeypatch, address, reachable):
    monkeypatch.setattr(online, "allowed", lambda: False)
    scene.romp_mocap.live.vmc = address
    if reachable:
        assert start(live).command.live.vmc == address
        return
    with pytest.raises(RuntimeError, match=r"may not use networks|is no address"):
        bpy.ops.romp_mocap.live_start()
    assert not live.started
