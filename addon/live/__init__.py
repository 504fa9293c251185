"""Live capture: a camera, stream or file moves a character as it arrives, and recordings become actions and takes."""
