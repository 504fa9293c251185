"""What models that read people off maps of the whole image (ROMP, BEV) have in common."""
