"""Putting motions onto the user's own rigs: the rig and the source are read here, the mathematics is the core's."""
