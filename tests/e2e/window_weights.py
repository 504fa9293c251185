"""A model without its files in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

Offline and online, the license dialog, a download that is cancelled and gone on with, a refusal, a chosen file that is
tried out, a capture with it. `FOLDER` is made by `window_weights_files.py`, which must be running.
"""

import sys

import bpy

FOLDER = "/srv/weights/"


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def redraw(gh):
    for region in gh.area("VIEW_3D").regions:
        region.tag_redraw()


def scenario(gh):
    jobs = module("worker.jobs")

    def ended():
        return jobs.current() is None

    def shown(name):
        redraw(gh)
        yield 1.5
        gh.shot(name)

    with open(FOLDER + "addresses") as file:
        slow, gone = file.read().split()
    gh.open_tab("MoCap")
    yield 2
    group = bpy.context.scene.romp_mocap
    group.capture.model = "romp"
    yield from shown("1_offline")
    gh.check(not bpy.ops.romp_mocap.download_file.poll(), "nothing is downloaded while Blender is offline")
    bpy.context.preferences.system.use_online_access = True
    yield from shown("2_online")

    gh.move(700, 450)
    yield 0.5
    with gh.override():
        bpy.ops.romp_mocap.download_file("INVOKE_DEFAULT", key="ROMP.pkl")
    yield from shown("3_license")
    gh.key("Escape")
    yield 1
    gh.check(ended(), "Escape in the license dialog downloads nothing")

    bev = {"key": "BEV.pth", "address": slow, "accept_license": True}
    bpy.ops.romp_mocap.download_file("EXEC_DEFAULT", **bev)
    yield gh.until(lambda: jobs.current() and jobs.current().done > 8, 30, "progress")
    yield from shown("4_downloading")
    bpy.ops.romp_mocap.cancel()
    yield gh.until(ended, 5, "the end of the cancelled download")
    yield from shown("5_cancelled")
    bpy.ops.romp_mocap.download_file("EXEC_DEFAULT", **bev)
    yield gh.until(lambda: jobs.current() and jobs.current().progress, 30, "progress")
    gh.check(jobs.current().done > 8, "the download resumes where it was cancelled")
    yield gh.until(ended, 60, "the end of the download")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    yield from shown("6_downloaded")
    bpy.ops.romp_mocap.download_file("EXEC_DEFAULT", **{**bev, "key": "ROMP.pkl", "address": gone})
    yield gh.until(ended, 30, "the refusal")
    gh.check("no longer at its address" in jobs.last_outcome().text, jobs.last_outcome().text)
    yield from shown("7_refused")

    bpy.ops.romp_mocap.choose_file("EXEC_DEFAULT", key="ROMP.pkl", filepath=FOLDER + "ROMP.pkl")
    yield from shown("8_trying")
    yield gh.until(ended, 120, "the end of the trial")
    gh.check("not the published" in jobs.last_outcome().text, jobs.last_outcome().text)
    yield from shown("9_tried")
    jobs.dismiss()

    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=FOLDER + "demo.mp4")
    group.capture.end = 0.4
    yield from shown("10_ready")
    bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")
    yield gh.until(lambda: jobs.current() and jobs.current().done > 1, 120, "frames")
    yield from shown("11_running")
    yield gh.until(ended, 240, "the end of the capture")
    outcome = jobs.last_outcome()
    # By formula the network sees people where chance wants them, or nobody.
    gh.check(outcome.kind == "finished" or "Nobody was found" in outcome.text, outcome.text)
    yield from shown("12_captured")
    name = next(key for key in bpy.context.preferences.addons.keys() if key.endswith("romp_mocap"))  # noqa: SIM118
    with gh.override():
        bpy.ops.preferences.addon_show(module=name)
    yield 2
    gh.shot("13_preferences")
