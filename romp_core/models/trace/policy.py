"""The numbers of TRACE's tracking and of its trajectories, in two sets: the reference's, and a product's."""

from __future__ import annotations

from dataclasses import dataclass

CLIP = 8
"""Frames that the network sees at a time."""

FOCAL = 548 / 512
"""Focal length of the pinhole that people stand in front of, in lengths of the picture's longer side."""


@dataclass(frozen=True)
class TraceSettings:
    """How people are found, followed and placed.

    Attributes:
        subjects: how many are followed at once, the nearest ones first; 0 for all.
        new_people: with `quirks`, follow everybody sure enough, whenever they come.
        quirks: do what the reference program does where it errs, so that results can be compared.
        forget: how long a missed person is kept, in seconds; with `quirks` in frames.
        least_frames: people on fewer frames of a clip than this are left out of it.
        smooth: filter poses and shapes while they come. Takes are smoothed later, without lag.
        batch_statistics: normalize the head by the clip, as the release does, not by what training stored.
        flow_rounds: refinements of the optical flow.
        center_threshold: least height of a peak of the center map.
        first_threshold, new_threshold, follow_threshold: how sure a person must be to be followed at first, to be new
            beside others, and to go on with a track.
        least_scale: people of a smaller camera scale are too far away.
        duplicates: cameras (scale, y, x) nearer to each other than this show one person.
        largest_motion: longer motion offsets are taken for mistakes.
        match_limit: largest distance, in weighted (x, y, 1 / (1 + depth)), of a person from where they were before.
        axis_weights: those weights.
        memory_threshold: people less sure than this are read off what is remembered of them.
        rate: frames per second that the smoothing expects; 0 for the true ones.
    """

    subjects: int = 0
    new_people: bool = False
    quirks: bool = False
    forget: float = 2.0
    least_frames: int = 1
    smooth: bool = False
    batch_statistics: bool = True
    flow_rounds: int = 20
    center_threshold: float = 0.05
    first_threshold: float = 0.3
    new_threshold: float = 0.8
    follow_threshold: float = 0.18
    least_scale: float = 0.13
    duplicates: float = 0.05
    largest_motion: float = 0.06
    match_limit: float = 1.2
    axis_weights: tuple[float, float, float] = (1.2, 2.5, 25.0)
    memory_threshold: float = 0.05
    rate: float = 0.0


MOCAP = TraceSettings()
"""For users: people who hide or leave for two seconds stay who they are, and nobody is made up."""

PARITY = TraceSettings(subjects=1, quirks=True, forget=0.0, least_frames=6, smooth=True, rate=30.0)
"""As the release does by default."""
