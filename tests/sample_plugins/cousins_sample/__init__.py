"""One plug-in a module: `pyproject.toml` names them as entry points."""
