// min, max, relu and sign, with the table's behaviour at NaN and zeros.

extension VectorMath {
  /// a < b or a is NaN ? a : b. The instruction gives b where an operand is NaN.
  @Sendable static func min(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    b.select(b.compare(x, .unordered, x), x, b.minimum(x, y))
  }

  /// a > b or a is NaN ? a : b.
  @Sendable static func max(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    b.select(b.compare(x, .unordered, x), x, b.maximum(x, y))
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
}
