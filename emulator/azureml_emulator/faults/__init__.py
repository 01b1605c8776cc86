"""What goes wrong on purpose: each fault is one class, and says for itself how an answer is spoilt."""

from azureml_emulator.faults import hazards
from azureml_emulator.faults.asked import asked
from azureml_emulator.faults.connection import Reset
from azureml_emulator.faults.fault import Fault, Incident, Turn
from azureml_emulator.faults.hazards import Hazards, Strike, Strikes
from azureml_emulator.faults.statuses import Status

__all__ = ["Fault", "Hazards", "Incident", "Reset", "Status", "Strike", "Strikes", "Turn", "asked", "hazards"]
