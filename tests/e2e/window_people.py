"""Selecting people in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

The button and its reason for being off, detecting people, the image with their numbers, a click on a number, undo,
a capture of the selected person alone. Two people cross in the footage named by `VIDEO`.
"""

import sys

import bpy

VIDEO = "/srv/footage/duo.mp4"
NUMBER_TWO, NEW_PEOPLE = (190, 320), (50, 350)
"""Where these lie in the sidebar, in a window of 1600 x 900."""


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def shown(gh, name):
    for region in gh.area("VIEW_3D").regions:
        region.tag_redraw()
    yield 1.5
    gh.shot(name)


def scenario(gh):
    jobs, icons = module("worker.jobs"), module("blender.icons")

    def ended():
        return jobs.current() is None

    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    group = bpy.context.scene.romp_mocap
    gh.check(not bpy.ops.romp_mocap.detect_people.poll(), "without footage no one can be selected")
    yield from shown(gh, "1_empty")
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    yield from shown(gh, "2_source")

    gh.check(bpy.ops.romp_mocap.detect_people("INVOKE_DEFAULT") == {"FINISHED"}, "Select People starts")
    yield gh.until(lambda: ended() or jobs.current().progress, 60, "progress")
    yield from shown(gh, "3_detecting")
    yield gh.until(ended, 60, "the people")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    gh.check([one.number for one in group.detected.people] == [1, 2], "two people can be selected")
    gh.check(icons.find(group.detected.image).icon > 0, "the image is there")
    yield from shown(gh, "4_preview")

    gh.click_in_region(*NUMBER_TWO)
    yield gh.until(lambda: group.detected.people[1].selected, 10, "a click on the number under the image")
    yield from shown(gh, "5_selected")
    gh.check(
        group.capture.selection == group.detected.people[1].position,
        group.capture.selection,
    )
    jobs.dismiss()
    yield from shown(gh, "6_dismissed")

    icons.free()
    yield from shown(gh, "7_given_back")
    yield from shown(gh, "8_loaded_again")
    gh.check(icons.find(group.detected.image) is not None, "the image is loaded again when it is drawn")

    gh.move(500, 450)
    yield 1
    gh.click_in_region(*NEW_PEOPLE)
    yield gh.until(lambda: not group.capture.new_people, 10, "a click on New People")
    bpy.ops.romp_mocap.capture("INVOKE_DEFAULT")
    yield gh.until(lambda: ended() or jobs.current().done > 40, 60, "frames")
    yield from shown(gh, "9_running")
    yield gh.until(ended, 240, "the end of the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    gh.check(
        [len(take.people) for take in bpy.context.scene.romp_mocap.takes] == [1], "only the selected person is captured"
    )
    gh.area("VIEW_3D").spaces.active.region_3d.view_perspective = "CAMERA"
    bpy.context.scene.frame_set(bpy.context.scene.frame_start)
    yield from shown(gh, "10_captured")

    gh.move(500, 450)
    yield 0.5
    with gh.override():
        bpy.ops.romp_mocap.clear_selection("INVOKE_DEFAULT", True)  # True: with an undo step, as by a click
    gh.check(not bpy.context.scene.romp_mocap.capture.selection, "Clear forgets the selection")
    yield from shown(gh, "11_cleared")
    gh.key("ctrl+z")
    yield gh.until(lambda: bpy.context.scene.romp_mocap.capture.selection, 10, "undo brings the selection back")
    yield from shown(gh, "12_undo")
    group = bpy.context.scene.romp_mocap
    group.source = VIDEO.replace("duo", "other")
    gh.check(not group.capture.selection and not group.detected.people, "other footage forgets the selection")
    yield from shown(gh, "13_other")
