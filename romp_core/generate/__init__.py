"""Build-time makers of the assets that ship inside the extension. Not part of the installed package.

Needs `onnx` and `tflite` besides numpy; run as `python -m romp_core.generate`.
"""
