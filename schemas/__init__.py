"""What the data is: frozen models, YAML in, JSON out. Imports no other room."""

from __future__ import annotations

from .asset import (
    Asset,
    Cavity,
    Handle,
    Inertial,
    Joint,
    Link,
    Material,
    MeshData,
    Shape,
    Surface,
    Texture,
)
from .base import Model, canonical_json, hash_of
from .dataset import DatasetSpec, EpisodeSpec, ProposalSpec, RenderSpec
from .episode import Episode, EpisodeArrays, GoalReport, Subtask, TraceEvent
from .errors import (
    AssemblyError,
    BackendMissingError,
    CousinsError,
    DatasetError,
    ExecutionError,
    PlanningError,
    ProposalError,
    RenderError,
    SpecError,
)
from .frame import Box3, CameraParams, FrameRecord, LabelName, ObjectLabel, VideoRecord
from .parameter import Choice, Constant, Normal, Parameter, Sweep, Uniform
from .robot import RobotSpec
from .scene import (
    ANY_JOINT,
    Camera,
    CameraSpec,
    ClutterSpec,
    CousinSpec,
    Light,
    LightSpec,
    ObjectSpec,
    PoseSpec,
    RobotPose,
    Scene,
    SceneObject,
    SceneSpec,
)
from .task import TaskObject, TaskSpec

__all__ = [
    "ANY_JOINT",
    "AssemblyError", "Asset", "BackendMissingError", "Box3", "Camera", "CameraParams",
    "CameraSpec", "Cavity", "Choice", "ClutterSpec", "Constant", "CousinSpec", "CousinsError",
    "DatasetError", "DatasetSpec", "Episode", "EpisodeArrays", "EpisodeSpec", "ExecutionError",
    "FrameRecord",
    "GoalReport", "Handle", "Inertial", "Joint", "LabelName", "Light", "LightSpec", "Link",
    "Material", "MeshData", "Model", "Normal", "ObjectLabel", "ObjectSpec", "Parameter",
    "PlanningError", "PoseSpec", "ProposalError", "ProposalSpec", "RenderError", "RenderSpec",
    "RobotPose", "RobotSpec", "Scene", "SceneObject", "SceneSpec", "Shape", "SpecError",
    "Subtask", "Surface", "Sweep", "TaskObject", "TaskSpec", "Texture", "TraceEvent", "Uniform",
    "VideoRecord", "canonical_json", "hash_of",
]  # fmt: skip
