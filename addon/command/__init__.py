"""`blender -c romp_mocap`: from footage to characters and files, from a terminal."""
