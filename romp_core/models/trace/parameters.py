"""Numbers that decide who is detected, followed and remembered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TraceParameters:
    """Thresholds and limits of detection, tracking and memory.

    Attributes:
        max_people: how many are followed at once, the nearest ones first; 0 for all.
        keep_missed: how long a track without detections is kept, on the policy's clock (seconds in the product).
        min_frames: people on fewer frames of a clip than this are left out of it.
        center_threshold: lowest peak of the center map that counts.
        first_threshold, new_threshold, track_threshold: least confidence in the first frame, of a new person beside
            others, and to continue a track.
        min_scale: people of a smaller camera scale are too far away.
        duplicate_distance: cameras (scale, y, x) closer together than this show one person.
        max_motion: longer motion offsets are ignored.
        match_limit: largest distance, in weighted (x, y, 1 / (1 + depth)), between a track and the previous position
            of a detection; axis_weights: those weights.
        memory_threshold: features of people of lower confidence are taken from memory.
    """

    max_people: int = 0
    keep_missed: float = 2.0
    min_frames: int = 1
    center_threshold: float = 0.05
    first_threshold: float = 0.3
    new_threshold: float = 0.8
    track_threshold: float = 0.18
    min_scale: float = 0.13
    duplicate_distance: float = 0.05
    max_motion: float = 0.06
    match_limit: float = 1.2
    axis_weights: tuple[float, float, float] = (1.2, 2.5, 25.0)
    memory_threshold: float = 0.05
