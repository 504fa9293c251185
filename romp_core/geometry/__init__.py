"""Rotations, coordinate spaces, the 24-joint skeleton, skinning and projection: arrays in, arrays out."""
