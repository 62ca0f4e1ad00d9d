"""A FAKE of Isaac Sim's modules, as far as they are used."""

from types import SimpleNamespace

from omnigibson import FakeAnnotator

omni = SimpleNamespace(
    replicator=SimpleNamespace(
        core=SimpleNamespace(AnnotatorRegistry=SimpleNamespace(get_annotator=FakeAnnotator))
    )
)
