"""Image operations, annotated previews and the colors of people."""
