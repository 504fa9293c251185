"""BEV: all people of a picture at once, with their ages and their true order in depth (Sun et al., CVPR 2022)."""
