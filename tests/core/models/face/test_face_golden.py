"""Faces as MediaPipe finds them, stage by stage, each from the stored input of that stage."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.inference.network_files import open_session
from romp_core.models.common.assets import asset
from romp_core.models.common.region import whole_image
from romp_core.models.face.follower import FaceFollower
from romp_core.models.face.networks import DETECTOR_FILE, LANDMARK_FILE, FaceNetworks
from romp_core.models.face.regions import agree, pose_region, tracked_region
from romp_core.take.keypoints import BLAZEPOSE_33
from tests.core.models.mediapipe_golden import check_region, golden_images, known, read_image, region_of

RAW = {
    "mesh": "mesh",
    "lips": "lips",
    "right_eye": "left_eye",
    "left_eye": "right_eye",
    "right_iris": "left_iris",
    "left_iris": "right_iris",
    "flag": "flag",
}
"""Outputs of the landmark network -> names in the set, whose sides are those of the image."""


def check_points(found: np.ndarray, expected: np.ndarray, limits: dict[str, float]) -> None:
    assert np.abs(found[:, :2] - expected[:, :2]).max() < limits["face_landmarks_px"]
    assert np.abs(found[:, 2] - expected[:, 2]).max() < limits["face_z_px"]


def test_networks_give_the_reference_s_numbers(hands_face, recipe, limits):
    detector, landmarks = open_session(asset(DETECTOR_FILE)), open_session(asset(LANDMARK_FILE))
    checked = 0
    for _, arrays in golden_images(hands_face, recipe):
        if "holistic__facedet_crop" in arrays:
            crop = arrays["holistic__facedet_crop"][None].astype(np.float32) / 127.5 - 1
            boxes, scores = detector.run(["boxes", "scores"], {"input": crop})
            assert np.abs(boxes[0] - arrays["holistic__facedet_raw_boxes"]).max() < limits["raw_detector"]
            assert (
                np.abs(scores.ravel() - arrays["holistic__facedet_raw_scores"].ravel()).max() < limits["raw_detector"]
            )
            checked += 1
        if "holistic__face_crop" in arrays:
            crop = arrays["holistic__face_crop"][None].astype(np.float32) / 255
            for values, name in zip(landmarks.run(list(RAW), {"input": crop}), RAW.values(), strict=True):
                expected = arrays[f"holistic__face_raw_{name}"]
                assert np.abs(values.ravel() - expected.ravel()).max() < limits["raw_attention"], name
            checked += 1
    assert checked


def test_crops_are_the_reference_s(hands_face, recipe, limits):
    checked = 0
    for image, arrays in golden_images(hands_face, recipe):
        for name, region, border in (
            ("facedet_crop", "face_roi_from_pose", "black"),
            ("face_crop", "face_roi_tracking", "replicate"),
        ):
            crop = arrays.get(f"holistic__{name}")
            if crop is None or not known(arrays.get(f"holistic__{region}")):
                continue
            ours = region_of(arrays[f"holistic__{region}"]).crop(image, len(crop), border)
            assert np.abs(ours.astype(int) - crop).max() <= limits["crop_turned_levels"], name
            checked += 1
    assert checked


def test_faces_are_decoded_as_by_the_reference(hands_face, recipe, limits):
    networks, threshold, checked = FaceNetworks(), recipe["settings"]["face_short_threshold"], 0
    for image, arrays in golden_images(hands_face, recipe):
        if "facedet_short_raw_boxes" in arrays and "mesh_attention__det_scores" in arrays:
            raw = arrays["facedet_short_raw_boxes"], arrays["facedet_short_raw_scores"].ravel()
            most = recipe["settings"]["num_faces"]
            faces = networks.decode(*raw, whole_image(image), threshold)[:most]
            assert len(faces) == len(arrays["mesh_attention__det_scores"])
            for face, points, score in zip(
                faces, arrays["mesh_attention__det_keypoints"], arrays["mesh_attention__det_scores"], strict=True
            ):
                assert face.points == pytest.approx(points, abs=limits["decoded_px"])
                assert face.score == pytest.approx(float(score), abs=limits["raw_presence"])
        if "holistic__facedet_raw_boxes" in arrays:
            raw = arrays["holistic__facedet_raw_boxes"], arrays["holistic__facedet_raw_scores"].ravel()
            rough = region_of(arrays["holistic__face_roi_from_pose"])
            faces = networks.decode(*raw, rough, threshold)
            expected = arrays.get("holistic__face_roi_from_detection")
            assert bool(faces) == known(expected)
            if faces:
                check_region(faces[0].region, expected, limits)
                (seen,) = networks.detect(image, [rough], threshold)
                assert seen[0].points == pytest.approx(faces[0].points, abs=1.0)
            checked += 1
    assert checked


def test_regions_are_the_reference_s(hands_face, recipe, limits):
    checked = 0
    for _, arrays in golden_images(hands_face, recipe):
        if known(arrays.get("holistic__face_roi_from_pose")):
            rough = pose_region(arrays["holistic__pose_px"][:11, :2])
            check_region(rough, arrays["holistic__face_roi_from_pose"], limits)
            checked += 1
        for points, region in zip(
            arrays.get("mesh_attention__landmarks_px", ()),
            arrays.get("mesh_attention__rois_from_landmarks", ()),
            strict=True,
        ):
            check_region(tracked_region(points), region, limits)
            checked += 1
    assert checked


def test_points_of_a_region_are_the_reference_s(hands_face, recipe, limits):
    networks, checked = FaceNetworks(), 0
    for image, arrays in golden_images(hands_face, recipe):
        if not known(arrays.get("holistic__face_roi_tracking")):
            continue
        (found,) = networks.infer(image, [region_of(arrays["holistic__face_roi_tracking"])])
        expected = arrays.get("holistic__face_landmarks_px")
        assert (found.presence > recipe["settings"]["presence_threshold"]) == known(expected)
        if known(expected):
            check_points(found.points, expected, limits)
            checked += 1
    assert checked


def test_the_region_is_kept_or_detected_again_as_by_the_reference(hands_face, recipe, limits):
    decisions, before = [], {}
    with np.load(hands_face / "tracking_hands.npz") as stored:
        for number in range(recipe["tracking_hands"]["count"]):
            prefix = f"f{number:02d}_holistic__"
            now = {key.removeprefix(prefix): stored[key] for key in stored.files if key.startswith(prefix)}
            last = before.get("face_landmarks_px")
            if known(last) and known(now["face_roi_from_detection"]):
                tracked, found = tracked_region(last), region_of(now["face_roi_from_detection"])
                decisions.append(agree(tracked, found, last))
                check_region(tracked if decisions[-1] else found, now["face_roi_tracking"], limits)
            before = now
    assert decisions


def test_a_turning_head_is_followed_as_by_the_reference(hands_face, recipe, limits):
    """Without a pose: the points of each image give the region of the next one."""
    networks, sequence, last = FaceNetworks(), recipe["tracking_face"], None
    with np.load(hands_face / "tracking_face.npz") as stored:
        for number in range(sequence["count"]):
            image = read_image(hands_face / (sequence["pictures"] % number))
            now = {name: stored[f"f{number:02d}_mesh__{name}"] for name in ("landmarks_px", "rois_from_landmarks")}
            if last is None:
                seen = networks.detect(image, [whole_image(image)])[0][: recipe["settings"]["num_faces"]]
                assert len(seen) == len(now["landmarks_px"])
            for points, region in zip(now["landmarks_px"], now["rois_from_landmarks"], strict=True):
                if last is not None:
                    (found,) = networks.infer(image, [tracked_region(last)])
                    check_points(found.points, points, limits)
                check_region(tracked_region(points), region, limits)
            last = now["landmarks_px"][0] if len(now["landmarks_px"]) else None


def test_the_whole_chain_is_the_reference_s(hands_face, recipe, limits):
    checked = 0
    for name in recipe["static"]:
        image = read_image(hands_face / f"{name}.png")
        with np.load(hands_face / f"{name}.npz") as stored:
            if "holistic__pose_px" not in stored or not known(stored["holistic__pose_px"]):
                continue
            pose, visibility = stored["holistic__pose_px"], stored["holistic__pose_visibility"]
            expected = stored.get("holistic__face_landmarks_px")
        found = FaceFollower(BLAZEPOSE_33).find(image, [7], pose[None, :, :2], visibility[None])
        assert list(found) == ([7] if known(expected) else []), name
        if known(expected):
            assert np.abs(found[7].points - expected).max() < limits["chain_px"], name
            checked += 1
    assert checked
