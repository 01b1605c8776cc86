"""What goes wrong on purpose: each fault is one class, and says for itself how an answer is spoilt.

`statuses` are answers of their own, `bodies` and `streams` what a container says, `connection` and `proxies` what
becomes of that on its way.
"""

from azureml_emulator.faults import hazards
from azureml_emulator.faults.asked import asked
from azureml_emulator.faults.bodies import EmptyObject, EncodedTwice, MalformedJson, WrongShape
from azureml_emulator.faults.connection import Reset, SlowBody, Trickle, Truncated, WrongLength
from azureml_emulator.faults.fault import Fault, Incident, Turn
from azureml_emulator.faults.hazards import Hazards, Strike, Strikes
from azureml_emulator.faults.proxies import Buffered, ClockSkew, HtmlPage, SplitCharacter
from azureml_emulator.faults.statuses import ContentFilter, ExpiredKey, ModelError, Status
from azureml_emulator.faults.streams import DuplicatedChunks, ErrorEvent, ReorderedChunks, StreamCut

__all__ = [
    "Buffered",
    "ClockSkew",
    "ContentFilter",
    "DuplicatedChunks",
    "EmptyObject",
    "EncodedTwice",
    "ErrorEvent",
    "ExpiredKey",
    "Fault",
    "Hazards",
    "HtmlPage",
    "Incident",
    "MalformedJson",
    "ModelError",
    "ReorderedChunks",
    "Reset",
    "SlowBody",
    "SplitCharacter",
    "Status",
    "StreamCut",
    "Strike",
    "Strikes",
    "Trickle",
    "Truncated",
    "Turn",
    "WrongLength",
    "WrongShape",
    "asked",
    "hazards",
]
