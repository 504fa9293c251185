"""From a take to Blender: armatures, actions, bodies, the camera and the footage behind it."""
