"""One request to an OpenAI-compatible endpoint: an answer, or one clear error."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...schemas import ProposalError
from ...schemas.errors import one_line
from .completion import SHOWN, UnreadableError, choice_of, text_of
from .ledger import Ledger, usage_of
from .transcript import Request, Transcript

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI
    from openai.types.chat import ChatCompletionMessageParam

TIMEOUT = 60.0
"""Of one request, seconds."""
RETRIES = 3
"""Further requests after a busy or unreachable endpoint."""
LONGEST_WAIT = 30.0
"""Between two requests, seconds; an endpoint that asks for more ends in an error."""
COMPATIBLE = "check that base_url is an OpenAI-compatible endpoint"
SERVICE = "https://api.openai.com/v1"
TOO_MANY, SERVER_ERROR = 429, 500
BUSY = frozenset({408, 409, 425})
"""Statuses below 500 after which the same request may succeed."""
STATUSES = {
    401: ("the key is not accepted", "check OPENAI_API_KEY"),
    404: ("no such model or path (404)", "check model and base_url"),
}
"""What statuses mean, and what to do."""


class EndpointError(ProposalError):
    """The endpoint could not be reached, refused the request, or gave no usable answer."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask.

    Attributes:
        model: its name at the endpoint.
        base_url: of the endpoint; None is OPENAI_BASE_URL or the service itself.
        timeout: of one request with its whole answer, seconds.
        sleep: waits a number of seconds between two requests.
        transcript: of what was said so far; None keeps nothing.
        ledger: counts what is asked, and says when no more may be.
    """

    model: str
    base_url: str | None = None
    timeout: float = TIMEOUT
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)
    transcript: Transcript | None = None
    ledger: Ledger = field(default_factory=Ledger, compare=False)

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
            BudgetError: where nothing more may be asked.
            CutOffError: where the answer ended too early.
            DeclinedError: where the model, or a filter, would not answer.
            EndpointError: naming the endpoint, the cause, and what to try.
        """
        request = self.request(messages, schema, seed)
        known = None if self.transcript is None else self.transcript.find(request)
        if known is not None:
            self.ledger.known(usage_of(request, known.body, known.seconds))
            return text_of(self._choice(known.body))
        self.ledger.reserve()
        return self.ask_reserved(messages, schema, seed)

    def ask_reserved(
        self, messages: Sequence[ChatCompletionMessageParam], schema: dict[str, Any], seed: int
    ) -> str:
        """As `ask`, of what is not in the transcript and has its room in the ledger."""
        request = self.request(messages, schema, seed)
        usage = None
        try:
            if self.transcript is not None and self.transcript.replay:
                self.transcript.find(request)
            begun = time.monotonic()
            body = self._asked(messages, schema, seed)
            seconds = time.monotonic() - begun
            usage = usage_of(request, body, seconds)
            choice = self._choice(body)
            if self.transcript is not None:
                self.transcript.keep(request, body, seconds)
            return text_of(choice)
        finally:
            self.ledger.settle(usage)

    def is_known(self, request: Request) -> bool:
        """Whether the transcript has the answer."""
        return self.transcript is not None and self.transcript.holds(request)

    def request(
        self, messages: Sequence[ChatCompletionMessageParam], schema: dict[str, Any], seed: int
    ) -> Request:
        """A request as a transcript knows it."""
        return {"model": self.model, "messages": list(messages), "schema": schema, "seed": seed}

    def _choice(self, body: bytes) -> dict[str, Any]:
        try:
            return choice_of(body)
        except UnreadableError as error:
            raise self._error(str(error), COMPATIBLE) from error

    def _asked(
        self, messages: Sequence[ChatCompletionMessageParam], schema: dict[str, Any], seed: int
    ) -> bytes:
        """The body of the answer, after as many waits as are worth it."""
        client = self._client()
        waited = ""
        for attempt in range(RETRIES + 1):
            self.ledger.wait_turn()
            wait = self._attempt(client, messages, schema, seed)
            if isinstance(wait, bytes):
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

        key = self._key()
        if not key and self.url == SERVICE:
            raise self._error(
                "OPENAI_API_KEY is not set",
                "export it, set tasks.base_url to a local endpoint, or use `proposer: grammar`",
            )
        return OpenAI(
            api_key=key or "unused", base_url=self.url, max_retries=0, timeout=self.timeout
        )

    def _key(self) -> str | None:
        """The key, where it belongs: a spec that names another host does not get it."""
        own = os.environ.get("OPENAI_BASE_URL") or SERVICE
        return os.environ.get("OPENAI_API_KEY") if _host(own) == _host(self.url) else None

    def _attempt(
        self,
        client: OpenAI,
        messages: Sequence[ChatCompletionMessageParam],
        schema: dict[str, Any],
        seed: int,
    ) -> bytes | _Wait:
        """The body of the answer, or for how long to wait before the next attempt."""
        import httpx2
        import openai

        deadline = time.monotonic() + self.timeout
        try:
            with client.chat.completions.with_streaming_response.create(
                model=self.model,
                messages=list(messages),
                seed=seed,
                # Not strict: the service's strict mode refuses length limits, which local
                # servers need; what does not validate goes back to the model anyway.
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "task", "schema": schema, "strict": False},
                },
            ) as response:
                return self._body(response.iter_bytes(), deadline)
        except openai.APIStatusError as error:
            return self._refused(error)
        except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError):
            return _Wait(f"no answer within {self.timeout:g} s")
        except openai.APIConnectionError as error:
            return _Wait(f"no connection ({error.__cause__ or error})")
        except httpx2.TransportError as error:
            return _Wait(f"the connection broke ({one_line(error)})")
        except openai.OpenAIError as error:
            raise self._error(f"unreadable answer: {one_line(error)}", COMPATIBLE) from error

    def _body(self, chunks: Iterable[bytes], deadline: float) -> bytes:
        """All of an answer, which may be neither endless nor endlessly slow.

        Raises:
            TimeoutError: after the deadline.
            EndpointError: where it is longer than any answer.
        """
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self.ledger.budget.answer_bytes:
                most = self.ledger.budget.answer_bytes
                raise self._error(f"an answer of more than {most:,} bytes", COMPATIBLE)
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(body)

    def _refused(self, error: APIStatusError) -> _Wait:
        """For how long to wait after an error of the endpoint.

        Raises:
            EndpointError: where waiting does not help.
        """
        status = error.status_code
        if status == TOO_MANY and error.code == "insufficient_quota":
            raise self._error("the account has no quota left", "check its billing") from error
        if status == TOO_MANY:
            return _Wait("it answers 429 (too many requests)", _retry_after(error))
        if status in BUSY or status >= SERVER_ERROR:
            return _Wait(f"it answers {status}", _retry_after(error))
        cause, remedy = STATUSES.get(
            status, (f"{status}: {one_line(error)[:SHOWN]}", "check model")
        )
        raise self._error(cause, remedy) from error

    def _error(self, cause: str, remedy: str) -> EndpointError:
        return EndpointError(f"{self.url} ({self.model}): {cause}; {remedy}")


@dataclass(frozen=True)
class _Wait:
    """Why to ask again, and when, if the endpoint says so."""

    cause: str
    seconds: float | None = None


def _host(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, parts.port


def _retry_after(error: APIStatusError) -> float | None:
    """Seconds from the headers that say so: in milliseconds, in seconds, or as a date."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        then = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, then.timestamp() - time.time())
