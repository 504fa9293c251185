"""The built-in model: BlazePose detector and landmarks on onnxruntime."""
