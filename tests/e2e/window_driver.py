"""Drives a real Blender window through a scenario: `blender --python window_driver.py -- SCENARIO.py FOLDER`.

A scenario is a module with a generator `scenario(gh)`. It yields seconds to wait, or a condition (`gh.until`);
meanwhile Blender's event loop runs, with its timers, redraws and clicks. Images and `result.json` go to the folder; the
exit status is 0 when every `gh.check` passed. It needs an X display, `xdotool` for mouse and keys, and `import` of
ImageMagick for the images.
"""

import json
import os
import runpy
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy


class Window:
    """What a scenario can do and ask."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: list[dict[str, Any]] = []

    @property
    def window(self) -> Any:
        return bpy.context.window_manager.windows[0]

    def check(self, passed: bool, what: str) -> None:
        """Note whether something is as a user should see it."""
        self.results.append({"ok": bool(passed), "what": what})
        print("PASS" if passed else "FAIL", what, flush=True)

    def until(self, condition: Callable[[], bool], limit: float, what: str) -> Callable[[], bool]:
        """To be yielded: waits for a condition; fails after `limit` seconds."""
        end = time.monotonic() + limit

        def done() -> bool:
            if condition():
                return True
            if time.monotonic() > end:
                self.check(False, f"no {what} within {limit:g} s")
                return True
            return False

        return done

    def shot(self, name: str) -> None:
        """Save the screen as `name.png`."""
        subprocess.run(["import", "-window", "root", str(self.folder / f"{name}.png")], check=True, timeout=30)

    def area(self, kind: str) -> Any:
        """The largest area of a type such as "VIEW_3D"."""
        return max(
            (area for area in self.window.screen.areas if area.type == kind), key=lambda area: area.width * area.height
        )

    def region(self, kind: str, area: str) -> Any:
        return next(region for region in self.area(area).regions if region.type == kind)

    def override(self, area: str = "VIEW_3D", region: str = "WINDOW") -> Any:
        """A context in which operators run in this region."""
        return bpy.context.temp_override(window=self.window, area=self.area(area), region=self.region(region, area))

    def open_tab(self, name: str) -> None:
        """Show a tab of the 3D viewport's sidebar; takes a redraw or two."""
        self.area("VIEW_3D").spaces.active.show_region_ui = True
        tries = iter(range(20))

        def select() -> float | None:
            try:
                self.region("UI", "VIEW_3D").active_panel_category = name
            except TypeError:  # tabs exist only after a redraw
                return 0.2 if next(tries, None) is not None else None
            return None

        bpy.app.timers.register(select, first_interval=0.2)

    def key(self, *keys: str) -> None:
        """Press keys such as "ctrl+z"."""
        self._xdo("key", *keys)

    def move(self, x: int, y: int) -> None:
        """Move the mouse to pixels from the top left of the screen."""
        self._xdo("mousemove", x, y)

    def click_in_region(self, x: int, y: int, kind: str = "UI", area: str = "VIEW_3D") -> None:
        """Click at pixels from the top left of a region."""
        left, top = self.region_origin(kind, area)
        self._xdo("mousemove", left + x, top + y, "sleep", 0.25, "mousedown", 1, "sleep", 0.12, "mouseup", 1)

    def region_origin(self, kind: str = "UI", area: str = "VIEW_3D") -> tuple[int, int]:
        """The top left of a region, in pixels from the top left of the screen."""
        region = self.region(kind, area)
        return region.x, self.window.height - region.y - region.height

    @staticmethod
    def _xdo(*words: object) -> None:
        """Commands of xdotool, one after the other."""
        subprocess.Popen(["xdotool", *map(str, words)])  # not awaited: Blender must receive it meanwhile


def drive(script: Path, folder: Path) -> None:
    """Run a scenario from a timer, and leave Blender at its end."""
    folder.mkdir(parents=True, exist_ok=True)
    gh = Window(folder)
    steps: Iterator[Any] = runpy.run_path(str(script))["scenario"](gh)
    waiting: Callable[[], bool] | None = None

    def step() -> float:
        nonlocal waiting
        try:
            if waiting is not None and not waiting():
                return 0.1
            pause = next(steps)
        except StopIteration:
            finish(gh)
        except Exception:  # noqa: BLE001 - whatever it is, it ends the scenario and is reported
            gh.check(False, traceback.format_exc())
            finish(gh)
        waiting = pause if callable(pause) else None
        return 0.1 if callable(pause) else float(pause or 0.1)

    bpy.context.preferences.view.show_splash = False
    bpy.app.timers.register(step, first_interval=1.0)


def finish(gh: Window) -> None:
    """Write the results and end the process, without a prompt to save."""
    passed = all(result["ok"] for result in gh.results)
    (gh.folder / "result.json").write_text(json.dumps({"ok": passed, "results": gh.results}, indent=1), "utf-8")
    sys.stdout.flush()
    os._exit(0 if passed else 1)


if __name__ == "__main__":
    drive(*(Path(argument).resolve() for argument in sys.argv[sys.argv.index("--") + 1 :]))
