"""What holds for every model, however models stand within models."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Latency, Load, Work

lengths = st.floats(0, 1e6)
distributions = st.one_of(
    lengths,
    st.builds(lambda mean: {"type": "exponential", "mean_ms": mean}, lengths),
    st.builds(lambda mean, sd: {"type": "normal", "mean_ms": mean, "sd_ms": sd}, lengths, lengths),
    st.builds(lambda low, more: {"type": "uniform", "low_ms": low, "high_ms": low + more}, lengths, lengths),
)
bursts = st.one_of(
    st.integers(1, 9), st.builds(lambda low, more: {"low": low, "high": low + more}, *[st.integers(1, 9)] * 2)
)
models = st.recursive(
    st.one_of(
        distributions,
        st.fixed_dictionaries(
            {"type": st.just("tokens"), "first_ms": distributions, "gap_ms": distributions},
            optional={"prefill_ms": lengths, "burst": bursts},
        ),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("load_dependent"), "latency": inner, "per_call": st.floats(0, 9)},
            optional={"at_once": st.integers(0, 9)},
        ),
        st.fixed_dictionaries(
            {"type": st.just("cold_start"), "latency": inner, "start_ms": distributions, "idle_s": st.floats(0, 9)}
        ),
    ),
    max_leaves=3,
)
works = st.builds(
    lambda prompt, seed, load, tokens: Work(prompt, Draw.of(seed), load, tokens),
    st.integers(0, 1000),
    st.binary(max_size=3),
    st.builds(Load, st.integers(1, 50), st.floats(0)),
    st.one_of(st.integers(0, 60), st.just(float("inf"))),
)


@settings(max_examples=60, deadline=None)
@given(models, works)
def test_time_is_never_negative_and_never_runs_backwards(setting, work):
    model = Latency.of(setting)
    pace, again = model.pace(work), model.pace(work)
    out = [pace(token) for token in range(60)]
    assert out[0] >= 0
    assert all(earlier <= later < float("inf") for earlier, later in pairwise(out))
    assert [again(token) for token in range(59, -1, -1)] == out[::-1]
