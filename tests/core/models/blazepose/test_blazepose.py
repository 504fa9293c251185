"""The built-in estimator: its parts, its equality to MediaPipe, and who is found in clips of known people."""

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from romp_core.errors import ModelError
from romp_core.footage import open_footage
from romp_core.images.ops import warp
from romp_core.models.common.assets import asset
from romp_core.models.registry import MODELS, model_card
from romp_core.take.observations import Frame

pytest.importorskip("onnxruntime", reason="NOT CHECKED: onnxruntime is not installed")
try:
    asset("blazepose/detector.onnx")
except ModelError as missing:
    pytest.skip(f"NOT CHECKED: {missing}", allow_module_level=True)

from romp_core.models.blazepose.body_outline import clearance, on_body, size
from romp_core.models.blazepose.detector import Detector
from romp_core.models.blazepose.estimator import BlazePose
from romp_core.models.blazepose.inpaint import erase
from romp_core.models.blazepose.landmark_network import HIPS, TOP, LandmarkNet, refine
from romp_core.models.blazepose.occlusion import Others, bottom, infer
from romp_core.models.blazepose.pending_frame import PendingFrame
from romp_core.models.blazepose.person_search import PersonSearch
from romp_core.models.blazepose.plausibility import hidden_share, pose_distance, same_face
from romp_core.models.blazepose.region import body_region
from romp_core.models.common.region import Region, whole_image
from romp_core.models.registry import default_store
from romp_core.take.settings import CaptureSettings
from romp_core.tracking.image_tracker import ImageTracker
from romp_core.tracking.one_euro import OneEuro
from tests.data.mediapipe_reference import CLIP, FRAMES, REFERENCE

LANDMARKS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
JOINTS = [16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8]  # the same points among the 24


@pytest.fixture(scope="module")
def demo():
    """The first frames of the demo clip and what MediaPipe finds in them."""
    with open_footage(CLIP) as footage:
        frames = [frame for frame, _ in zip(footage.frames(), range(FRAMES), strict=False)]
        return SimpleNamespace(frames=frames, info=footage.info, **np.load(REFERENCE))


def run(info, frames, people=0):
    return list(model_card("blazepose").open(info, CaptureSettings(people=people), default_store()).run(frames))


# --- parts ------------------------------------------------------------------------------------------------------------


def test_region_looks_where_it_says():
    image = np.zeros((200, 300, 3), np.uint8)
    image[120:124, 200:204] = 255
    region = Region(180, 110, 80, angle=0.4)
    crop = region.crop(image, 160, "black")
    row, column = (axis.mean() for axis in np.nonzero(crop[..., 0] > 128))
    assert region.to_image(np.array([column, row]) / 160) == pytest.approx([201.5, 121.5], abs=0.6)


@pytest.mark.parametrize(("top", "degrees"), [((100, 20), 0), ((180, 100), 90), ((100, 180), -180), ((20, 100), -90)])
def test_body_region_stands_on_its_feet(top, degrees):
    region = body_region(np.array([100.0, 100.0]), np.array(top, float))
    assert np.degrees(region.angle) == pytest.approx(degrees) and region.side == pytest.approx(2 * 80 * 1.25)
    # In the region the head is always at the top.
    assert region.to_image(np.array([0.5, 0.1])) == pytest.approx(np.array([100, 100]) + (np.array(top) - 100))


def test_refinement_is_the_centroid_of_the_window():
    rng = np.random.default_rng(1)
    heatmap = rng.normal(-1, 2, (64, 64, 5)).astype(np.float32)
    heatmap[..., 4] = -9  # never sure
    points = np.array([[0.5, 0.5], [0.01, 0.99], [0.3, 0.02], [1.2, 0.5], [0.5, 0.5]])
    expected = points.copy()
    for k in (0, 1, 2):
        column, row = (points[k] * 64).astype(int)
        rows, columns = range(max(0, row - 4), min(64, row + 5)), range(max(0, column - 4), min(64, column + 5))
        weights = [(1 / (1 + np.exp(-heatmap[r, c, k])), c / 64, r / 64) for r in rows for c in columns]
        total = sum(w for w, _, _ in weights)
        expected[k] = sum(w * c for w, c, _ in weights) / total, sum(w * r for w, _, r in weights) / total
    assert np.allclose(refine(points, heatmap), expected, atol=1e-5)


def test_filter_calms_a_still_point_and_follows_a_fast_one():
    still, fast = (OneEuro(0.01, 10.0) for _ in range(2))
    rng = np.random.default_rng(0)
    noisy = [still.update(np.array([rng.normal(0, 1.0)]), 1 / 30, 1e-4)[0] for _ in range(200)]
    assert np.std(noisy[100:]) < 0.3
    assert [fast.update(np.array([50.0 * t]), 1 / 30, 0.01)[0] for t in range(60)][-1] == pytest.approx(50 * 59, abs=15)


def test_a_body_can_be_painted_out(demo):
    image = demo.frames[0].image
    pose = LandmarkNet().infer(image, Detector().detect(image, whole_image(image))[0].region)
    assert on_body(pose.points[[11, 24, 26], :2], pose).all()
    assert not on_body(np.array([[5.0, 5.0]]), pose).any()
    crop = pose.body.crop(image, 256, "replicate")
    erased = erase(crop, pose.body, [pose])
    shirt = (np.abs(crop.astype(int) - [190, 70, 60]).sum(axis=2) < 60).sum()
    assert shirt > 300
    assert (np.abs(erased.astype(int) - [190, 70, 60]).sum(axis=2) < 60).sum() < 0.6 * shirt


def pasted(image, pose, shift):
    """The image with its person once more in front, moved by `shift` pixels, and that person's pose."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    points = np.stack([columns, rows], axis=-1) - np.array(shift)
    source = np.clip(points, 0, np.array(image.shape[1::-1]) - 1)
    copy = image[source[..., 1], source[..., 0]]
    front = replace(pose, points=pose.points + np.append(shift, 0))
    return np.where(on_body(points.astype(float), pose)[..., None], copy, image), front


def off(pose, truth, rows=slice(11, 29)):
    """Mean distance of two poses' limbs in body sizes."""
    return np.linalg.norm(pose.points[rows, :2] - truth.points[rows, :2], axis=1).mean() / size(truth)


def test_person_behind_another_is_seen_with_that_one_painted_out(demo):
    net, image = LandmarkNet(), demo.frames[0].image
    alone = net.infer(image, Detector().detect(image, whole_image(image))[0].region)
    both, front = pasted(image, alone, (-40, 12))
    drawn = net.infer(both, alone.body)
    behind = infer(net, both, alone.body, Others(nearer=[front]))
    assert off(behind, alone) < 0.5 * off(drawn, alone)
    assert behind.covered.any() and (behind.visibility[behind.covered] == 0).all()
    assert 0 < hidden_share(behind) < 1
    own = infer(net, both, front.body, Others(farther=[alone], own=front))
    assert off(own, front) < 0.5 * off(net.infer(both, front.body), front) and not own.covered.any()
    assert bottom(front) > bottom(alone)


def test_landmarks_at_the_edge_of_another_body_count_less(demo):
    net, image = LandmarkNet(), demo.frames[0].image
    alone = net.infer(image, Detector().detect(image, whole_image(image))[0].region)
    radius = 0.035 * size(alone)
    for radii, share in ((0.5, 0.0), (1.5, 0.5), (2.5, 1.0)):
        point = alone.points[[27], :2] + [[0, radii * radius]]  # below an ankle
        assert clearance(point, alone)[0] == pytest.approx(radii, abs=0.15)
        assert np.clip(clearance(point, alone)[0] - 1, 0, 1) == pytest.approx(share, abs=0.15)


def test_unknown_model_names_the_known_ones():
    with pytest.raises(ModelError, match="blazepose"):
        model_card("alphapose")
    assert all(name == card.name for name, card in MODELS.items())


def test_weights_are_stamped():
    assert all(len(digest) == 64 for digest in model_card("blazepose").weights(default_store()).values())


def test_listing_models_loads_no_network_library():
    code = "import sys, romp_core.models.registry; sys.exit('onnxruntime' in sys.modules or 'cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- MediaPipe --------------------------------------------------------------------------------------------------------


def test_equal_to_mediapipe(demo):
    """Detector and landmarks, step for step; only MediaPipe follows with a filter that lags behind fast motion."""
    detector, net, follower, region = Detector(), LandmarkNet(), OneEuro(0.01, 10.0), None
    gaps, world = [], []
    for frame, truth, world_truth in zip(demo.frames, demo.points, demo.world, strict=True):
        region = region or detector.detect(frame.image, whole_image(frame.image))[0].region
        pose = net.infer(frame.image, region)
        scale = 1.25 / pose.body.side
        region = body_region(*follower.update(pose.points[[HIPS, TOP], :2], 1 / 30, scale))
        gaps.append(np.linalg.norm(pose.points[:33, :2] - truth[:, :2], axis=1))
        world.append(np.linalg.norm(pose.world[:33] - world_truth, axis=1))
        assert np.abs(pose.visibility[:33] - truth[:, 3]).max() < 0.05
    assert np.mean(gaps) < 0.15 and np.max(gaps) < 1.5  # pixels of a person 230 pixels high
    assert np.mean(world) < 0.003


# --- the estimator ----------------------------------------------------------------------------------------------------


def test_the_silhouette_is_measured_every_two_seconds_and_is_that_of_a_body(demo):
    frames = [replace(frame, time=index / 5) for index, frame in enumerate(demo.frames[:12])]
    found = run(demo.info, frames)
    areas = np.array([people.silhouette[0] for people in found])
    assert np.flatnonzero(areas).tolist() == [0, 10]
    for people, area in zip(found, areas, strict=True):
        tall = np.ptp(people.keypoints2d[0, :, 1])
        assert area == 0 or 0.1 < area / tall**2 < 0.35


def test_one_person_in_every_frame(demo):
    people = run(demo.info, demo.frames)
    assert len(people) == FRAMES
    assert all(p.ids.tolist() == [0] and p.confidence[0] > 0.9 for p in people)
    assert people[0].keypoints2d.shape == (1, 33, 2) and people[0].keypoints3d.shape == (1, 33, 3)
    gap = np.linalg.norm(people[-1].keypoints2d[0] - demo.points[-1][:, :2], axis=1)
    assert gap.mean() < 2.5  # of 230
    # Camera axes: the head is above the feet, y down; meters around the hips.
    assert people[0].keypoints3d[0, 0, 1] < -0.4 < 0.4 < people[0].keypoints3d[0, 27, 1]


def turned(image, degrees):
    """The image turned about its middle, the border repeated."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn, middle = np.array([[c, -s], [s, c]]), (np.array(image.shape[1::-1]) - 1) / 2
    return warp(image, np.column_stack([turn.T, middle - turn.T @ middle]), *image.shape[1::-1], "replicate"), turn


def test_somebody_is_found_of_whom_only_head_and_shoulders_are_in_the_image(demo):
    whole = demo.points[0][:, :2]
    size = np.array(demo.frames[0].image.shape[1::-1])
    scale = 2.6 * abs(whole[11, 0] - whole[12, 0]) / size[0]
    middle = np.array([whole[[11, 12], 0].mean(), 0.75 * whole[0, 1] + 0.25 * whole[[11, 12], 1].mean()])
    closer = np.column_stack([np.eye(2) * scale, middle - scale * size / 2])
    frames = [replace(frame, image=warp(frame.image, closer, *size, "replicate")) for frame in demo.frames[:8]]
    people = run(demo.info, frames)
    assert [p.ids.tolist() for p in people] == [[0]] * len(frames)
    gap = people[0].keypoints2d[0, [0, 11, 12]] - ((whole[[0, 11, 12]] - middle) / scale + size / 2)
    assert np.linalg.norm(gap, axis=1).max() < 0.05 * size[0]


def test_somebody_who_turns_head_over_heels_is_followed(demo):
    """A turn in 0.7 seconds: regions that lagged behind would lose the legs, and then the body."""
    frames, expected = [], []
    for index in range(22):
        turns = min(max(0, index - 3), 1) / 2 + max(0, index - 4)  # nobody is at full speed at once
        image, turn = turned(demo.frames[0].image, -18.0 * turns)
        frames.append(Frame(index, index / 30, image))
        middle = (np.array(image.shape[1::-1]) - 1) / 2
        expected.append((demo.points[0][:33, :2] - middle) @ turn.T + middle)
    people = run(demo.info, frames)
    assert all(p.ids.tolist() == [0] for p in people)
    gaps = [
        np.linalg.norm(p.keypoints2d[0, LANDMARKS] - e[LANDMARKS], axis=1).mean()
        for p, e in zip(people, expected, strict=True)
    ]
    assert max(gaps) < 0.03 * 230


@pytest.mark.slow
def test_twin_who_walks_past_in_front_is_told_from_the_one_who_stands(demo):
    """Both look the same: their ways and who is in front tell them apart; who was hidden is found again."""
    net, image = LandmarkNet(), demo.frames[0].image
    stands = net.infer(image, Detector().detect(image, whole_image(image))[0].region)
    shifts = [(220 - 6 * t, 14) for t in range(50)]
    people = run(demo.info, [Frame(t, t / 30, pasted(image, stands, shift)[0]) for t, shift in enumerate(shifts)])
    (walker,) = people[36].ids.tolist()
    hips = stands.body.x
    for shift, found in zip(shifts, people, strict=True):
        columns = dict(zip(found.ids.tolist(), found.keypoints2d[:, [23, 24], 0].mean(axis=1), strict=True))
        assert columns.pop(walker) == pytest.approx(hips + shift[0], abs=10)
        assert all(column == pytest.approx(hips, abs=10) for column in columns.values())
        if abs(shift[0]) > 30:
            assert len(columns) == 1
    assert len({id for found in people for id in found.ids.tolist()}) == 2


def test_nobody_is_found_in_an_empty_room(demo):
    rng = np.random.default_rng(0)
    wall = np.full((360, 640, 3), 150, np.uint8) + rng.integers(0, 20, (360, 640, 3), np.uint8)
    assert all(len(p) == 0 for p in run(demo.info, [Frame(t, t / 30, wall) for t in range(20)]))


def test_late_comer_is_tracked_back_to_the_first_frame(demo):
    """Nobody for 0.2 s: the next scan comes at 0.5 s, but the person is in every frame from 0.2 s on."""
    empty = demo.frames[0].image.copy()
    empty[:] = empty[:, -60:-59]  # stretch a strip of the wall and floor
    frames = [replace(f, image=empty) if f.source_frame < 6 else f for f in demo.frames]
    counts = [len(p) for p in run(demo.info, frames)]
    assert counts == [0] * 6 + [1] * (FRAMES - 6)


def test_another_person_in_somebodys_region_is_somebody_new(demo):
    """From frame 12 on a person in other clothes is where the first one was."""
    wall = np.median([frame.image for frame in demo.frames], axis=0)

    def in_other_clothes(frame):
        body = np.abs(frame.image - wall).max(axis=2, keepdims=True) > 20
        return replace(frame, image=np.where(body, 255 - frame.image, frame.image))

    people = run(demo.info, demo.frames[:12] + [in_other_clothes(frame) for frame in demo.frames[12:]])
    assert [found.ids.tolist() for found in people] == [[0]] * 12 + [[1]] * (FRAMES - 12)
    assert not any(found.cut for found in people)


class Forgetful(ImageTracker):
    """Recognizes nobody in two frames, and takes who is there in the next one for somebody new."""

    def assign(self, detections, time):
        frame, known = round(time * 30), self._known
        if frame in (12, 13):
            return [None] * len(detections)
        if frame == 14:
            self._known, detections = {}, [replace(one, source=None, starts_track=True) for one in detections]
        ids = super().assign(detections, time)
        self._known = known | self._known
        return ids


def test_who_begins_where_somebody_alike_was_last_seen_is_that_one(demo):
    people = list(BlazePose(demo.info, Forgetful(), 0).run(demo.frames))
    assert [found.ids.tolist() for found in people] == [[0]] * FRAMES


def test_gap_is_a_gap_and_the_id_survives(demo):
    frames = [replace(f, image=np.full_like(f.image, 90)) if 12 <= f.source_frame < 18 else f for f in demo.frames]
    ids = [p.ids.tolist() for p in run(demo.info, frames)]
    assert ids == [[0]] * 12 + [[]] * 6 + [[0]] * (FRAMES - 18)


def test_only_the_nearest_are_followed(demo):
    """The demo person, and beside them the same one at half the size."""

    def beside(frame):
        image = np.repeat(frame.image[:1], 480, axis=0).repeat(2, axis=1)
        image[:, :480] = frame.image
        image[120:360, 600:840] = frame.image[::2, ::2]
        return replace(frame, image=image)

    info = replace(demo.info, width=960)
    frames = [beside(frame) for frame in demo.frames[:20]]
    assert all(len(p) == 2 for p in run(info, frames))
    nearest = run(info, frames, people=1)
    assert all(len(p) == 1 and p.keypoints2d[0, :, 0].max() < 480 for p in nearest)


def test_somebody_who_comes_much_nearer_is_followed_instead(demo):
    def only_small(frame):
        image = np.full_like(frame.image, 150)
        image[120:360, 120:360] = frame.image[::2, ::2]
        return replace(frame, image=image)

    frames = [only_small(frame) if frame.source_frame < 8 else frame for frame in demo.frames]
    people = run(demo.info, frames, people=1)
    heights = [np.ptp(p.keypoints2d[0, :, 1]) for p in people]
    assert all(len(p) == 1 for p in people) and heights[-1] > 1.6 * heights[0]


def test_still_scenery_is_searched_once(demo):
    """The detector runs again where somebody may have come in, and nowhere else."""
    searched = []

    class CountingDetector:
        def detect(self, image, region, threshold=0.5, retouch=None):
            searched.append(region)
            return []

    room, visitor = np.full((480, 480, 3), 100, np.uint8), Region(400, 300, 60)
    search = PersonSearch(CountingDetector(), calm_s=1.0)

    def look(image, time):
        search.begin(image, time, [], near_only=False)
        return search.found()

    assert look(room, 0.0) == []
    everywhere = len(searched)
    assert look(room + np.uint8(5), 10.0) == []
    assert len(searched) == everywhere > 10
    room[270:330, 370:430] = 200
    assert look(room, 20.0) == []
    again = searched[everywhere:]
    assert 3 <= len(again) < everywhere / 2
    assert all(np.abs(tile.center - visitor.center).max() < (tile.side + visitor.side) / 2 + 4 for tile in again)


def test_somebody_right_behind_is_detected_with_the_known_one_painted_out(demo):
    net, detector, image = LandmarkNet(), Detector(), demo.frames[0].image
    alone = net.infer(image, detector.detect(image, whole_image(image))[0].region)
    both, front = pasted(image, alone, (-30, 14))
    around = replace(front.body, side=1.6 * front.body.side, angle=0.0)
    found = detector.detect(both, around, retouch=lambda crop: erase(crop, around, [front]))
    assert np.linalg.norm(found[0].hips - alone.body.center) < 0.1 * size(alone)
    (merged,) = detector.detect(both, around)
    assert np.linalg.norm(merged.hips - front.body.center) < 0.1 * size(alone)


def test_a_pose_that_is_handed_over_is_the_other_persons(demo):
    pose = LandmarkNet().infer(demo.frames[0].image, whole_image(demo.frames[0].image))
    frame = PendingFrame(demo.frames[0], cut=False, poses={3: pose}, areas={3: 900.0})
    frame.hand_over(3, 5)
    people = frame.people()
    assert people.ids.tolist() == [5] and people.silhouette == pytest.approx([900.0])


def test_cut_is_marked(demo):
    frames = demo.frames[:20] + [replace(f, image=f.image[::-1, ::-1, ::-1].copy()) for f in demo.frames[20:]]
    assert [index for index, p in enumerate(run(demo.info, frames)) if p.cut] == [20]


def test_frames_are_pulled_lazily(demo):
    pulled = []

    def frames():
        for frame in demo.frames:
            pulled.append(frame.source_frame)
            yield frame

    results = model_card("blazepose").open(demo.info, CaptureSettings(), default_store()).run(frames())
    assert not pulled
    next(results)
    assert len(pulled) <= 32  # at most the second of looking back


# --- clips of known people --------------------------------------------------------------------------------------------


def tracking_report(folder, clip):
    """Share of visible frames tracked per person, id switches, predictions without a person (the sets' metric)."""
    optimize = pytest.importorskip("scipy.optimize")
    truth = np.load(folder / f"{clip}.npz")
    joints, visible = truth["joints2d"], truth["visible"]
    with open_footage(folder / f"{clip}.mp4") as footage:
        people = run(footage.info, footage.frames())
    tracked, switches, extra, last = np.zeros(len(joints)), 0, 0, {}
    for t, found in enumerate(people):
        there = np.flatnonzero(visible[:, t])
        heights = np.ptp(joints[there, t, :, 1], axis=1)
        gaps = np.linalg.norm(found.keypoints2d[None, :, LANDMARKS] - joints[there, t][:, None, JOINTS], axis=-1).mean(
            -1
        )
        pairs = [
            (a, b) for a, b in zip(*optimize.linear_sum_assignment(gaps), strict=True) if gaps[a, b] < heights[a] / 2
        ]
        extra += len(found) - len(pairs)
        for a, b in pairs:
            person, id = there[a], found.ids[b]
            tracked[person] += 1
            switches += last.setdefault(person, id) != id
            last[person] = id
    return tracked / visible.sum(axis=1), switches, extra / visible.sum()


@pytest.mark.slow
@pytest.mark.parametrize("clip", ["duo", "leave"])
def test_people_keep_their_identity(groundtruth, clip):
    tracked, switches, extra = tracking_report(groundtruth, clip)
    assert tracked.min() >= 0.95 and switches == 0 and extra <= 0.02


@pytest.mark.slow
@pytest.mark.parametrize("clip", ["walk", "exercise", "train_1", "train_2", "vfr", "exercise_rot90", "pan"])
def test_one_person_is_never_lost(groundtruth, clip):
    with open_footage(groundtruth / f"{clip}.mp4") as footage:
        people = run(footage.info, footage.frames())
    assert all(0 in p.ids for p in people)
    assert sum(len(p) for p in people) <= 1.05 * len(people)


def test_pose_distance_is_in_body_sizes(demo):
    image = demo.frames[0].image
    net = LandmarkNet()
    pose = net.infer(image, Detector().detect(image, whole_image(image))[0].region)
    moved = replace(pose, points=pose.points + np.array([pose.body.side / 1.25, 0, 0]))
    assert pose_distance(pose, pose) == 0 and pose_distance(pose, moved) == pytest.approx(1, rel=1e-6)


def test_a_head_with_an_arm_is_not_another_person_who_lies_there(demo):
    """Two people have two faces, however near they are."""
    image = demo.frames[0].image
    stands = LandmarkNet().infer(image, Detector().detect(image, whole_image(image))[0].region)
    lying, beside = stands.points.copy(), stands.points.copy()
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    lying[11:, :2] = lying[0, :2] + (lying[11:, :2] - lying[0, :2]) @ turn  # from the same head on
    beside[:, 0] += 0.1 * size(stands)
    assert same_face(replace(stands, points=lying), stands)
    assert not same_face(replace(stands, points=beside), stands)
