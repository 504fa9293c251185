"""Hands as MediaPipe finds them, stage by stage, each from the stored input of that stage."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.inference.network_files import open_session
from romp_core.models.common.assets import asset
from romp_core.models.common.region import whole_image
from romp_core.models.hands.networks import LANDMARK_FILE, PALM_FILE, RECROP_FILE, HandNetworks
from romp_core.models.hands.palm_detector import PalmDetector
from romp_core.models.hands.regions import agree, pose_region, recrop_region, tracked_region
from tests.core.models.mediapipe_golden import Arrays, check_region, golden_images, known, region_of

SIDES = {"left": (15, 17, 19), "right": (16, 18, 20)}


def test_networks_give_the_reference_s_numbers(hands_face, recipe, limits):
    palm, recrop, landmarks = (open_session(asset(name)) for name in (PALM_FILE, RECROP_FILE, LANDMARK_FILE))
    checked = 0
    for _, arrays in golden_images(hands_face, recipe):
        if "palm_crop" in arrays:
            boxes, scores = palm.run(["boxes", "scores"], {"input": arrays["palm_crop"][None].astype(np.float32) / 255})
            assert np.abs(boxes[0] - arrays["palm_full_raw_boxes"]).max() < limits["raw_detector"]
            assert np.abs(scores.ravel() - arrays["palm_full_raw_scores"].ravel()).max() < limits["raw_detector"]
        for side in SIDES:
            key = f"holistic__{side}_"
            if f"{key}recrop_crop" not in arrays:
                continue
            (points,) = recrop.run(None, {"input": arrays[f"{key}recrop_crop"][None].astype(np.float32) / 255})
            assert np.abs(points.ravel() - arrays[f"{key}recrop_raw"].ravel()).max() < limits["raw_recrop"]
            names = ("points", "presence", "handedness", "world")
            raw = landmarks.run(names, {"input": arrays[f"{key}hand_crop"][None].astype(np.float32) / 255})
            bounds = (
                limits["raw_hand_landmarks"],
                limits["raw_presence"],
                limits["raw_presence"],
                limits["raw_hand_world_mm"] / 1000,
            )
            stored = ("raw_landmarks", "raw_presence", "raw_handedness", "raw_world")
            for values, name, bound in zip(raw, stored, bounds, strict=True):
                assert np.abs(values.ravel() - arrays[key + name].ravel()).max() < bound
            checked += 1
    assert checked


def test_regions_are_the_reference_s(hands_face, recipe, limits):
    checked = 0
    for _, arrays in golden_images(hands_face, recipe):
        for side, points in SIDES.items():
            key = f"holistic__{side}_"
            if not known(arrays.get(f"{key}roi_from_pose")):
                continue
            rough = pose_region(*arrays["holistic__pose_px"][list(points), :2])
            check_region(rough, arrays[f"{key}roi_from_pose"], limits)
            ends = region_of(arrays[f"{key}roi_from_pose"]).to_image(arrays[f"{key}recrop_raw"].reshape(2, 2) / 256)
            check_region(recrop_region(*ends), arrays[f"{key}roi_from_recrop"], limits)
            checked += 1
        for landmarks, region in zip(
            arrays.get("hands_full__landmarks_px", ()), arrays.get("hands_full__rois_from_landmarks", ()), strict=True
        ):
            check_region(tracked_region(landmarks), region, limits)
    assert checked


def test_palms_are_decoded_as_by_the_reference(hands_face, recipe, limits):
    detector = PalmDetector()
    for image, arrays in golden_images(hands_face, recipe):
        if "palm_crop" not in arrays:
            continue
        threshold, most = recipe["settings"]["palm_threshold"], recipe["settings"]["num_hands"]
        raw = arrays["palm_full_raw_boxes"], arrays["palm_full_raw_scores"].ravel()
        palms = detector.decode(*raw, whole_image(image), threshold)[:most]
        expected = [arrays[f"hands_full__{name}"] for name in ("palm_boxes", "palm_keypoints", "rois_from_palms")]
        assert len(palms) == len(expected[0])
        for palm, box, points, region in zip(palms, *expected, strict=True):
            assert palm.box == pytest.approx(box, abs=limits["decoded_px"])
            assert palm.points == pytest.approx(points, abs=limits["decoded_px"])
            check_region(palm.region, region, limits)
        seen = detector.detect(image, whole_image(image), threshold)[:most]
        assert len(seen) == len(palms)
        for ours, palm in zip(seen, palms, strict=True):
            assert ours.points == pytest.approx(palm.points, abs=1.0)


def test_points_of_a_region_are_the_reference_s(hands_face, recipe, limits):
    networks, checked = HandNetworks(), 0
    for image, arrays in golden_images(hands_face, recipe):
        for side in SIDES:
            key = f"holistic__{side}_"
            if not known(arrays.get(f"{key}landmarks_px")) or f"{key}hand_crop" not in arrays:
                continue
            (found,) = networks.infer(image, [region_of(arrays[f"{key}roi_from_recrop"])])
            expected = arrays[f"{key}landmarks_px"]
            assert np.abs(found.points[:, :2] - expected[:, :2]).max() < limits["landmarks_px"]
            assert np.abs(found.points[:, 2] - expected[:, 2]).max() < limits["landmarks_z_px"]
            assert found.presence == pytest.approx(float(arrays[f"{key}raw_presence"].ravel()[0]), abs=0.01)
            assert found.right == pytest.approx(
                float(arrays[f"{key}raw_handedness"].ravel()[0]), abs=limits["handedness"]
            )
            checked += 1
    assert checked


def test_the_region_is_kept_or_found_again_as_by_the_reference(hands_face, recipe, limits):
    before: Arrays = {}
    decisions = []
    with np.load(hands_face / "tracking_hands.npz") as stored:
        for number in range(recipe["tracking_hands"]["count"]):
            prefix = f"f{number:02d}_holistic__"
            now = {key.removeprefix(prefix): stored[key] for key in stored.files if key.startswith(prefix)}
            for side in SIDES:
                last = before.get(f"{side}_landmarks_px")
                if not known(last) or not known(now[f"{side}_roi_tracking"]):
                    continue
                tracked, found = tracked_region(last), region_of(now[f"{side}_roi_from_recrop"])
                kept = agree(tracked, found, last)
                decisions.append(kept)
                check_region(tracked if kept else found, now[f"{side}_roi_tracking"], limits)
            before = now
    assert decisions
