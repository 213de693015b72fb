#!/usr/bin/env python3
"""Arguments and true values of the elementary functions, to measure the errors of kernels with.

    python3 -m venv venv && venv/bin/pip install mpmath gmpy2
    venv/bin/python references.py accuracy.txt             # 20,000 and 10,000 arguments a function
    venv/bin/python references.py --functions sin,cos --count 1000 --single-count 0 few.txt
    venv/bin/python references.py --arguments-of old.txt new.txt     # the same arguments again

`bench --accuracy accuracy.txt` measures over such a file. The last form computes the values of a file anew and
keeps its head: so Tests/NablaKernelsTests/Resources/vector_math.txt is made, which has few arguments, most of them
chosen for a reason. To add to them, write a line with the arguments alone and run it.

The file: `[name]` begins a function, by the name of its operation in Nabla, and `# where: ` says where its
arguments lie. Then one line for each argument: the argument (two where the function has two operands) and the
double nearest to the value as bit patterns, then the remainder, value less nearest double, in units of the last
place of that double (2^-1074 for subnormal numbers and zero). The last `--single-count` arguments of a function
are numbers of single precision, from that format's range.

The same seed gives the same file. A value is computed at 160 bits, then with twice as many until two agree to
100; mpmath reduces an angle with as many more bits as it needs (some 1200 for 1.8e308). The remainder has four
digits, so that errors are known to 0.0001 ulp. gmpy2 is not needed, but makes it several times faster: the first
form then takes two minutes.
"""

import argparse
import math
import random
import struct
import sys

from mpmath import mp

from regions import DOUBLE, SINGLE, functions_and_regions

HEAD = """\
# Arguments and values of the elementary functions, by Benchmarks/accuracy/references.py, which says how they
# are made and what a line holds.
"""


def true_value(function, arguments):
    """The value, correct to about 100 bits."""
    bits, before = 160, None
    while True:
        with mp.workprec(bits):
            value = function(*map(mp.mpf, arguments))
            if before is not None and abs(value - before) <= mp.ldexp(abs(value), -100):
                return value
        bits, before = 2 * bits, value


def rounded(value):
    """The nearest double, ties to even, and the remainder in units of its last place."""
    sign, mantissa, exponent, length = value._mpf_
    mantissa = int(mantissa)
    if mantissa == 0:
        return 0.0, 0.0
    signed = -1.0 if sign else 1.0
    top = exponent + length - 1
    if top > DOUBLE.greatest:
        return signed * math.inf, 0.0
    place = max(top - 52, DOUBLE.least)
    shift = place - exponent
    if shift > length + 60:
        return signed * 0.0, 0.0
    if shift <= 0:
        whole, rest = mantissa << -shift, 0.0
    else:
        whole = mantissa >> shift
        part = mantissa - (whole << shift)
        half = 1 << (shift - 1)
        up = part > half or (part == half and whole & 1)
        whole += up
        rest = float(mp.mpf(part - (1 << shift) if up else part) / (1 << shift))
        if up and whole == 1 << 53:
            rest /= 2  # The unit of the last place has doubled.
    try:
        return signed * math.ldexp(whole, place), signed * rest
    except OverflowError:
        return signed * math.inf, 0.0


def bits(number):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", number))


def number(text):
    return struct.unpack("<d", struct.pack("<Q", int(text, 16)))[0]


def line(function, arguments):
    value, remainder = rounded(true_value(function, arguments))
    digits = ("%.4f" % remainder).replace("-0.0000", "0.0000")
    return " ".join([bits(x) for x in arguments] + [bits(value), digits])


def drawn(name, function, rng, count, format):
    """`count` arguments of a format, the same number from each of the function's regions."""
    arguments = []
    for index in range(count):
        region = function.regions[index % len(function.regions)]
        while True:
            point = tuple(format.round(x) for x in region.draw(rng, format))
            if all(map(math.isfinite, point)) and function.domain(*point):
                break
        arguments.append(point)
    return arguments


def old_arguments(path, functions):
    """The arguments of each function in a file, the texts that say where they lie, and the file's head."""
    arguments, texts, head, name = {}, {}, "", None
    for text in open(path, encoding="utf-8"):
        if name is None and text.startswith("#"):
            head += text
        text = text.strip()
        if text.startswith("["):
            name = text[1:-1]
            arguments[name] = []
        elif text.startswith("# where:"):
            texts[name] = text
        elif text and not text.startswith("#"):
            count = functions[name].operand_count
            arguments[name].append(tuple(map(number, text.split()[:count])))
    return arguments, texts, head


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="the file to write")
    parser.add_argument("--count", type=int, default=20_000, help="arguments a function (20,000)")
    parser.add_argument(
        "--single-count", type=int, default=10_000, help="more of them in single precision (10,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random arguments (1)")
    parser.add_argument("--functions", help="only these, separated by commas")
    parser.add_argument("--arguments-of", metavar="FILE", help="take the arguments from a file")
    options = parser.parse_args()
    functions = functions_and_regions()
    old, texts, head = {}, {}, HEAD
    if options.arguments_of:
        old, texts, head = old_arguments(options.arguments_of, functions)
    names = options.functions.split(",") if options.functions else list(old or functions)
    with open(options.output, "w", encoding="utf-8") as output:
        output.write(head)
        for name in names:
            function = functions[name]
            rng = random.Random(f"{options.seed} {name}")
            arguments = old.get(name) or (
                drawn(name, function, rng, options.count, DOUBLE)
                + drawn(name, function, rng, options.single_count, SINGLE))
            output.write(f"[{name}]\n")
            where = texts.get(name) if old else "# where: " + "; ".join(r.text for r in function.regions)
            if where:
                output.write(where + "\n")
            for point in arguments:
                output.write(line(function.value, point) + "\n")
            print(f"{name}: {len(arguments)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
