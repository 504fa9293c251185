"""What `build_addon.py` is made of; standard library only."""
