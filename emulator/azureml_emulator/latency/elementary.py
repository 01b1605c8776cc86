"""Elementary functions, the same to the last bit everywhere.

`math.log` and `math.exp` are the platform's own, and may differ in the last place. What follows consists of
additions, multiplications, divisions and square roots of floats, which IEEE 754 fixes. It is good to a few units in
the last place.
"""

from collections.abc import Sequence
from math import factorial, frexp, inf, ldexp, sqrt

_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
"""The natural logarithm of 2 in two parts, of which the first can be multiplied by an exponent without loss."""

_ROOT_HALF = sqrt(0.5)
_ODD = tuple(2.0 / odd for odd in range(23, 0, -2))
_A, _B, _C, _D, _E, _F, _G, _H, _I, _J, _K, _L = _ODD
_TAYLOR = tuple(1.0 / factorial(power) for power in range(14, -1, -1))


def _polynomial(coefficients: Sequence[float], at: float) -> float:
    """Evaluate a polynomial, the coefficient of its highest power first."""
    value = 0.0
    for one in coefficients:
        value = value * at + one
    return value


def logarithm(number: float) -> float:
    """Give the natural logarithm of a positive number; minus infinity for 0."""
    if number <= 0.0:
        return -inf
    fraction, exponent = frexp(number)
    if fraction < _ROOT_HALF:
        fraction, exponent = fraction * 2.0, exponent - 1
    ratio = (fraction - 1.0) / (fraction + 1.0)
    s = ratio * ratio  # the loop over _ODD, written out: a third of its time, the same bits
    series = (((((_A * s + _B) * s + _C) * s + _D) * s + _E) * s + _F) * s + _G
    series = ((((series * s + _H) * s + _I) * s + _J) * s + _K) * s + _L
    return exponent * _LN2_HIGH + (exponent * _LN2_LOW + ratio * series)


def exponential(number: float) -> float:
    """Give e to the power of a number; 0 where that is too small for a float. Raises `OverflowError`."""
    if number < -745.0:
        return 0.0
    exponent = round(number * 1.4426950408889634)
    rest = (number - exponent * _LN2_HIGH) - exponent * _LN2_LOW
    return ldexp(_polynomial(_TAYLOR, rest), exponent)


def normal_quantile(share: float) -> float:
    """Give the number that this share of a standard normal distribution lies below; 0 and 1 count as almost so.

    Wichura's algorithm AS241 (Applied Statistics 37, 1988), good to 16 digits.
    """
    middle = share - 0.5
    if abs(middle) <= 0.425:
        at = 0.180625 - middle * middle
        return middle * _polynomial(_CENTRE[0], at) / _polynomial(_CENTRE[1], at)
    tail = max(share if middle < 0 else 1.0 - share, _LEAST)
    root = sqrt(-logarithm(tail))
    shift, (upper, lower) = (1.6, _NEAR) if root <= 5.0 else (5.0, _FAR)
    value = _polynomial(upper, root - shift) / _polynomial(lower, root - shift)
    return -value if middle < 0 else value


_LEAST = 2.0**-54

_Fraction = tuple[tuple[float, ...], tuple[float, ...]]
_CENTRE: _Fraction = (
    (
        *(2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457),
        *(13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    ),
    (
        *(5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867),
        *(5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
    ),
)
_NEAR: _Fraction = (
    (
        *(7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258),
        *(3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    ),
    (
        *(1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459),
        *(0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
    ),
)
_FAR: _Fraction = (
    (
        *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 0.026532189526576123093),
        *(0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    ),
    (
        *(2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4),
        *(0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
    ),
)
