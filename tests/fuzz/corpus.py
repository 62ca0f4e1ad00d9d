"""Inputs to begin with, from the tests' own files and the examples."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import datasets
import fake_stages
import lab
import numpy as np
from mutation import Case
from PIL import Image
from raw_files import Glb, obj_box, obj_faces, png

ROOT = Path(__file__).parents[2]
NOTES = b"category: toy_dice.n.01\nmass: 0.1\nscale: 1.0\nup: z\nfront: x\nlicence: MIT\n"
MTL = b"newmtl red\nKd 1 0 0\nd 1\nmap_Kd paint.png\nnewmtl blue\nKd 0 0 1\n"
PAINT = png((255, 0, 0, 255), (0, 0, 255, 255))


def _of(folder: Path) -> Case:
    """All files of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _die(kind: str, folder: Path) -> None:
    """A cube as a file of a kind."""
    lab.box(0.05, 0.05, 0.05).export(folder / f"die.{kind}")


def _made(make: Callable[[Path], object]) -> Case:
    """What a function writes into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return _of(Path(folder))


def specs() -> list[Case]:
    """Every example and golden spec, and one with a file of tasks."""
    paths = [*ROOT.glob("examples/*.yaml"), *ROOT.glob("tests/golden/specs/*.yaml")]
    found: list[Case] = [{"spec.yaml": path.read_bytes()} for path in sorted(paths)]
    given = (
        b"- inside lemon bowl\n- {goal: [ontop mug plate, not open cabinet], init: open cabinet}\n"
    )
    found.append({"spec.yaml": b"name: a\ntasks: {given: tasks.yaml}\n", "tasks.yaml": given})
    return found


def problems() -> list[Case]:
    """BDDL problems of the domain, the longest and the shortest among them."""
    from cousins.tasks.bddl.activities import activities, activity_text

    texts = sorted((activity_text(x.name) for x in activities()), key=lambda x: (len(x), x))
    chosen = texts[:10] + texts[:: max(1, len(texts) // 30)] + texts[-3:]
    return [{"problem.bddl": text.encode()} for text in dict.fromkeys(chosen)]


def given() -> list[Case]:
    """Tasks that a person gives, as specs."""
    whole = (
        "(define (problem p) (:domain omnigibson) (:objects mug.n.04_1 - mug.n.04 "
        "breakfast_table.n.01_1 - breakfast_table.n.01) (:init (ontop mug.n.04_1 "
        "breakfast_table.n.01_1)) (:goal (not (ontop mug.n.04_1 breakfast_table.n.01_1))))"
    )
    goals: list[object] = [
        "inside lemon bowl", "ontop mug plate", "(and (ontop ?mug ?plate) (not (open ?cabinet)))",
        "(forall (?x - apple.n.01) (inside ?x bowl))",
        ["inside lemon_1 bowl", "inside lemon_2 bowl"],
        "nextto mug plate", "open cabinet", whole, "(or (inside mug bowl) (inside lemon bowl))",
        {"goal": "inside lemon bowl", "init": ["nextto lemon bowl"], "name": "x",
         "objects": [{"name": "bowl", "category": "bowl.n.01", "mass": 0.2, "scale": [1, 1, 1]}]},
    ]  # fmt: skip
    texts = [json.dumps({"name": "a", "tasks": {"given": [goal]}}) for goal in goals]
    mine = (ROOT / "examples/my_task.yaml").read_bytes()
    return [{"spec.yaml": mine}, *({"spec.yaml": text.encode()} for text in texts)]


def answers() -> list[Case]:
    """Good answers of a language model."""
    put = {
        "name": "put the mug away", "instruction": "Put the mug into the cupboard.",
        "reason": "opens a door",
        "objects": [{"name": "mug", "category": "mug.n.04"},
                    {"name": "cupboard", "category": "cabinet.n.03"}],
        "init": [{"predicate": "open", "arguments": ["cupboard"], "holds": False}],
        "goal": [{"predicate": "inside", "arguments": ["mug", "cupboard"], "holds": True}],
    }  # fmt: skip
    stack = put | {
        "objects": [{"name": "bowl", "category": "bowl.n.01"},
                    {"name": "plate", "category": "plate.n.04"},
                    {"name": "lemon", "category": "lemon.n.01"}],
        "init": [{"predicate": "ontop", "arguments": ["lemon", "plate"], "holds": True}],
        "goal": [{"predicate": "inside", "arguments": ["lemon", "bowl"], "holds": True},
                 {"predicate": "ontop", "arguments": ["lemon", "plate"], "holds": False}],
    }  # fmt: skip
    return [{"answer.json": json.dumps(answer).encode()} for answer in (put, stack)]


def _glb(change: Callable[[Glb], object]) -> bytes:
    glb = Glb()
    change(glb)
    return _made(lambda folder: glb.write(folder / "die.glb"))["die.glb"]


def _coloured(glb: Glb) -> None:
    box = glb.box(translation=[0, 0.05, 0], rotation=[0, 0, 0, 1], children=[1])
    glb.box(matrix=[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.05, 0, 0, 1])
    box["attributes"]["COLOR_0"] = glb.accessor(np.ones((8, 4), "<f4"))
    box["material"] = 0
    look = {"baseColorFactor": [1, 0, 0, 1], "metallicFactor": 0.1, "roughnessFactor": 0.4}
    material = {"alphaMode": "MASK", "alphaCutoff": 0.5, "pbrMetallicRoughness": look}
    glb.described["materials"] = [material]
    glb.described["scenes"][0]["nodes"] = [0]


def glbs() -> list[Case]:
    """GLB and glTF files: plain, painted inside and outside, coloured, of several nodes."""
    painted: list[Callable[[Glb], object]] = [
        lambda glb: glb.box(),
        lambda glb: glb.painted(
            (0.25, 0.5), extensions={"KHR_texture_transform": {"scale": [2, 1]}}
        ),
        lambda glb: glb.painted((0.25, 0.5), uri="paint.png"),
        _coloured,
    ]
    found: list[Case] = [{"die.glb": _glb(change), "paint.png": PAINT} for change in painted]
    for case in list(found):
        raw = case["die.glb"]
        size = int.from_bytes(raw[12:16], "little")
        described = json.loads(raw[20 : 20 + size])
        described["buffers"][0]["uri"] = "data.bin"
        parts = {"die.gltf": json.dumps(described).encode(), "data.bin": raw[28 + size :]}
        found.append({**parts, "paint.png": PAINT})
    return found


def _painted_obj() -> bytes:
    text = "mtllib red.mtl\no one\nvt .2 .5\nvt .3 .5\nvt .3 .6\nvt .2 .6\nvn 0 0 1\n" + obj_box()
    text += "usemtl red\n"
    for line in obj_faces().splitlines():
        corners = [f"{corner}/{k + 1}/1" for k, corner in enumerate(line.split()[1:])]
        text += "f " + " ".join(corners) + "\n"
    return (text + obj_box(at=0.05) + "g two\nusemtl blue\ns off\n" + obj_faces(-8)).encode()


def objs() -> list[Case]:
    """OBJ files with and without materials; STL and PLY besides."""
    concave = "".join(
        f"v {x} {y} {z}\n" for z in (0, 2) for x, y in ((0, 0), (4, 0), (1, 1), (0, 4))
    )
    concave += "f 4 3 2 1\nf 5 6 7 8\nf 1 2 6 5\nf 2 3 7 6\nf 3 4 8 7\nf 4 1 5 8\n"
    other: list[Case] = [_made(partial(_die, kind)) for kind in ("stl", "ply")]
    return [
        {"die.obj": (obj_box() + obj_faces()).encode()},
        {"die.obj": _painted_obj(), "red.mtl": MTL, "paint.png": PAINT},
        {"die.obj": concave.encode()},
        *other,
    ]


JOINT = """<robot name="x"><material name="m"><color rgba="1 0 0 1"/></material>
<link name="base"><inertial><origin xyz="0 0 0" rpy="0 0 0"/><mass value="1"/><inertia ixx="0.01"
ixy="0" ixz="0" iyy="0.01" iyz="0" izz="0.01"/></inertial><visual><origin xyz="0 0 0" rpy="0 0 0"/>
<geometry><box size=".3 .3 .3"/></geometry><material name="m"/></visual>
<collision><geometry><box size=".3 .3 .3"/></geometry></collision></link>
<link name="part"><visual><geometry><mesh filename="v.obj" scale="1 1 1"/></geometry></visual>
<collision><geometry><cylinder radius=".02" length=".1"/></geometry></collision></link>
<joint name="moves" type="prismatic"><parent link="base"/><child link="part"/>
<origin xyz=".17 0 0" rpy="0 0 0"/><axis xyz="1 0 0"/>
<limit lower="0" upper="0.2" effort="1" velocity="1"/><dynamics damping="1" friction="1"/></joint>
</robot>"""


def urdfs() -> list[Case]:
    """URDF models of a box and of a mesh, weighed and not, and with a joint."""
    box, mesh = '<box size=".05 .05 .05"/>', '<mesh filename="v.obj"/>'
    parts: Case = {"v.obj": _painted_obj(), "red.mtl": MTL, "paint.png": PAINT}
    return [
        {"die.urdf": lab.URDF.format(shape=box, inertial=lab.WEIGHED).encode()},
        {"die.urdf": lab.URDF.format(shape=mesh, inertial="").encode(), **parts},
        {"die.urdf": JOINT.encode(), **parts},
    ]


FULL = """<mujoco><compiler angle="radian" meshdir="." autolimits="true"/>
<default><geom rgba="1 0 0 1"/><default class="v"><geom contype="0" conaffinity="0"
group="2"/></default></default><include file="more.xml"/><asset>
<texture name="t" type="2d" file="paint.png"/>
<material name="m" texture="t" rgba="1 1 1 1"/><mesh name="v" file="v.obj" scale="1 1 1"/></asset>
<worldbody><body name="base" pos="0 0 0" quat="1 0 0 0" childclass="v">
<inertial pos="0 0 0" mass="1" diaginertia="0.01 0.01 0.01"/>
<geom type="box" size=".15 .15 .15" class="main"/><geom type="mesh" mesh="v" material="m"/>
<frame pos="0 0 0.1"><geom type="capsule" fromto="0 0 0 0 0 .1" size=".02" class="main"/></frame>
<body name="door" pos=".17 0 0" euler="0 0 0"><joint name="hinge" type="hinge"
axis="0 0 1" range="0 1.5" pos="0 .1 0"/>
<geom type="cylinder" size=".01 .1" mass=".1" class="main"/></body></body></worldbody>
<equality/><actuator/></mujoco>"""


def mjcfs() -> list[Case]:
    """MJCF models: primitives, a drawer with a mesh, and one with includes and textures."""
    knob = _made(lambda folder: lab.box(0.05, 0.09, 0.012).export(folder / "knob.stl"))
    more = b'<mujocoinclude><asset><material name="n" rgba="0 1 0 1"/></asset></mujocoinclude>'
    parts: Case = {
        "v.obj": (obj_box() + obj_faces()).encode(),
        "paint.png": PAINT,
        "more.xml": more,
    }
    box = b'<geom type="box" size=".02 .02 .02"/>'
    plain = b"<mujoco><worldbody><body>" + box + b"</body></worldbody></mujoco>"
    return [
        {"die.xml": plain},
        {"die.xml": lab.DRAWER.encode(), **knob},
        {"die.xml": FULL.encode(), **parts},
    ]


def folders() -> list[Case]:
    """Asset folders: each of the above with notes, and several together."""
    single = [*glbs()[:3], *objs()[:2], *urdfs(), *mjcfs()]
    noted: list[Case] = [{**case, "die.yaml": NOTES} for case in single]
    both = {f"a/{name}": raw for name, raw in mjcfs()[0].items()}
    both |= {"b_mug.obj": (obj_box() + obj_faces()).encode(), "folder.yaml": b"density: 500\n"}
    return [*noted, both]


@cache
def _dataset() -> Case:
    """A small dataset whose files agree with each other."""
    return _fixture(videos=False)


def _fixture(*, videos: bool) -> Case:
    config = datasets.FixtureConfig(
        tasks=1, per_task=2, failures=1, size=16, steps=4, skills=1, videos=videos
    )
    return _made(lambda folder: datasets.build_dataset(folder / "dataset", config))


def stored() -> list[Case]:
    """Dataset folders: a made-up one, and one of the FAKE stages."""
    from cousins.flows.run import execute
    from cousins.flows.session import RunRequest
    from cousins.schemas.spec_file import parse_spec

    text = "name: whole\ntasks: {count: 2}\nepisodes: {per_task: 1}\nexport: [coco]\n"
    spec = parse_spec(text)

    def make(folder: Path) -> None:
        out = folder / "dataset"
        execute(RunRequest(spec, out, fake_stages.fake_stages(), exports=spec.export))
        (out / ".lock").unlink(missing_ok=True)

    # Videos take most of the time: one of four cases has some.
    return [_dataset(), _dataset(), _made(make), _fixture(videos=True)]


def demos() -> list[Case]:
    """Demonstrations in HDF5: whose actions are controls, and of a controlled environment."""
    from test_certify_strangers import written

    return [
        _made(lambda folder: written(folder / "d.hdf5")),
        _made(lambda folder: written(folder / "d.hdf5", kind=1)),
    ]


def certificates() -> list[Case]:
    """Certificates of the made-up dataset, with their scenes and assets."""
    from cousins.generators.exports.certificates import PLUGIN

    def make(folder: Path) -> None:
        config = datasets.FixtureConfig(
            tasks=1, per_task=1, failures=0, size=16, steps=4, videos=False
        )
        with tempfile.TemporaryDirectory() as other:
            PLUGIN.export(datasets.build_dataset(Path(other), config), folder)

    return [_made(make)]


def views() -> list[Case]:
    """Folders to observe: depth in metres and in millimetres, masks, a picture."""
    told = {"width": 16, "height": 16, "fx": 10, "fy": 10, "cx": 8, "cy": 4, "labels": {"1": "mug"}}
    masks = np.zeros((16, 16), np.uint8)
    masks[2:4, 4:8] = 1
    depth = np.full((16, 16), 0.8, np.float32)
    metres, picture = io.BytesIO(), io.BytesIO()
    np.save(metres, depth)
    Image.fromarray(masks).save(picture, "PNG")
    units = io.BytesIO()
    Image.fromarray((depth * 1000).astype(np.uint16)).save(units, "PNG")
    common: Case = {"masks.png": picture.getvalue(), "rgb.png": PAINT}
    scaled = told | {"depth_scale": 0.001, "gravity": [0, 1, 0]}
    return [
        {"observation.json": json.dumps(told).encode(), "depth.npy": metres.getvalue(), **common},
        {"observation.json": json.dumps(scaled).encode(), "depth.png": units.getvalue(), **common},
    ]
