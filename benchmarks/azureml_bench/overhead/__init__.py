"""What a client adds on top of an endpoint: its calls, less the time that the endpoint itself took for each of them.

`subject.py` is the process in which a client sits, `stage.py` the endpoint that it calls, `measuring.py` lets several
take turns, `added.py` subtracts, and `result.py` is what comes of it.
"""
