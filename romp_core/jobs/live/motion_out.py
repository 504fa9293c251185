"""Motion of one person for other programs, frame by frame, over the network: the VMC protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import SettingsError
from ...formats import vmc
from ...geometry.skeleton import N_JOINTS
from ...take.settings import LiveSettings, vmc_address

if TYPE_CHECKING:
    from ...solve.causal.solver import CausalPoses, CausalSolver

ANYONE = -1


class MotionOut:
    """Sends poses of one person: of the chosen one, else of the first one as long as that one is seen.

    Raises:
        SettingsError: there is no such address, or the library for it is missing.
    """

    def __init__(self, settings: LiveSettings) -> None:
        try:
            from pythonosc.udp_client import UDPClient
        except ImportError as error:
            raise SettingsError(
                "Motion cannot be sent, since the library python-osc is missing.", "Install the extension again."
            ) from error
        host, port = vmc_address(settings.vmc)
        try:
            self._client = UDPClient(host, port)
        except (OSError, UnicodeError, AttributeError) as error:  # a name unknown, impossible, or without any socket
            raise SettingsError(f'There is no computer "{host}" to send motion to.', "Check the address.") from error
        self._chosen, self._followed = settings.vmc_person, ANYONE

    def send(self, time: float, poses: CausalPoses, solver: CausalSolver) -> None:
        """Send the pose of a frame at `time` seconds; what the network does not take is lost, as in any stream."""
        row, pose, face = self._row(poses.ids.tolist()), None, None
        if row is not None:
            skeleton = solver.skeleton(int(poses.ids[row]))
            fingers = skeleton.rest_fingers() if poses.rotations.shape[1] > N_JOINTS else None
            face = poses.face[row]
            pose = vmc.unity_pose(poses.rotations[row], poses.root[row], skeleton.rest_joints, fingers)
        for bundle in vmc.bundles(time, pose, face):
            try:
                self._client.send(bundle)
            except OSError:
                return

    def close(self) -> None:
        """Close the socket."""
        self._client.close()

    def _row(self, ids: list[int]) -> int | None:
        """Which of the people of a frame is sent; None for nobody."""
        if self._chosen != ANYONE:
            return ids.index(self._chosen) if self._chosen in ids else None
        if self._followed not in ids and ids:
            self._followed = ids[0]
        return ids.index(self._followed) if self._followed in ids else None
