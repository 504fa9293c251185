"""Folders and .blend files of a project."""

import bpy


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def save(path, **options):
    bpy.ops.wm.save_as_mainfile(filepath=str(path), **options)
