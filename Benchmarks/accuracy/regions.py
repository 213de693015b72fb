"""The elementary functions in mpmath, and where the arguments to test them with lie."""

import math
import struct
from dataclasses import dataclass
from typing import Callable

from mpmath import mp


@dataclass(frozen=True)
class Format:
    """A binary floating-point format."""

    bits: int
    # The exponents of the smallest subnormal number and of the largest ones.
    least: int
    greatest: int

    def round(self, x):
        """A number in this format; infinite where it is too large."""
        if self.bits == 53:
            return x
        try:
            return struct.unpack("<f", struct.pack("<f", x))[0]
        except OverflowError:
            return math.copysign(math.inf, x)


DOUBLE = Format(53, -1074, 1023)
SINGLE = Format(24, -149, 127)


@dataclass(frozen=True)
class Region:
    """Draws arguments for a format."""

    text: str
    draw: Callable


@dataclass(frozen=True)
class Function:
    value: Callable
    operand_count: int
    regions: list
    domain: Callable


# One operand.


def uniform(low, high):
    text = f"uniform in [{low:g}, {high:g}]"
    return Region(text, lambda rng, format: (low + (high - low) * rng.random(),))


def sign(rng):
    return 1 if rng.random() < 0.5 else -1


def magnitude(rng, format, least=None, greatest=None):
    """A positive number whose binary logarithm is uniform, within the format's range."""
    low = format.least if least is None else max(least, format.least)
    high = format.greatest + 1 if greatest is None else min(greatest, format.greatest + 1)
    logarithm = low + (high - low) * rng.random()
    exponent = math.floor(logarithm)
    # 2^1024 itself is out of reach: its exponent is that of no finite number.
    return math.ldexp(2 ** (logarithm - exponent), min(exponent, format.greatest))


def magnitudes(least=None, greatest=None, signs=True):
    if least is None and greatest is None:
        text = "all magnitudes, subnormal ones included"
    elif greatest is None:
        text = f"magnitudes from 2^{least} to the largest"
    else:
        text = f"magnitudes 2^{least} to 2^{greatest}"
    if signs:
        text += ", both signs"
    return Region(
        text,
        lambda rng, format: (
            (sign(rng) if signs else 1) * magnitude(rng, format, least, greatest),),
    )


def close_to(rng, format, point):
    """point·(1 ± 2^-u), from half of it to its neighbours."""
    return point * (1 + sign(rng) * 2.0 ** -(1 + format.bits * rng.random()))


def near(text, *points):
    """Beside some numbers, at all relative distances."""
    return Region(
        f"near {text}",
        lambda rng, format: (close_to(rng, format, points[int(rng.random() * len(points))]),))


def at_multiples(text, unit, greatest, offset=0.0):
    """Numbers next to (k + offset)·unit for |k| ≤ 2^greatest: at most 3 units in the last place off."""

    def draw(rng, format):
        k = sign(rng) * math.floor(2 ** (greatest * rng.random()))
        with mp.workprec(200):
            x = format.round(float((k + mp.mpf(offset)) * unit()))
        if x == 0:
            return (x,)
        place = max(math.frexp(x)[1] - format.bits, format.least)
        return (x + math.ldexp(math.floor(7 * rng.random()) - 3, place),)

    return Region(f"next to multiples of {text}", draw)


# Two operands.


def pairs(first, second):
    return Region(
        f"each: {first.text}" if first is second else f"first {first.text}, second {second.text}",
        lambda rng, format: first.draw(rng, format) + second.draw(rng, format))


def similar(octaves):
    """Two numbers of any magnitude, of either sign, that are at most so many octaves apart."""

    def draw(rng, format):
        x = magnitude(rng, format)
        exponent = math.frexp(x)[1] + octaves * (2 * rng.random() - 1)
        exponent = min(max(math.floor(exponent), format.least), format.greatest)
        return (sign(rng) * x, sign(rng) * math.ldexp(1 + rng.random(), exponent))

    return Region(f"all magnitudes, at most 2^{octaves} apart", draw)


def near_diagonal():
    """|y| = |x|·(1 ± 2^-u)."""

    def draw(rng, format):
        x = magnitude(rng, format, -100, 100)
        return (sign(rng) * x, sign(rng) * close_to(rng, format, x))

    return Region("near |x| = |y|", draw)


def powers(text, base):
    """x by `base`, and y so that the binary logarithm of x^y is uniform over the format's range."""

    def draw(rng, format):
        x = format.round(base(rng, format))
        logarithm = math.log2(x) if 0 < x < math.inf else 0
        low, high = format.least, format.greatest + 1
        result = low + (high - low) * rng.random()
        return (x, result / logarithm if logarithm else result)

    return Region(text, draw)


def integer_powers():
    def draw(rng, format):
        n = sign(rng) * math.floor(2 ** (10 * rng.random()))
        logarithm = (format.greatest + 22) / n * (2 * rng.random() - 1)
        x = 2 ** min(max(logarithm, format.least), format.greatest)
        return (sign(rng) * x, float(n))

    return Region("both signs of x, integer y to 1024", draw)


# The functions.


def directed_power(x, y):
    power = mp.power(abs(x), y)
    return -power if x < 0 and int(y) % 2 else power


def half_pi():
    return mp.pi / 2


def log_two():
    return mp.log(2)


def one():
    return mp.mpf(1)


def anywhere(*_):
    return True


def functions_and_regions():
    """Each function by the name of its operation in Nabla."""
    everywhere = magnitudes()
    middle = magnitudes(-40, 10)
    log_regions = [
        magnitudes(signs=False), uniform(0, 4), near("1", 1.0),
        near("powers of 2 and the roots of 2 and 1/2", 0.5, 2.0, 4.0, 2**-0.5, 2**0.5, 2**-1022)]
    angle_regions = [
        uniform(-10, 10), everywhere, at_multiples("pi/2", half_pi, 22),
        at_multiples("pi/4", lambda: half_pi() / 2, 22), magnitudes(19, None),
        at_multiples("pi/2 to 2^50", half_pi, 50)]
    exp_regions = [
        uniform(-746, 710), uniform(-1, 1), middle, everywhere,
        at_multiples("log(2)/2", lambda: log_two() / 2, 11),
        near("the ends of the range", 709.78271289338397, -708.39641853226408, -745.13321910194122,
             88.722839, -87.336544, -103.97207)]
    unit_regions = [
        uniform(-1, 1), magnitudes(-1074, 0), near("1 and -1", 1.0, -1.0), near("1/2 and -1/2", 0.5, -0.5)]

    def positive(x):
        return x > 0

    def inside(x):
        return abs(x) <= 1

    def unary(value, regions, domain=anywhere):
        return Function(value, 1, regions, domain)

    def binary(value, regions, domain=anywhere):
        return Function(value, 2, regions, domain)

    plane = [
        pairs(everywhere, everywhere), pairs(uniform(-1, 1), uniform(-1, 1)), similar(60), similar(4),
        near_diagonal()]
    return {
        "sqrt": unary(mp.sqrt, [magnitudes(signs=False), uniform(0, 4), near("1", 1.0)], positive),
        "cbrt": unary(
            lambda x: mp.sign(x) * mp.cbrt(abs(x)), [everywhere, uniform(-8, 8), near("1 and 8", 1.0, 8.0)]),
        "exp": unary(mp.exp, exp_regions),
        "exp2": unary(
            lambda x: mp.power(2, x),
            [uniform(-1075, 1024), uniform(-1, 1), middle, everywhere, at_multiples("1, less 1/2", one, 10, 0.5),
             near("the ends of the range", 1024.0, -1022.0, -1075.0, 128.0, -126.0, -150.0)]),
        "expm1": unary(mp.expm1, exp_regions + [uniform(-45, 45)]),
        "log": unary(mp.log, log_regions, positive),
        "log2": unary(lambda x: mp.log(x) / mp.ln2, log_regions, positive),
        "log10": unary(lambda x: mp.log(x) / mp.ln10, log_regions, positive),
        "log1p": unary(
            mp.log1p,
            [uniform(-1, 4), everywhere, magnitudes(-60, 2), near("-1", -1.0),
             near("the roots of 2 and 1/2 less 1", 2**-0.5 - 1, 2**0.5 - 1)],
            lambda x: x > -1),
        "sin": unary(mp.sin, angle_regions),
        "cos": unary(mp.cos, angle_regions),
        "tan": unary(mp.tan, angle_regions),
        "asin": unary(mp.asin, unit_regions, inside),
        "acos": unary(mp.acos, unit_regions, inside),
        "atan": unary(mp.atan, [uniform(-10, 10), everywhere, near("1 and -1", 1.0, -1.0), middle]),
        "atan2": binary(mp.atan2, plane),
        "asinSlope": unary(
            lambda x: 1 / mp.sqrt((1 - x) * (1 + x)), unit_regions, lambda x: abs(x) < 1),
        "sinh": unary(
            mp.sinh,
            [uniform(-711, 711), uniform(-2, 2), middle, everywhere, near("the ends", 710.47586, 89.415986)]),
        "cosh": unary(
            mp.cosh,
            [uniform(-711, 711), uniform(-2, 2), middle, everywhere, near("the ends", 710.47586, 89.415986)]),
        "tanh": unary(mp.tanh, [uniform(-20, 20), uniform(-2, 2), middle, everywhere]),
        "sech": unary(mp.sech, [uniform(-746, 746), uniform(-2, 2), middle, everywhere]),
        "asinh": unary(mp.asinh, [uniform(-10, 10), everywhere, middle, near("1 and -1", 1.0, -1.0)]),
        "acosh": unary(
            mp.acosh, [uniform(1, 10), magnitudes(0, None, signs=False), near("1", 1.0)], lambda x: x >= 1),
        "atanh": unary(mp.atanh, unit_regions, lambda x: abs(x) < 1),
        "erf": unary(mp.erf, [uniform(-6, 6), uniform(-1, 1), magnitudes(-60, 3), everywhere]),
        "erfc": unary(
            mp.erfc,
            [uniform(-6, 6), uniform(-6, 27.3), uniform(0, 10), middle, everywhere,
             near("26.54 and 9.19", 26.54, 9.19)]),
        "sigmoid": unary(
            lambda x: 1 / (1 + mp.exp(-x)),
            [uniform(-746, 40), uniform(-40, 40), middle, everywhere]),
        "softplus": unary(
            lambda x: mp.log1p(mp.exp(x)),
            [uniform(-746, 40), uniform(-40, 40), middle, everywhere]),
        "hypot": binary(lambda x, y: mp.sqrt(x * x + y * y), plane),
        "directionCosine": binary(lambda x, y: x / mp.sqrt(x * x + y * y), plane),
        "power": binary(
            directed_power,
            [powers("x in [0, 4], results of all magnitudes", lambda rng, format: 4 * rng.random()),
             powers("x of all magnitudes, such results", lambda rng, format: magnitude(rng, format)),
             powers("x near 1, such results", lambda rng, format: close_to(rng, format, 1.0)),
             integer_powers(),
             pairs(uniform(0, 10), uniform(-10, 10))],
            lambda x, y: x > 0 or x < 0 and y == math.floor(y)),
        "lgamma": unary(
            lambda x: mp.loggamma(x).real,
            [uniform(0, 10), magnitudes(-40, 60, signs=False), near("1 and 2", 1.0, 2.0)], positive),
    }
