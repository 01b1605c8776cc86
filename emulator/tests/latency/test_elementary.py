"""Python's own functions, which may differ from platform to platform, are the judge, a few last places aside."""

import math
from statistics import NormalDist

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.latency.elementary import exponential, logarithm, normal_quantile

UNITS = [unit for unit, _ in zip(Draw.of(b"elementary").units(b""), range(3000), strict=False)]


def ulps(value, expected):
    return abs(value - expected) / math.ulp(expected)


def test_logarithm():
    numbers = [*UNITS, *(1 + unit * 1e-6 for unit in UNITS), *(unit * 1e300 for unit in UNITS), 5e-324, 2.0**-1022]
    assert max(ulps(logarithm(one), math.log(one)) for one in numbers if one) <= 4
    assert logarithm(1.0) == 0.0
    assert logarithm(0.0) == -math.inf


def test_exponential():
    numbers = [(unit - 0.5) * scale for unit in UNITS for scale in (1e-9, 1, 40, 1400)]
    assert max(ulps(exponential(one), math.exp(one)) for one in numbers) <= 3
    assert exponential(0.0) == 1.0
    assert exponential(-746.0) == exponential(-math.inf) == 0.0
    with pytest.raises(OverflowError):
        exponential(710.0)


def test_normal_quantile():
    judge = NormalDist().inv_cdf
    shares = [*UNITS, *(10.0**-power for power in range(1, 17)), *(1 - 2.0**-power for power in range(2, 53))]
    assert max(abs(normal_quantile(one) / judge(one) - 1) for one in shares if one not in (0, 0.5)) < 1e-14
    assert normal_quantile(0.5) == 0.0
    assert normal_quantile(0.0) == -normal_quantile(1.0) < -8


def test_the_last_bit_is_the_same_everywhere():
    """What this machine gives must be what the machine gave on which this was written."""
    given = [*map(logarithm, (0.1, 3.0, 1e-9)), *map(exponential, (0.1, -3.0, 17.5))]
    given += map(normal_quantile, (0.01, 0.6, 0.9999999999))
    assert [one.hex() for one in given] == [
        "-0x1.26bb1bbb55515p+1",
        "0x1.193ea7aad030bp+0",
        "-0x1.4b927f32bffb8p+4",
        "0x1.1aec7b35a00d4p+0",
        "0x1.97db0ccceb0afp-5",
        "0x1.2fd6c832e3c72p+25",
        "-0x1.29c5c4630ff0ep+1",
        "0x1.036d6c4a04b5ap-2",
        "0x1.97203589fd4f5p+2",
    ]
