"""Traffic in virtual time: the engine meets a day of calls in the time that it takes to work them out.

Nothing sleeps and nothing is sent: each call is given to the engine at the instant it arrives, and what the engine's
timetable says is summed up.
"""

from azureml_emulator.simulation.arrivals import Arrivals
from azureml_emulator.simulation.callers import Callers
from azureml_emulator.simulation.objective import Objective
from azureml_emulator.simulation.simulation import Simulation
from azureml_emulator.simulation.summary import Summary
from azureml_emulator.simulation.sweep import Sweep

__all__ = ["Arrivals", "Callers", "Objective", "Simulation", "Summary", "Sweep"]
