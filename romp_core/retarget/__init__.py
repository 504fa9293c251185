"""Motion from one skeleton to another: from takes or any recognized armature to the user's own rig.

`recognize` says which bones of a rig are which joints, `align` how its rest pose differs from the T-pose, `transfer`
turns a `Motion` into the rig's local rotations and positions. Nothing here knows of Blender.
"""
