"""A container that answers with what was recorded of another one."""

from azureml_emulator.container import Container, Run
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.faults import Strikes
from azureml_emulator.recording.matching import DEPLOYMENT, Asked
from azureml_emulator.request import Request


class Replayed(Container):
    """A deployment whose answers are on a cassette."""

    def __init__(self, settings: Deployment, endpoint: Endpoint, seed: int) -> None:
        super().__init__(settings, endpoint.name, seed, {})
        assert endpoint.replay is not None
        self.decides = True
        self._tape = endpoint.replay.tape(endpoint.schema)

    def run(self, request: Request, strikes: Strikes = ()) -> Run:
        """Give the recorded answer, struck by faults: the next one each time, then always the last.

        Raises `NotRecorded`.
        """
        call = request.call
        asked = Asked(call.method, request.path, call.query, call.headers.get(DEPLOYMENT, ""), call.body)
        found = self._tape.find(asked)
        turn = request.turns.of(found[0]) if request.turns else 1
        result = self._tape.result(found[min(turn, len(found)) - 1].response)
        reading = self._tape.matching.reading(asked)
        run = Run(result, self._tape.matching.shape(request.path) if reading else None, reading)
        return self.struck(run, request, strikes) if strikes else run
