// SPDX-License-Identifier: Apache-2.0

// min, max, relu, sign and what is special at 0, with the table's behaviour at NaN and zeros.

extension VectorMath {
  /// a < b or a is NaN ? a : b. The instruction gives b where an operand is NaN.
  @Sendable static func min(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    keepingNaN(&b, of: x, b.minimum(x, y))
  }

  /// a > b or a is NaN ? a : b.
  @Sendable static func max(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    keepingNaN(&b, of: x, b.maximum(x, y))
  }

  /// x where that is NaN, or else y.
  private static func keepingNaN(_ b: inout VectorBuilder, of x: Value, _ y: Value) -> Value {
    if b.instructionSet == .avx512 {
      return b.fixUp(
        y, where: x,
        SpecialCases(
          nan: .argument, zero: .result, negativeInfinity: .result, infinity: .result, negative: .result))
    }
    return b.select(b.compare(x, .unordered, x), x, y)
  }

  /// max(x, 0). The instruction gives x where x is NaN or −0, and −0 + 0 = 0.
  @Sendable static func relu(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let zero = b.constant(0)
    return b.add(b.maximum(zero, x), zero)
  }

  /// −1 or 1; x itself where it is ±0 or NaN.
  @Sendable static func sign(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let one = b.or(b.and(x, b.constant(-0.0)), b.constant(1))
    return b.select(b.compare(b.constant(0), .less, b.magnitude(x)), one, x)
  }

  /// x log y, or 0 where x is 0 and y is not NaN, with the logarithm of the precision: its error and
  /// that of a product.
  static func xlogy(
    _ b: inout VectorBuilder, _ x: Value, _ y: Value, _ log: (inout VectorBuilder, Value) -> Value
  ) -> Value {
    let isNumber = b.exclusiveOr(b.compare(y, .unordered, y), b.constant(bits: .max))
    let isZero = b.and(b.compare(x, .equal, b.constant(0)), isNumber)
    return b.select(isZero, b.constant(0), b.multiply(x, log(&b, y)))
  }

  /// sin(x)/x, or 1 where x is 0, with the sine of the precision: its error and that of a quotient.
  static func sinc(
    _ b: inout VectorBuilder, _ x: Value, _ sin: (inout VectorBuilder, Value) -> Value
  ) -> Value {
    b.select(b.compare(x, .equal, b.constant(0)), b.constant(1), b.divide(sin(&b, x), x))
  }
}
