"""Images: resampling, thumbnails, annotated previews, and the colors of people."""
