"""A hub of datasets: what is known of a repository there, and commits to it."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ...schemas import BackendMissingError, CousinsError, SpecError

TOKEN, ENDPOINT = "HF_TOKEN", "HF_ENDPOINT"
"""Environment variables: the right to write, and the hub's address, if it is another."""
KIND = "dataset"


class HubError(CousinsError):
    """A hub refused a request, or did not answer.

    Attributes:
        status: of its answer (HTTP); None where there was none.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        """Keep the status."""
        self.status = status
        super().__init__(message)

    def __reduce__(self) -> tuple[type[HubError], tuple[str, int | None]]:
        """Pickle with the status."""
        return HubError, (str(self), self.status)


@dataclass(frozen=True)
class RepositoryState:
    """What a hub says of a repository.

    Attributes:
        private: only its owners see it.
        sizes: bytes of each file, by path.
        digests: SHA-256 of those that are stored as large files, by path.
    """

    private: bool
    sizes: Mapping[str, int]
    digests: Mapping[str, str]


class Hub(Protocol):
    """Repositories of datasets."""

    def state(self, repository: str) -> RepositoryState | None:
        """What there is; None where there is no such repository, or the token may not see it.

        Raises:
            HubError: the hub refuses, or does not answer.
        """
        ...

    def create(self, repository: str, *, private: bool) -> None:
        """Make a repository.

        Raises:
            HubError: the hub refuses, or does not answer.
        """
        ...

    def commit(
        self,
        repository: str,
        files: Mapping[str, Path | bytes],
        removed: Sequence[str],
        message: str,
    ) -> str:
        """Add files, or replace them, and remove others, in one step.

        Args:
            repository: which is there.
            files: on disk or in memory, by path in the repository; equal ones are not sent again.
            removed: paths.
            message: of the commit.

        Returns:
            The address of the commit.

        Raises:
            HubError: the hub refuses, or does not answer.
        """
        ...


class HuggingFaceHub:
    """The Hugging Face Hub, or another one of its kind, through `huggingface_hub`.

    Args:
        token: the right to write; it is sent to the hub, and appears nowhere else.
        endpoint: address of the hub; None is the default of `huggingface_hub`.
    """

    def __init__(self, token: str, endpoint: str | None = None) -> None:
        """Nothing is asked yet.

        Raises:
            BackendMissingError: `huggingface_hub` is not installed.
        """
        if find_spec("huggingface_hub") is None:
            raise BackendMissingError(
                "`cousins push` needs huggingface_hub; try: pip install 'cousins[hub]'"
            )
        self._client: Any = import_module("huggingface_hub")
        self._files: Any = import_module("huggingface_hub.hf_api").RepoFile
        self._errors: Any = import_module("huggingface_hub.errors")
        import_module("huggingface_hub.utils").disable_progress_bars()
        self._api: Any = self._client.HfApi(
            endpoint=endpoint,
            token=token,
            library_name="cousins",
            library_version=version("cousins"),
        )

    @classmethod
    def of_environment(cls) -> HuggingFaceHub:
        """The hub and the token that the environment names.

        Raises:
            SpecError: it names no token.
            BackendMissingError: `huggingface_hub` is not installed.
        """
        token = os.environ.get(TOKEN, "").strip()
        if not token:
            raise SpecError(
                f"{TOKEN} is not set: put a token there that may write to the repository; "
                "with --dry-run nothing is sent, and none is needed"
            )
        return cls(token, os.environ.get(ENDPOINT) or None)

    def state(self, repository: str) -> RepositoryState | None:
        """See `Hub`."""
        with self._asked(repository):
            try:
                told = self._api.repo_info(repository, repo_type=KIND)
                listed = list(self._api.list_repo_tree(repository, repo_type=KIND, recursive=True))
            except self._errors.RepositoryNotFoundError as error:
                if error.response.status_code == UNAUTHORISED:
                    raise
                return None
        files = [found for found in listed if isinstance(found, self._files)]
        return RepositoryState(
            private=bool(told.private),
            sizes={file.path: file.size for file in files},
            digests={file.path: file.lfs.sha256 for file in files if file.lfs is not None},
        )

    def create(self, repository: str, *, private: bool) -> None:
        """See `Hub`."""
        with self._asked(repository):
            self._api.create_repo(repository, repo_type=KIND, private=private)

    def commit(
        self,
        repository: str,
        files: Mapping[str, Path | bytes],
        removed: Sequence[str],
        message: str,
    ) -> str:
        """See `Hub`."""
        operations = [
            *(self._client.CommitOperationAdd(name, given) for name, given in files.items()),
            *(self._client.CommitOperationDelete(name, is_folder=False) for name in removed),
        ]
        with self._asked(repository):
            made = self._api.create_commit(
                repository, operations, commit_message=message, repo_type=KIND
            )
        return str(made.commit_url)

    @contextmanager
    def _asked(self, repository: str) -> Generator[None]:
        """Inside, the hub is asked: whatever goes wrong there becomes one error.

        What the hub says is not repeated: nobody knows whether the request is in it, with its
        token.
        """
        try:
            yield
        except self._expected() as error:
            # Of a file that was not taken, what went wrong is the cause of a RuntimeError.
            first = error.__cause__ if isinstance(error, RuntimeError) else None
            told: Any = first or error
            status, how = None, f"no answer ({type(told).__name__}); {AGAIN}"
            if isinstance(told, self._errors.HfHubHTTPError):
                status = int(told.response.status_code)
                how = f"{REFUSALS.get(status, OTHER)} ({status})"
            raise HubError(f"{self._api.endpoint}: {repository}: {how}", status) from None

    def _expected(self) -> tuple[type[BaseException], ...]:
        """What the client raises where it is refused, or no answer comes that it understands."""
        refused = self._errors.HfHubHTTPError
        return (refused, import_module("httpx2").HTTPError, OSError, RuntimeError, ValueError)


UNAUTHORISED = 401
AGAIN = "what was sent is kept, and the same command goes on"
OTHER = "the request was refused"
REFUSALS = {
    UNAUTHORISED: f"the token in {TOKEN} is not accepted, or may not see the repository",
    403: f"the token in {TOKEN} may not write there",
    404: "there is no such repository",
    409: "somebody else wrote to it at the same time; the same command goes on",
    413: "a file is too large for this hub",
    429: "too many requests; the same command goes on later",
}
"""By the status of an answer."""
