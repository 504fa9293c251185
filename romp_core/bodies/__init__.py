"""Skinned human bodies: the embedded one, and SMPL bodies from the user's files."""
