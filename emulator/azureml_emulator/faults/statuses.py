"""Faults that are an answer of their own: a status, with the body and the headers that Azure gives it."""

from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.content_filter import refusal
from azureml_emulator.errors import AccessDenied, ContainerError, DoorError, refusals
from azureml_emulator.faults.fault import STRICT, Fault, Incident
from azureml_emulator.retry_after import RetryAfter
from azureml_emulator.wire import Reply, Result

Failure = Annotated[int, Field(ge=400, le=599)]

_BEFORE_ROUTING = (401, 403, 404)
"""Statuses of calls that no deployment was chosen for: the answer names none."""

_ROUTED = ("azureml-model-deployment", "azureml-model-session")
_REASON = "ms-azureml-model-error-reason"
_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."


class _Told(DoorError):
    """An answer of the front door's that Azure has no words for, or none that are known."""

    text = ""


def _reason(error: type[DoorError]) -> str:
    return dict(error.headers).get(_REASON, "")


@dataclass(frozen=True, config=STRICT)
class Status(Fault):
    """The front door answers with `status` by itself, in Azure's own words; the container is not asked.

    Where no words of Azure's are known, a dedicated endpoint says nothing, and a serverless one
    `{"error": {"code", "message"}}` (unverified). A local endpoint has no front door: there it is whatever stands
    before it.
    """

    example = MappingProxyType({"status": 429, "probability": 0.3, "retry_after": 2})

    status: Failure
    """The status."""
    reason: str | None = None
    """Which of Azure's reasons `ms-azureml-model-error-reason` names, where there are several; "" for none."""
    text: str | None = None
    """What is said in place of Azure's words."""
    retry_after: RetryAfter | None = None
    """When to come again: seconds, or a manner of saying so; nothing is said by default."""

    def __post_init__(self) -> None:
        known = [_reason(one) for one in refusals(self.status)]
        if self.reason is not None and self.reason not in known:
            told = ", ".join(repr(one) for one in dict.fromkeys(known)) or "none"
            raise ValueError(f"reason: expected one of {told} for {self.status}, not {self.reason!r}")

    def at_door(self, incident: Incident) -> None:
        error = self._said(incident.api_type.name == "serverless")
        if self.retry_after is not None:
            error.headers += self.retry_after.headers(1.0, incident.call.at)
        raise error

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        return _unrouted(reply) if reply.status == self.status else reply

    def _said(self, as_json: bool) -> DoorError:
        """Find Azure's words, of several the ones for this kind of endpoint."""
        known = [one for one in refusals(self.status) if self.reason in (None, _reason(one))]
        known.sort(key=lambda one: as_json and one.serverless is None)
        error = known[0]() if known else _Told()
        error.status = self.status
        if self.text is not None:
            error.text = self.text
        if as_json and (error.serverless is None or self.text is not None):
            message = error.text or f"the service answered {self.status}"
            error.serverless = {"error": {"code": str(self.status), "message": message}}
        return error


@dataclass(frozen=True, config=STRICT)
class ExpiredKey(Fault):
    """A key that was good is not any more: 401, as after its regeneration, or when a token has expired.

    A local endpoint asks for no key, and is not struck.
    """

    example = MappingProxyType({"from_s": 60})

    def at_door(self, incident: Incident) -> None:
        if incident.api_type.door:
            raise AccessDenied("the key has expired")

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        return _unrouted(reply)


def _unrouted(reply: Reply) -> Reply:
    """Leave out what a refusal before the choice of a deployment cannot know, as the front door's own refusals do."""
    if reply.status not in _BEFORE_ROUTING:
        return reply
    headers = tuple(one for one in reply.headers if one[0] not in _ROUTED)
    return reply if headers == reply.headers else reply._replace(headers=headers)


class _Failed(ContainerError):
    """What a container answers when somebody wants it to fail."""

    in_scoring: ClassVar[bool] = True

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = self.llm_status = status

    def llm_body(self) -> dict[str, Any]:
        code = "Internal Server Error" if self.llm_status >= 500 else "Bad Request"
        return {"error": {"code": code, "message": self.message, "status": self.llm_status}}


@dataclass(frozen=True, config=STRICT)
class ModelError(Fault):
    """The container answers with `status`, in the words of its server.

    On a dedicated endpoint the front door makes a 424 of it, and tells the status in
    `ms-azureml-model-error-statuscode`; elsewhere it arrives as it is.
    """

    example = MappingProxyType({"status": 500, "every": 20})

    status: Failure = 500
    """What the container answers."""
    message: str = _FAILED
    """What it says."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        raise _Failed(self.status, self.message)


@dataclass(frozen=True, config=STRICT)
class ContentFilter(Fault):
    """The content filter refuses the prompt, whatever it says.

    What is refused for another reason is not struck. The setting `content_filter` goes by what is said, and cuts
    answers, too. A container that serves language models at `/score` answers its `{}` (measured).
    """

    example = MappingProxyType({"probability": 0.05})

    body: Literal["error", "plain"] = "error"
    """Which of the two documented bodies a serverless endpoint sends."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        if result.status != 200 or incident.call.method != "POST":
            return result
        raise refusal(incident.api_type, self.body)
