"""MA-HMR: everybody in an image in one metric space, with the field of view of the camera (arXiv 2511.13282)."""
