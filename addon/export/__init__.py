"""Characters as files for other programs: FBX, glTF and BVH."""
