"""BEV: all people of an image at once, with their ages and their true order in depth (Sun et al., CVPR 2022)."""
