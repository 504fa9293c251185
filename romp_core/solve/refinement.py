"""What the floor tells about a pose: standing feet, feet that nobody sees, and other parts that rest on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..take.take import Camera, FootageInfo, Motion
from ..typing import Array
from .contacts.body_on_floor import body_on_floor
from .contacts.detection import find_contacts
from .contacts.foot_visibility import FootVisibility
from .contacts.hidden_feet import with_hidden_feet, with_steady_depth
from .contacts.legs import CheckIn, LegTracks, leg_tracks
from .contacts.levels import Levels
from .contacts.planting import Decided, plant_feet
from .contacts.soles import usable_soles
from .landmark_fit.residuals import Feet
from .motion_transforms import into_camera, into_world, moved, scaled
from .person_fit import Progress, motion_of, part, refit_actor
from .scene import Actor, Scene
from .world.common_floor import OnFloor

_ROUNDS = 2
"""Fits of somebody who rests on the floor with more than the feet: what rests shows better in a pose that rests."""

_CONFIDENT = 0.5
"""Confidence from which on somebody does."""


def refined(actor: Actor, on_floor: OnFloor, index: int, scene: Scene, progress: Progress) -> Actor:
    """A person of the scene fitted again with what the floor tells, the contacts known.

    Args:
        on_floor: everybody in the world; index: of the person there.
    """
    check_in = check_in_of(progress)
    motion, legs = on_floor.motions[index], on_floor.legs[index]
    size = actor.size * on_floor.scales[index]
    for turn in range(_ROUNDS):
        soles = usable_soles(motion, legs)
        contacts = find_contacts(
            motion, legs, soles, actor.visibility, on_floor.camera, scene.footage, guess_hidden=True
        )
        actor = replace(actor, contacts=contacts)
        if actor.person.observations.has_rotations:
            break
        motion = replace(motion, contacts=contacts)
        lift = on_floor.shifts[index][:, 2]
        floor = body_on_floor(motion, actor.visibility.visible, on_floor.camera, scene.footage, lift, size, check_in)
        guess, holds, depths = _with_feet(motion, actor.visibility, on_floor, index, scene, check_in)
        share = part(progress, turn / _ROUNDS, (turn + 1) / _ROUNDS)
        feet = Feet(holds / size, depths / size, floor)
        actor = refit_actor(actor, scene.pinhole, share, scaled(guess, 1 / size), feet)
        if floor.solid.max(initial=0) < _CONFIDENT:
            break
        motion = into_world(scaled(motion_of(actor, actor.fitted), size), on_floor.camera)
        motion = moved(motion, on_floor.shifts[index])
        legs = leg_tracks(motion, check_in)
    return replace(actor, motion=None)


def _with_feet(
    motion: Motion, visibility: FootVisibility, on_floor: OnFloor, index: int, scene: Scene, check_in: CheckIn
) -> tuple[Motion, Array, Array]:
    """A person on the floor with standing and hidden feet where they must be; where these feet are, and the depths of
    the root that were made even; in camera space."""
    camera = on_floor.camera
    eye = camera.at(motion.frame_index)[1]
    motion, steadied = with_steady_depth(motion, eye, visibility.visible, scene.footage)
    legs, imagined = with_hidden_feet(motion, leg_tracks(motion, check_in), visibility.visible, scene.footage)
    held = planted(motion, legs, camera, scene.footage, check_in)
    held = moved(held, -on_floor.shifts[index])  # where the image shows it
    balls = camera.to_camera(leg_tracks(held, check_in).balls, held.frame_index)
    holds = np.where((motion.contacts | imagined)[..., None], balls, np.nan)
    held = into_camera(held, camera)
    return held, holds, np.where(steadied, held.root[:, 2], np.nan)


def planted(
    motion: Motion,
    legs: LegTracks,
    camera: Camera,
    footage: FootageInfo,
    check_in: CheckIn,
    decided: Decided | None = None,
    levels: Levels | None = None,
) -> Motion:
    """The motion in the world with its standing feet held, also those that the user decided to stand, where they do."""
    return plant_feet(motion, legs, camera.at(motion.frame_index)[1], footage, check_in, decided, levels)


def check_in_of(progress: Progress) -> CheckIn:
    """Ask whether to stop, without progress."""
    return lambda: progress(0.0)
