"""What the front door lets through: requests in flight, their time, their number, their tokens, and their bytes.

All of it is reckoned in virtual time, from the arrivals of calls and from how long their answers are known to take.
Nothing is ever looked through: a call costs the logarithm of how many are in flight, at most.
"""

from azureml_emulator.admission.entrance import Admission, Visit

__all__ = ["Admission", "Visit"]
