"""One request to an OpenAI-compatible endpoint: an answer, or one clear error."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...schemas import ProposalError

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

TIMEOUT = 60.0
"""Of one request, seconds."""
RETRIES = 3
"""Further requests after a busy or unreachable endpoint."""
LONGEST_WAIT = 30.0
"""Between two requests, seconds; an endpoint that asks for more ends in an error."""
COMPATIBLE = "check that base_url is an OpenAI-compatible endpoint"
SERVICE = "https://api.openai.com/v1"


class EndpointError(ProposalError):
    """The endpoint could not be reached, refused the request, or gave no usable answer."""


class CutOffError(ProposalError):
    """The answer ended before it was complete."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask.

    Attributes:
        model: its name at the endpoint.
        base_url: of the endpoint; None is OPENAI_BASE_URL or the service itself.
        timeout: of one request, seconds.
        sleep: waits a number of seconds between two requests.
    """

    model: str
    base_url: str | None = None
    timeout: float = TIMEOUT
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    @property
    def url(self) -> str:
        """The address that is asked."""
        return self.base_url or os.environ.get("OPENAI_BASE_URL") or SERVICE

    def ask(
        self, messages: Sequence[ChatCompletionMessageParam], schema: dict[str, Any], seed: int
    ) -> str:
        """The content of the answer.

        Args:
            messages: the conversation so far.
            schema: JSON schema that the answer should follow.
            seed: for endpoints that can repeat themselves.

        Raises:
            CutOffError: where the answer ended too early.
            EndpointError: naming the endpoint, the cause, and what to try.
        """
        client = self._client()
        waited = ""
        for attempt in range(RETRIES + 1):
            wait = self._attempt(client, messages, schema, seed)
            if isinstance(wait, str):
                return wait
            waited = wait.cause
            if attempt < RETRIES:
                if wait.seconds is not None and wait.seconds > LONGEST_WAIT:
                    raise self._error(
                        f"{wait.cause}; it asks to wait {wait.seconds:.0f} s", "try again later"
                    )
                self.sleep(wait.seconds if wait.seconds is not None else 2.0**attempt)
        raise self._error(f"{waited}, {RETRIES + 1} times", "check base_url and that it is running")

    def _client(self) -> OpenAI:
        """The SDK's client; its own retries stay off, so that every wait is bounded here."""
        from openai import OpenAI

        key = os.environ.get("OPENAI_API_KEY")
        if not key and self.url == SERVICE:
            raise self._error(
                "OPENAI_API_KEY is not set",
                "export it, set tasks.base_url to a local endpoint, or use `proposer: grammar`",
            )
        return OpenAI(
            api_key=key or "unused", base_url=self.url, max_retries=0, timeout=self.timeout
        )

    def _attempt(
        self,
        client: OpenAI,
        messages: Sequence[ChatCompletionMessageParam],
        schema: dict[str, Any],
        seed: int,
    ) -> str | _Wait:
        """The content, or for how long to wait before the next attempt."""
        import openai

        try:
            completion = client.chat.completions.create(
                model=self.model,
                messages=list(messages),
                seed=seed,
                # Not strict: the service's strict mode refuses length limits, which local
                # servers need; what does not validate goes back to the model anyway.
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "task", "schema": schema, "strict": False},
                },
            )
        except openai.RateLimitError as error:
            if error.code == "insufficient_quota":
                raise self._error("the account has no quota left", "check its billing") from error
            return _Wait("it answers 429 (too many requests)", _retry_after(error))
        except openai.InternalServerError as error:
            return _Wait(f"it answers {error.status_code}", _retry_after(error))
        except openai.APITimeoutError:
            return _Wait(f"no answer within {self.timeout:g} s")
        except openai.APIConnectionError as error:
            return _Wait(f"no connection ({error.__cause__ or error})")
        except openai.AuthenticationError as error:
            raise self._error("the key is not accepted", "check OPENAI_API_KEY") from error
        except openai.NotFoundError as error:
            raise self._error("no such model or path (404)", "check model and base_url") from error
        except openai.APIStatusError as error:
            raise self._error(f"{error.status_code}: {error.message}", "check model") from error
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            raise self._error(f"unreadable answer: {error}", COMPATIBLE) from error
        return self._content(completion)

    def _content(self, completion: Any) -> str:
        """The text of an answer that ended as it should."""
        choice = next(iter(getattr(completion, "choices", None) or ()), None)
        message = getattr(choice, "message", None)
        if choice is None or message is None:
            raise self._error("the answer has no message", COMPATIBLE)
        if choice.finish_reason == "length":
            raise CutOffError("the answer was cut off at the model's token limit")
        if choice.finish_reason == "content_filter":
            raise self._error("the content filter stopped the answer", "try another model")
        if getattr(message, "refusal", None):
            raise self._error(f"the model refused: {message.refusal}", "try another model")
        return getattr(message, "content", None) or ""

    def _error(self, cause: str, remedy: str) -> EndpointError:
        return EndpointError(f"{self.url} ({self.model}): {cause}; {remedy}")


@dataclass(frozen=True)
class _Wait:
    """Why to ask again, and when, if the endpoint says so."""

    cause: str
    seconds: float | None = None


def _retry_after(error: Any) -> float | None:
    """Seconds from the Retry-After header, if it has them as a number."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None
