"""Files for containers: they parse, and the commands in them are commands that there are."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from cousins.flows.cli import app
from cousins.flows.engines import ENGINES
from cousins.schemas.spec_file import parse_spec

HOME = Path(__file__).parents[1]
FOLDER = HOME / "examples" / "deployments"


def parsed(words: list[str]) -> dict[str, Any]:
    """The options of a command line of ours, as the real command reads them."""
    group: Any = get_command(app)
    command = group.commands[words[0]]
    found: dict[str, Any] = command.make_context(words[0], list(words[1:])).params
    return found


def instructions(name: str) -> list[str]:
    """The lines of a Dockerfile's instruction, those that go on joined."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", text, re.M)


def test_the_image_copies_what_is_there_and_installs_what_setup_installs() -> None:
    sources = [word for line in instructions("COPY") for word in line.split()[:-1]]
    assert all((HOME / source).exists() for source in sources)
    assert {"schemas", "scenes", "tasks", "generators", "flows", "src"} <= set(sources)
    makefile = (HOME / "Makefile").read_text(encoding="utf-8")
    wanted = re.search(r"^APT_PACKAGES := (.*)$", makefile, re.M)
    assert wanted
    assert set(wanted[1].split()) <= set(" ".join(instructions("RUN")).split())
    assert instructions("ENTRYPOINT") == ['["cousins"]']
    ignored = (HOME / ".dockerignore").read_text(encoding="utf-8").split()
    assert not set(sources) & set(ignored)


@pytest.mark.filterwarnings("default")  # Prefect's own are not ours to fix
def test_the_composed_services_run_commands_that_there_are() -> None:
    from prefect.cli import server, worker

    services: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    taken = inspect.signature(server.start).parameters
    assert {"host", "port"} <= set(taken)
    assert services["server"]["entrypoint"][:3] == ["prefect", "server", "start"]
    assert {"work_pool_name", "worker_type"} <= set(inspect.signature(worker.start).parameters)
    joined = parsed(services["join"]["command"])
    assert joined["join"]
    assert joined["engine"] in ENGINES.names()
    assert str(joined["spec"]) == "/opt/cousins/examples/quickstart.yaml"
    assert (HOME / "examples" / "quickstart.yaml").is_file()
    # Each service that names another one names one that is there.
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)


def test_the_job_s_pods_join_in_a_folder_that_they_share() -> None:
    text = (FOLDER / "kubernetes.yaml").read_text()
    spec, claim, job = yaml.safe_load_all(text)
    assert parse_spec(spec["data"]["spec.yaml"]).tasks.count > 0
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    options = parsed(container["args"])
    assert options["join"]
    assert options["allow_failures"] == pytest.approx(0.01)
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes[mounts["/data"]]["persistentVolumeClaim"]["claimName"] == "cousins-data"
    assert str(options["out"]).startswith("/data/")
    assert str(options["spec"]) == "/spec/spec.yaml"
