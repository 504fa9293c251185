"""What the words in a bone's name say: its side, its part of the body, and whether it only helps another bone.

Words are those of English and, for the many models from MikuMikuDance, of Japanese.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+|\d+")
_SIDED_TOKEN = re.compile(r"(left|right)(?=[a-z])|([左右捩]|親指|人指|中指|薬指|小指)")
_SIDES = {
    "l": "left",
    "lft": "left",
    "left": "left",
    "r": "right",
    "rgt": "right",
    "right": "right",
    "左": "left",
    "右": "right",
}
_HELPERS = {
    "adj", "armor", "aux", "breast", "brow", "cloth", "corrective", "dummy", "effector", "end", "eye", "hair",
    "helper", "ik", "jaw", "jiggle", "mch", "metacarpal", "nub", "null", "offset", "org", "pad", "palm", "pole",
    "proc", "prop", "roll", "share", "skirt", "socket", "strap", "target", "tip", "top", "tweak", "twist", "vis",
    "weapon", "捩",
}  # fmt: skip
_FINGERS = {
    "index": "index", "pointer": "index", "middle": "middle", "mid": "middle", "little": "pinky", "pinky": "pinky",
    "pinkie": "pinky", "ring": "ring", "thumb": "thumb",
    "人指": "index", "中指": "middle", "小指": "pinky", "薬指": "ring", "親指": "thumb",
}  # fmt: skip
_PARTS = tuple(
    (part, re.compile(pattern))
    for part, pattern in (
        ("toe", r"toe|ball|つま先|足先"),
        ("ankle", r"foot|ankle|足首"),
        ("knee", r"calf|shin|low(er)?leg|leglow|knee|tibia|ひざ|膝"),
        ("hip", r"thigh|up(per)?leg|legup|femur"),
        ("elbow", r"forearm|low(er)?arm|armlow|elbow|ひじ|肘"),
        ("shoulder", r"up(per)?arm|armup|humerus|bicep"),
        ("wrist", r"hand|wrist|手首"),
        ("collar", r"clavicle|collar|scapula"),
        ("leg", r"leg|足"),
        ("arm", r"arm(?!ature)|腕"),
        ("hips", r"hips?|pelvis"),
        ("shoulders", r"should|shldr|肩"),
        ("neck", r"neck|首"),
        ("head", r"(?<!fore)head|頭"),
        ("root", r"root|reference|master"),
    )
)


@dataclass(frozen=True)
class Description:
    """What a name says.

    Attributes:
        side: "left", "right" or "". part: a word for the part of the body, or "". finger: of which finger, or "".
        helps: True for a bone that only serves another one, such as a twist bone or an IK target.
    """

    side: str
    part: str
    finger: str
    helps: bool


def describe(name: str) -> Description:
    """Read a bone name; names in other scripts say nothing."""
    spelled = unicodedata.normalize("NFKC", name)
    tokens = [token for part in _TOKEN.findall(spelled) for token in _SIDED_TOKEN.sub(r" \1\2 ", part.lower()).split()]
    text = "".join(token for token in tokens if token not in _SIDES and not token.isdigit())
    return Description(
        next((_SIDES[token] for token in tokens if token in _SIDES), ""),
        next((part for part, pattern in _PARTS if pattern.search(text)), ""),
        next((_FINGERS[token] for token in tokens if token in _FINGERS), ""),
        any(token in _HELPERS for token in tokens),
    )
