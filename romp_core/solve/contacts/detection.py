"""When does a foot stand? Decided by its speed in the image, where motion is measured well; depth is too noisy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..heights import USUAL_HEIGHT, stature
from ..motion_transforms import stretches
from .foot_visibility import FootVisibility
from .gait import course_of, hidden_odds
from .legs import LegTracks

_STANDING, _STANDING_ON, _SWINGING = 0.12, 0.08, 1.8
"""Scales (m/s) of the Rayleigh distributions of image-plane speeds: standing, where it is noise, from one frame to the
next and over a while; and swinging. Small steps show over a while only."""
_WHILE_S = 0.15
_CHANGE = 2.0
"""Log-odds that a foot must gain to change from one to the other, so that single noisy frames do not decide."""
_MOST_EVIDENCE = 8.0
"""Most a single frame may say against standing, log-odds."""
_DOUBT = 0.01
"""Log-odds per frame against standing, so that a foot never seen does not stand."""
_SEEN_SHARE = 0.05
"""Of the time that feet must be seen, lest everything about them be guessed."""
_LIFTED = 0.12
"""Height of a sole above the other one, meters, above which it does not stand; depth errors move both alike."""
_AIRBORNE = 0.3
"""The same above the floor."""


def find_contacts(
    motion: Motion,
    legs: LegTracks,
    soles: Array,
    visibility: FootVisibility,
    camera: Camera,
    footage: FootageInfo,
    guess_hidden: bool = False,
) -> Array:
    """Which feet stand (m, 2), shot by shot and gap by gap.

    Args:
        motion, legs: in the world. soles: (m, 2) heights of the lowest point of each foot above the floor.
        guess_hidden: feet that nobody sees stand as the rest of the body tells; else they do not.
    """
    contacts = np.zeros((len(motion.frame_index), 2), bool)
    pixels, scale = _in_image(legs.balls, camera, motion.frame_index, footage)
    scale = scale * max(USUAL_HEIGHT / stature(motion.rest_joints), 1)  # children step less far, and so slower
    drift = _camera_drift(legs.balls, pixels, camera, motion.frame_index, footage)
    guess_hidden &= bool((visibility.visible >= 0.5).mean() > _SEEN_SHARE)
    for part in stretches(motion, footage):
        times = footage.times[motion.frame_index[part]]
        tracks = pixels[part] - drift[part], visibility.toes[part] - drift[part]
        visible = visibility.visible[part]
        odds = seen_odds(tracks, visible, scale[part], soles[part], times)
        if guess_hidden and visible.min() < 1 and len(times) > 1:
            interval = frame_interval(times)
            course = course_of(motion, legs, part, interval)
            padded = np.concatenate([odds, odds[-1:]])
            odds = odds + hidden_odds(motion, part, course, padded, visible, interval)[:-1]
        contacts[part] = standing(odds, soles[part])
    return contacts


def _in_image(balls: Array, camera: Camera, frame_index: Array, footage: FootageInfo) -> tuple[Array, Array]:
    """Positions (m, 2, 2) of the balls of the feet in pixels from the image's center, and meters per pixel (m,)."""
    points = camera.to_camera(balls, frame_index)
    depth = np.maximum(points[..., 2:], 0.1)
    focal = camera.focal(footage.width)
    return points[..., :2] / depth * focal, depth.mean(axis=(1, 2)) / focal


def _camera_drift(balls: Array, pixels: Array, camera: Camera, frame_index: Array, footage: FootageInfo) -> Array:
    """How far (m, 2, 2) the feet have moved in the image because the camera did, summed from frame to frame."""
    drift = np.zeros_like(pixels)
    if len(camera.rotation) > 1 and len(frame_index) > 1:
        stayed, _ = _in_image(balls[:-1], camera, frame_index[1:], footage)
        drift[1:] = np.cumsum(stayed - pixels[:-1], axis=0)
    return drift


def seen_odds(tracks: Sequence[Array], visible: Array, meters_per_px: Array, soles: Array, times: Array) -> Array:
    """Log-odds (m - 1, 2) that each foot stands from one frame to the next, by what is seen of it.

    Args:
        tracks: (m, 2, 2) each, positions of the left and right foot in the image, as fitted and as observed; a foot
            stands when one of them does. visible: (m, 2) 0..1; meters_per_px: (m,) scale there.
        soles: (m, 2) height of the lowest point of each foot above the floor.
        times: (m,) seconds.
    """
    if len(times) < 2:
        return np.zeros((0, 2))
    low = _low(soles)
    # Between frames rather than at them, so that the first and the last frame of a contact count as well.
    speeds = [np.array([_speeds(track, times, reach) for track in tracks]) for reach in (1, _reach(times))]
    odds = np.minimum(*(
        _log_odds((speed * meters_per_px[1:, None]).min(axis=0), scale)
        for speed, scale in zip(speeds, (_STANDING, _STANDING_ON), strict=True)
    ))  # fmt: skip
    odds = np.where(low[1:] & low[:-1], np.maximum(odds, -_MOST_EVIDENCE), -_MOST_EVIDENCE)
    return np.asarray(odds * np.minimum(visible[1:], visible[:-1]))


def standing(odds: Array, soles: Array) -> Array:
    """Which feet stand in which frames (m, 2): the likeliest course of a two-state hidden Markov model per foot.

    Args:
        odds: (m - 1, 2) log-odds from one frame to the next; soles: see `seen_odds`.
    """
    result = _low(soles)
    if not len(odds):
        return result
    result[:] = False
    for foot in (0, 1):
        for start, stop in runs(likeliest_course(odds[:, foot] - _DOUBT, _CHANGE)):
            result[start : stop + 1, foot] = True
    return result


def _low(soles: Array) -> Array:
    """(m, 2) bool: low enough to stand."""
    return np.asarray((soles < soles.min(axis=1, keepdims=True) + _LIFTED) & (soles < _AIRBORNE))


def _reach(times: Array) -> int:
    return max(round(_WHILE_S / frame_interval(times)), 1)


def _speeds(track: Array, times: Array, reach: int) -> Array:
    """Speeds (m - 1, 2) of a track (m, 2, 2) over the next or the last `reach` frames, whichever is lower."""
    frames = np.arange(len(times) - 1)
    windows = ((frames, np.minimum(frames + reach, len(times) - 1)), (np.maximum(frames + 1 - reach, 0), frames + 1))
    return np.min(
        [np.linalg.norm(track[b] - track[a], axis=-1) / (times[b] - times[a])[:, None] for a, b in windows], axis=0
    )


def _log_odds(speed: Array, standing: float) -> Array:
    """Of standing against swinging."""
    return 2 * np.log(_SWINGING / standing) - speed**2 / 2 * (standing**-2 - _SWINGING**-2)


def likeliest_course(odds: Array, change: float) -> Array:
    """States (n,) that gain most from the log-odds (n,) of true against false, each change paid for (Viterbi)."""
    lead = 0.0  # of the best course that is true now over the best that is false now
    leads = []
    for gain in odds.tolist():
        lead = min(max(lead, -change), change) + gain
        leads.append(lead)
    states = np.empty(len(leads), bool)
    state = lead >= 0
    for index in range(len(leads) - 1, -1, -1):
        # A course stays in its state unless the other one is ahead by more than the cost of the change.
        if index < len(leads) - 1:
            state = leads[index] > -change if state else leads[index] > change
        states[index] = state
    return states


def runs(flags: Array) -> Iterator[tuple[int, int]]:
    """(start, stop) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
