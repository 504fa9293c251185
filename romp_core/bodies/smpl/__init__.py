"""The SMPL body model and its kin (SMPL-A, SMIL): reading the user's files, posing, and the mesh for Blender."""

from .body import as_body
from .family import SmplFamily
from .files import load_smpl
from .find import find_bodies
from .model import SmplModel

__all__ = ["SmplFamily", "SmplModel", "as_body", "find_bodies", "load_smpl"]
