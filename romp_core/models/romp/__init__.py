"""ROMP: everybody in an image at once, one person per peak of a center map (Sun et al., ICCV 2021)."""
