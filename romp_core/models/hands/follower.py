"""Both hands of everybody whose pose is known, followed from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...take.keypoints import Layout
from ...typing import Array
from ..common.claims import losers, same
from ..common.region import Region
from .followed import LEFT, RIGHT, Followed, fits, is_of, keeps
from .networks import HandNetworks, HandPoints
from .palm_detector import PalmDetector
from .regions import agree, is_near, pose_region

_FOUND_AGAIN: Final = 5
"""Every so many frames a hand is found from the pose again; after so many it is looked for with the palm detector."""

_LOOKED_FOR: Final = 20
"""The same again every so many frames."""

_SMALLEST_PX = 12.0
_VISIBLE = 0.1
_AROUND = 2.0

Key = tuple[int, int]
"""A hand: the person's id and the side."""


@dataclass(frozen=True)
class _Wrist:
    """What the pose says of a hand: the wrist (2,) in pixels, and a rough region."""

    point: Array
    rough: Region


class HandFollower:
    """Finds the hands of the people of each frame, one frame after the other.

    Args:
        layout: of the people's keypoints; it must have wrists, and knuckles of index and little finger or joints of the
            hands.
    """

    def __init__(self, layout: Layout) -> None:
        self._networks, self._palms = HandNetworks(), PalmDetector()
        parts = _KNUCKLES if f"left_{_KNUCKLES[-1]}" in layout.names else _HAND
        self._points = [[layout.index(f"{side}_{part}") for part in parts] for side in ("left", "right")]
        self._followed: dict[Key, Followed] = {}

    def restart(self) -> None:
        """Begin anew, as in a new shot."""
        self._followed.clear()

    def find(self, image: Array, ids: Sequence[int], keypoints: Array, visibility: Array) -> dict[Key, HandPoints]:
        """The hands of a frame, by person and side (0 left, 1 right).

        Args:
            image: (H, W, 3) RGB. ids: of P people. keypoints: (P, K, 2) pixels. visibility: (P, K).
        """
        wrists = self._wrists(image, ids, keypoints, visibility)
        known = {key: self._followed.get(key, Followed()) for key in wrists}
        regions, from_pose = self._regions(image, wrists, known)
        found = self._read(image, regions)
        # A region that slid onto the other hand: look once more where the pose says.
        retry = [key for key in found if key not in from_pose and not is_of(found[key], key[1])]
        retry += [key for key in _losers(found, wrists) if key not in from_pose and key not in retry]
        again = self._read(image, self._refined(image, wrists, retry))
        found |= {key: hand for key, hand in again.items() if hand.presence > found[key].presence / 2}
        from_pose |= set(again)
        seen = {key: hand for key, hand in found.items() if is_of(hand, key[1])}
        for key in _losers(seen, wrists):
            del seen[key]
        seen = {key: hand for key, hand in seen.items() if not known[key].leaps(hand, wrists[key].point)}
        seen |= self._found_without_pose(image, wrists, known, seen)
        for key, one in known.items():
            one.age = 0 if key in from_pose else one.age + 1
            one.saw(seen.get(key), wrists[key].point)
        self._followed = known
        return seen

    def _wrists(self, image: Array, ids: Sequence[int], keypoints: Array, visibility: Array) -> dict[Key, _Wrist]:
        """The hands that the pose shows: wrist visible, large enough, and not far outside of the image."""
        wrists = {}
        size = np.array(image.shape[1::-1])
        for row, id in enumerate(ids):
            for side in (LEFT, RIGHT):
                wrist, little, index = keypoints[row, self._points[side], :2].astype(np.float64)
                rough = pose_region(wrist, little, index)
                outside = np.maximum(-rough.center, rough.center - size).max()
                visible = visibility[row, self._points[side][0]] > _VISIBLE and outside < rough.side / 2
                if visible and rough.side > _SMALLEST_PX:
                    wrists[int(id), side] = _Wrist(wrist, rough)
        return wrists

    def _regions(
        self, image: Array, wrists: Mapping[Key, _Wrist], known: Mapping[Key, Followed]
    ) -> tuple[dict[Key, Region], set[Key]]:
        """Where to read each hand, and which of these regions are from the pose."""
        regions = {}
        for key, one in known.items():
            region = one.region if one.is_trusted(key[1]) and one.age + 1 < _FOUND_AGAIN else None
            if region is not None and is_near(region, wrists[key].rough):
                regions[key] = region
        from_pose = set()
        for key, found in self._refined(image, wrists, [key for key in wrists if key not in regions]).items():
            tracked, hand = known[key].region, known[key].hand
            kept = tracked is not None and hand is not None and agree(tracked, found, hand.points)
            regions[key] = tracked if kept and tracked is not None else found
            known[key].age = -1
            if not kept:
                from_pose.add(key)
        return regions, from_pose

    def _refined(self, image: Array, wrists: Mapping[Key, _Wrist], keys: Sequence[Key]) -> dict[Key, Region]:
        regions = self._networks.refine(image, [wrists[key].rough for key in keys])
        return {key: region for key, region in zip(keys, regions, strict=True) if region.side > _SMALLEST_PX}

    def _read(self, image: Array, regions: Mapping[Key, Region]) -> dict[Key, HandPoints]:
        return dict(zip(regions, self._networks.infer(image, list(regions.values())), strict=True))

    def _found_without_pose(
        self,
        image: Array,
        wrists: Mapping[Key, _Wrist],
        known: Mapping[Key, Followed],
        seen: Mapping[Key, HandPoints],
    ) -> dict[Key, HandPoints]:
        """Hands that the palm detector finds near wrists whose hands were missed for some frames."""
        found: dict[Key, HandPoints] = {}
        for key, one in known.items():
            missed = one.missed + 1
            if key in seen or (missed % _LOOKED_FOR and missed != _FOUND_AGAIN):
                continue
            wrist = wrists[key]
            around = replace(
                wrist.rough, x=wrist.point[0], y=wrist.point[1], side=_AROUND * wrist.rough.side, angle=0.0
            )
            palms = self._palms.detect(image, around)
            near = [palm for palm in palms if np.hypot(*(palm.points[0] - wrist.point)) < wrist.rough.side / 2]
            for hand in self._networks.infer(image, [palm.region for palm in near[:1]]):
                others = [*seen.values(), *found.values()]
                if hand.presence > 0.8 and fits(hand, key[1]) > 0.5 and not any(same(hand, other) for other in others):
                    found[key] = hand
        return found


_KNUCKLES, _HAND = ("wrist", "pinky", "index"), ("wrist", "hand", "hand")
"""Keypoints that a rough region is made of; those of body models have a joint at the middle of the knuckles."""


def _losers(found: Mapping[Key, HandPoints], wrists: Mapping[Key, _Wrist]) -> list[Key]:
    """Of hands that several claim, those whose claim does not hold."""
    return losers(found, lambda a, b: keeps(*((found[key], key[1], wrists[key].point) for key in (a, b))))
