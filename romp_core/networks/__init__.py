"""The quality models' networks in PyTorch, by the official checkpoints' key names.

A build-time tool: the product runs the ONNX templates that `templates.py` writes from these definitions.
Sources: "Deep High-Resolution Representation Learning" (HRNet), "Monocular, One-stage, Regression of Multiple
3D People" (ROMP), "Putting People in their Place" (BEV).
"""
