"""Hands of people whose pose is known: MediaPipe's hand networks on onnxruntime."""
