"""Faults that are an answer of its own: a status, with the body and the headers that Azure gives it."""

from types import MappingProxyType
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.errors import DoorError
from azureml_emulator.faults.fault import STRICT, Fault, Incident


class _Told(DoorError):
    """An answer of the front door's that somebody asked for."""

    text = ""


@dataclass(frozen=True, config=STRICT)
class Status(Fault):
    """The front door answers with `status` by itself, in Azure's own words; the container is not asked."""

    example = MappingProxyType({"status": 429, "probability": 0.3})

    status: Annotated[int, Field(ge=400, le=599)]
    """The status."""

    def at_door(self, incident: Incident) -> None:
        error = _Told()
        error.status = self.status
        raise error
