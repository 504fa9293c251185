"""Skeletons of common rigs as their makers name them, helper bones included, written as outlines."""

import re
from collections.abc import Mapping
from typing import NamedTuple

FINGERS = ("Index", "Middle", "Pinky", "Ring", "Thumb")


class Skeleton(NamedTuple):
    """Names, parents before children, and the index of each bone's parent, -1 for none."""

    names: tuple[str, ...]
    parents: tuple[int, ...]


def outline(text: str, sides: Mapping[str, tuple[str, str]]) -> Skeleton:
    """A skeleton from `Parent(Child(Grandchild) OtherChild)`; a branch with a sign of `sides` is there once a side."""
    names: list[str] = []
    parents: list[int] = []

    def add(tokens: list[str], parent: int, side: int | None) -> None:
        while tokens and tokens[0] != ")":
            name = tokens.pop(0)
            branch = _branch(tokens)
            sided = side is None and any(sign in name for sign in sides)
            for which in (0, 1) if sided else (side,):
                own = name
                for sign, pair in sides.items():
                    own = own.replace(sign, pair[which or 0])
                names.append(own)
                parents.append(parent)
                add(list(branch), len(names) - 1, which)

    tokens = re.findall(r"[()]|[^\s()]+", text)
    add(tokens, -1, None)
    assert not tokens, f"{len(tokens)} closing parentheses too many"
    return Skeleton(tuple(names), tuple(parents))


def _branch(tokens: list[str]) -> list[str]:
    """Take the tokens between the parentheses that `tokens` starts with, if it does."""
    if not tokens or tokens[0] != "(":
        return []
    depth, end = 1, 1
    while depth:
        assert end < len(tokens), f"{depth} parentheses are not closed"
        depth += {"(": 1, ")": -1}.get(tokens[end], 0)
        end += 1
    taken = tokens[1 : end - 1]
    del tokens[:end]
    return taken


def hand(pattern: str, words: tuple[str, ...] = FINGERS, count: int = 3) -> str:
    """The outline of a hand's fingers, from a pattern with `{finger}` and `{number}`."""
    chains = []
    for word in words:
        bones = [pattern.format(finger=word, number=number) for number in range(1, count + 1)]
        chains.append("(".join(bones) + ")" * (count - 1))
    return " ".join(chains)


_LOWER = ("index", "middle", "pinky", "ring", "thumb")
_VRM_WORDS = ("Index", "Middle", "Little", "Ring", "Thumb")
_SIDE = {"*": ("Left", "Right"), "~": ("L", "R")}
_SMALL = {"*": ("l", "r")}
_LETTER = {"*": ("L", "R")}

OUTLINES = {
    "mixamo": outline(
        f"""mixamorig:Hips(
            mixamorig:Spine(mixamorig:Spine1(mixamorig:Spine2(
                mixamorig:Neck(mixamorig:Head(mixamorig:HeadTop_End mixamorig:*Eye))
                mixamorig:*Shoulder(mixamorig:*Arm(mixamorig:*ForeArm(mixamorig:*Hand(
                    {hand("mixamorig:*Hand{finger}{number}", count=4)})))))))
            mixamorig:*UpLeg(mixamorig:*Leg(mixamorig:*Foot(mixamorig:*ToeBase(mixamorig:*Toe_End)))))""",
        _SIDE,
    ),
    "ue5": outline(
        f"""root(pelvis(
            spine_01(spine_02(spine_03(spine_04(spine_05(
                neck_01(neck_02(head))
                clavicle_*(clavicle_out_* clavicle_pec_* upperarm_*(
                    upperarm_correctiveRoot_*(upperarm_twistCor_01_*) upperarm_twist_01_* upperarm_twist_02_*
                    lowerarm_*(lowerarm_twist_01_* lowerarm_twist_02_* hand_*(wrist_inner_* wrist_outer_*
                        {hand("{finger}_0{number}_*", _LOWER)}
                        index_metacarpal_* middle_metacarpal_* ring_metacarpal_* pinky_metacarpal_*)))))))))
            thigh_*(thigh_twist_01_* thigh_twist_02_* thigh_correctiveRoot_* calf_*(
                calf_twist_01_* calf_kneeBack_* foot_*(ankle_bck_* ankle_fwd_* ball_*))))
            ik_foot_root(ik_foot_*) ik_hand_root(ik_hand_gun(ik_hand_*)) center_of_mass interaction)""",
        _SMALL,
    ),
    "ue4": outline(
        f"""root(pelvis(
            spine_01(spine_02(spine_03(neck_01(head)
                clavicle_*(upperarm_*(upperarm_twist_01_* lowerarm_*(lowerarm_twist_01_* hand_*(
                    {hand("{finger}_0{number}_*", _LOWER)})))))))
            thigh_*(thigh_twist_01_* calf_*(calf_twist_01_* foot_*(ball_*))))
            ik_foot_root(ik_foot_*) ik_hand_root(ik_hand_gun(ik_hand_*)))""",
        _SMALL,
    ),
    "vroid": outline(
        f"""Root(J_Bip_C_Hips(
            J_Bip_C_Spine(J_Bip_C_Chest(J_Bip_C_UpperChest(J_Sec_*_Bust1(J_Sec_*_Bust2)
                J_Bip_C_Neck(J_Bip_C_Head(J_Adj_*_FaceEye HairJoint-001(HairJoint-002)))
                J_Bip_*_Shoulder(J_Bip_*_UpperArm(J_Bip_*_LowerArm(J_Bip_*_Hand(
                    {hand("J_Bip_*_{finger}{number}", _VRM_WORDS)})))))))
            J_Bip_*_UpperLeg(J_Sec_*_SkirtBack(J_Sec_*_SkirtBackEnd)
                J_Bip_*_LowerLeg(J_Bip_*_Foot(J_Bip_*_ToeBase)))))""",
        _LETTER,
    ),
    "vrm1": outline(
        f"""root(hips(
            spine(chest(upperChest(neck(head(jaw *Eye))
                *Shoulder(*UpperArm(*LowerArm(*Hand(*ThumbMetacarpal(*ThumbProximal(*ThumbDistal))
                    {" ".join(f"*{word}Proximal(*{word}Intermediate(*{word}Distal))" for word in _VRM_WORDS[:4])})))))))
            *UpperLeg(*LowerLeg(*Foot(*Toes)))))""",
        {"*": ("left", "right")},
    ),
    "vrm0": outline(
        f"""Root(Hips(
            Spine(Chest(Neck(Head)
                *Shoulder(*UpperArm(*LowerArm(*Hand(
                    {" ".join(f"*{word}Proximal(*{word}Intermediate(*{word}Distal))" for word in _VRM_WORDS)}))))))
            *UpperLeg(*LowerLeg(*Foot(*Toes)))))""",
        _SIDE,
    ),
    "reallusion": outline(
        f"""RL_BoneRoot(CC_Base_Hip(
            CC_Base_Pelvis(CC_Base_*_Thigh(CC_Base_*_ThighTwist01(CC_Base_*_ThighTwist02)
                CC_Base_*_Calf(CC_Base_*_CalfTwist01 CC_Base_*_KneeShareBone CC_Base_*_Foot(
                    CC_Base_*_ToeBase(CC_Base_*_BigToe1) CC_Base_*_ToeBaseShareBone))))
            CC_Base_Waist(CC_Base_Spine01(CC_Base_Spine02(CC_Base_*_RibsTwist
                CC_Base_NeckTwist01(CC_Base_NeckTwist02(CC_Base_Head(
                    CC_Base_FacialBone(CC_Base_JawRoot CC_Base_*_Eye))))
                CC_Base_*_Clavicle(CC_Base_*_Upperarm(CC_Base_*_UpperarmTwist01(CC_Base_*_UpperarmTwist02)
                    CC_Base_*_Forearm(CC_Base_*_ForearmTwist01 CC_Base_*_ElbowShareBone CC_Base_*_Hand(
                        {hand("CC_Base_*_{finger}{number}", ("Index", "Mid", "Pinky", "Ring", "Thumb"))})))))))))""",
        _LETTER,
    ),
    "auto_rig_pro": outline(
        f"""c_pos(c_traj(c_root_master.x(
            c_root.x(root.x(c_thigh_b.*(c_thigh_fk.*(c_leg_fk.*(c_foot_fk.*(c_toes_fk.*))) c_thigh_ik.*(c_leg_ik.*))))
            c_spine_01.x(spine_01.x c_spine_02.x(spine_02.x c_spine_03.x(spine_03.x
                c_neck.x(neck.x c_head.x(head.x c_jawbone.x))
                c_shoulder.*(shoulder.* c_arm_fk.*(arm_stretch.* c_forearm_fk.*(forearm_stretch.* c_hand_fk.*(hand.*
                    {hand("c_{finger}{number}.*", _LOWER)})))))))
            ) c_foot_ik.*(c_toes_ik.*) c_hand_ik.* c_leg_pole.* c_arms_pole.*))""",
        _SMALL,
    ),
    "mpfb": outline(
        """root(
            spine05(spine04(spine03(spine02(breast.* spine01(
                neck01(neck02(neck03(head(jaw(special04 tongue00) eye.*))))
                clavicle.*(shoulder01.*(upperarm01.*(upperarm02.*(lowerarm01.*(lowerarm02.*(wrist.*(
                    finger1-1.*(finger1-2.*(finger1-3.*)) metacarpal1.*(finger2-1.*(finger2-2.*(finger2-3.*)))
                    metacarpal2.*(finger3-1.*(finger3-2.*(finger3-3.*)))
                    metacarpal3.*(finger4-1.*(finger4-2.*(finger4-3.*)))
                    metacarpal4.*(finger5-1.*(finger5-2.*(finger5-3.*)))))))))))))))
            pelvis.*(upperleg01.*(upperleg02.*(lowerleg01.*(lowerleg02.*(foot.*(toe1-1.*(toe1-2.*) toe2-1.*)))))))""",
        _LETTER,
    ),
    "cmu": outline(
        """Hips(
            LowerBack(Spine(Spine1(Neck(Neck1(Head))
                *Shoulder(*Arm(*ForeArm(*Hand(*FingerBase(*HandFinger1) ~Thumb)))))))
            ~HipJoint(*UpLeg(*Leg(*Foot(*ToeBase)))))""",
        _SIDE,
    ),
    "daz_bvh": outline(
        """hip(abdomen(chest(neck(head(*Eye)) *Collar(*Shldr(*ForeArm(*Hand(*Thumb1(*Thumb2)))))))
            *Buttock(*Thigh(*Shin(*Foot(*Toe)))))""",
        _SMALL,
    ),
    "smpl": outline(
        """m_avg_root(m_avg_Pelvis(
            m_avg_*_Hip(m_avg_*_Knee(m_avg_*_Ankle(m_avg_*_Foot)))
            m_avg_Spine1(m_avg_Spine2(m_avg_Spine3(m_avg_Neck(m_avg_Head)
                m_avg_*_Collar(m_avg_*_Shoulder(m_avg_*_Elbow(m_avg_*_Wrist(m_avg_*_Hand)))))))))""",
        _LETTER,
    ),
    "sam3d_bvh": outline(
        """Pelvis(Spine(Spine1(Spine2(Neck(Head) *_Collar(*_Shoulder(*_Elbow(*_Wrist))))))
            *_Hip(*_Knee(*_Ankle(*_Foot))))""",
        _LETTER,
    ),
    "own": outline(
        f"""root(pelvis(
            *_hip(*_knee(*_ankle(*_foot)))
            spine1(spine2(spine3(neck(head(jaw *_eye_smplhf))
                *_collar(*_shoulder(*_elbow(*_wrist({hand("*_{finger}{number}", _LOWER)})))))))))""",
        {"*": ("left", "right")},
    ),
    "mhr": outline(
        f"""body_world(root(
            *_upleg(*_upleg_twist0_proc *_upleg_twist1_proc *_lowleg(*_lowleg_twist1_proc
                *_foot(*_talocrural(*_subtalar(*_transversetarsal(*_ball))))))
            c_spine0(c_spine1(c_spine2(c_spine3(
                c_neck(c_neck_twist1_proc c_neck_twist0_proc c_head(c_jaw(c_teeth c_jaw_null) *_eye c_head_null))
                *_clavicle(*_uparm(*_uparm_twist0_proc *_lowarm(*_lowarm_twist1_proc *_wrist_twist(*_wrist(
                    *_pinky0(*_pinky1(*_pinky2(*_pinky3(*_pinky_null))))
                    {hand("*_{finger}{number}", ("index", "middle", "ring"))}
                    *_thumb0(*_thumb1(*_thumb2(*_thumb3(*_thumb_null)))))))))))))))""",
        _SMALL,
    ),
    "soma": outline(
        f"""Root(Hips(
            Spine1(Spine2(Chest(Neck1(Neck2(Head(HeadEnd Jaw *Eye)))
                *Shoulder(*Arm(*ForeArm(*Hand(
                    *HandThumb1(*HandThumb2(*HandThumb3(*HandThumbEnd)))
                    {hand("*Hand{finger}{number}", FINGERS[:4], count=4)})))))))
            *Leg(*Shin(*Foot(*ToeBase(*ToeEnd))))))""",
        _SIDE,
    ),
}
"""Key of the rig family -> a skeleton of it."""
