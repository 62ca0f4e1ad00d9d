"""Checks that a person runs before a long job: does a spec hold, does a backend work."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..schemas import DatasetSpec, RenderError, SpecError
from .stages import open_library

BACKENDS = ("mujoco",)


def check_spec(spec: DatasetSpec) -> None:
    """Refuse before any work what no stage could do later.

    Raises:
        SpecError: a category that nothing stands in for, an asset that is not there, or a path
            in `render.vary` that does not exist.
        BackendMissingError: a renderer that is not here.
    """
    from ..generators.images.vary import check_vary
    from ..generators.images.view import check_renderer
    from ..scenes.catalogue import resolve
    from ..scenes.tabletop import Tabletop

    check_renderer(spec.render.backend)
    check_vary(spec)
    library = Tabletop(open_library(spec.assets))
    offered = library.ids()
    wanted = {f"scene.objects[{i}].category": x.category for i, x in enumerate(spec.scene.objects)}
    wanted |= {
        f"scene.clutter.categories[{i}]": category
        for i, category in enumerate(spec.scene.clutter.categories)
    }
    for path, category in wanted.items():
        try:
            resolve(category, offered)
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from error
    for index, thing in enumerate(spec.scene.objects):
        if thing.asset is not None:
            try:
                library.get(thing.asset)
            except SpecError as error:
                raise SpecError(f"scene.objects[{index}].asset: {error}") from error


def check_backend(name: str) -> dict[str, Any]:
    """Start a backend and draw one picture with it.

    Raises:
        BackendMissingError: it is not installed or unknown.
        RenderError: it does not work here; the message says what it needs.
    """
    if name not in BACKENDS:
        from ..generators.images.view import check_renderer

        check_renderer(name)
    # The package has no types.
    mujoco: Any = import_module("mujoco")
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><worldbody><light pos="0 0 3"/><geom type="sphere" size=".1" rgba="1 0 0 1"/>'
        "</worldbody></mujoco>"
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    try:
        with mujoco.Renderer(model, 64, 64) as renderer:
            renderer.update_scene(data)
            picture = renderer.render()
    except (RuntimeError, ImportError, AttributeError, mujoco.FatalError) as error:
        raise RenderError(
            f"mujoco {mujoco.__version__} cannot draw here: {error}. On Debian: apt-get install "
            "libegl1 libegl-mesa0 libgl1-mesa-dri, and MUJOCO_GL=egl"
        ) from error
    if picture.max() == picture.min():
        raise RenderError("mujoco drew an empty picture; update the OpenGL driver")
    return {"backend": name, "version": mujoco.__version__, "works": True}
