"""The SMPL body model and its kin (SMPL-A, SMIL): reading the user's files, posing, and the mesh for Blender."""
