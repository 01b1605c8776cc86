"""The header `server-timing`: how long an answer was made to take, so that a measurement can subtract it."""

from azureml_emulator.wire import Reply


def told(reply: Reply) -> Reply:
    """Give a reply with the stages of its time in a header, in milliseconds to the microsecond (W3C Server Timing).

    For a stream, when its first event is due is added as `ttft`. The front door's own answers may have no stages, and
    no header then.
    """
    timing = reply.exchange.timing if reply.exchange else ()
    if reply.chunked and reply.writes:
        timing = (*timing, ("ttft", reply.writes[0][0]))
    stages = [f"{stage};dur={_number(seconds * 1000)}" for stage, seconds in timing]
    return reply.with_header("server-timing", ", ".join(stages)) if stages else reply


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
