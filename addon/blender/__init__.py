"""What is about Blender rather than about motion capture: its versions, units, timing, undo, layouts and properties."""
