"""What the user decided about a take after its capture: kept beside the raw data and applied on every solve.

>>> from romp_core.take.edits import Merge
>>> take = replace(take, edits=take.edits.with_operation(Merge(1, 4), take.people, take.footage.times))
"""

from .contacts import FEET, ContactEdit
from .edits import Edits, PersonEdit
from .floor import FloorEdit, FloorFoot
from .gaps import GapEdit
from .given_camera import CameraEdit
from .identities import Assign, Merge, Operation, Split, Swap
from .poses import PoseEdit
from .relaxed import RelaxEdit

__all__ = [
    "FEET",
    "Assign",
    "CameraEdit",
    "ContactEdit",
    "Edits",
    "FloorEdit",
    "FloorFoot",
    "GapEdit",
    "Merge",
    "Operation",
    "PersonEdit",
    "PoseEdit",
    "RelaxEdit",
    "Split",
    "Swap",
]
