"""Faces of people whose pose is known: MediaPipe's face networks on onnxruntime."""
