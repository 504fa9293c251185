"""What models that read people off maps of the whole picture (ROMP, BEV) have in common."""
