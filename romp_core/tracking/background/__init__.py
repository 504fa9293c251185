"""Points of the background followed from frame to frame, from which the camera's motion is solved."""
