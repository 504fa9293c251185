"""Which body a person gets: the SMPL mesh of its own shape where the user has the file, else the embedded one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..preferences import folders

if TYPE_CHECKING:
    from romp_core.bodies.body import Body
    from romp_core.bodies.smpl.find import Bodies
    from romp_core.bodies.smpl.model import SmplModel
    from romp_core.take.take import Motion, Person
    from romp_core.typing import Array


def body_of(person: Person, motion: Motion) -> tuple[Body, list[str]]:
    """Body of a solved person in the build and size of the person's skeleton, and remarks about its file.

    Args:
        person: its betas are constant over the clip: their median. motion: of this person.
    """
    import numpy as np

    from romp_core.bodies.build import shape_keys
    from romp_core.bodies.embedded import load_body, load_body_with_fingers, with_face
    from romp_core.errors import MocapError

    embedded = load_body_with_fingers() if motion.has_fingers else load_body()
    if motion.has_face:
        embedded = with_face(embedded)
    body, remarks = embedded.shaped(shape_keys(motion.build)), list[str]()
    betas = person.observations.betas
    if betas is not None and len(betas) and not (motion.has_fingers or motion.has_face):  # a mesh of SMPL has none
        shape = np.median(np.asarray(betas, dtype=np.float64), axis=0)
        try:
            body, remarks = _smpl_body(shape) or (body, remarks)
        except MocapError as error:
            remarks = [f"{error.sentence} The characters get the embedded body instead."]
    return body.sized(motion.rest_joints), remarks


def _smpl_body(betas: Array) -> tuple[Body, list[str]] | None:
    """The mesh of a shape; None without a file."""
    import numpy as np

    from romp_core.bodies.smpl import as_body, find_bodies

    if not np.isfinite(betas).all():
        return None
    bodies = find_bodies(folders.weight_store())
    path = bodies.file_for(betas)
    if path is None:
        return None
    files = (path, *(each for each in vars(bodies.data).values() if each))
    model = _read(path, bodies, tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))
    return as_body(model, betas), list(model.remarks)


@lru_cache(maxsize=2)
def _read(path: Path, bodies: Bodies, state: tuple[tuple[Path, int, int], ...]) -> SmplModel:
    """The body model, read again when the `state` of its files changes; without what only posing needs."""
    from dataclasses import replace

    model = bodies.read(path)
    return replace(model, posedirs=model.posedirs[:0])
