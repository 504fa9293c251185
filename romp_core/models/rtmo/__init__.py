"""RTMO: the 17 COCO keypoints of everybody in an image at once, in 2D (Lu et al. 2023)."""
