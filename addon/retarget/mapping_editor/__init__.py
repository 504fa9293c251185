"""The bones of a rig as the user sees and changes them."""
