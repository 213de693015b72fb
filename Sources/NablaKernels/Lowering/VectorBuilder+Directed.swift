// SPDX-License-Identifier: Apache-2.0

// Arithmetic that rounds to one side: AVX-512 has the rounding in the instruction. Elsewhere a result c that is
// rounded to nearest is moved by φ|c| with φ = 2⁻⁵³(1 + 2⁻⁵²), in one fused multiply-add. That is more than half a unit
// in the last place of c, and so leads to the next number at least, by which half a unit of error is covered; a sum
// that is 0 or subnormal is exact and stays (Rump, Zimmermann, Boldo and Melquiond, "Computing predecessor and
// successor in rounding to nearest", BIT 49, 2009).

extension VectorBuilder {
  private static var step: Double { 0x1p-53 * (1 + 0x1p-52) }

  private mutating func directed(
    _ code: VectorProgram.Code, _ a: Value, _ b: Value = -1, _ c: Value = -1,
    rounded rounding: VectorProgram.Rounding
  ) -> Value {
    value(.init(code: code, a: a, b: b, c: c, rounding: rounding))
  }

  private var hasDirectedInstructions: Bool { instructionSet == .avx512 }

  /// a + b, rounded up or down.
  mutating func add(_ a: Value, _ b: Value, rounded rounding: VectorProgram.Rounding) -> Value {
    hasDirectedInstructions
      ? directed(.add, a, b, rounded: rounding) : moved(add(a, b), rounding, isExactWhereSmall: true)
  }

  /// a − b, rounded up or down.
  mutating func subtract(_ a: Value, _ b: Value, rounded rounding: VectorProgram.Rounding) -> Value {
    hasDirectedInstructions
      ? directed(.subtract, a, b, rounded: rounding)
      : moved(subtract(a, b), rounding, isExactWhereSmall: true)
  }

  /// a·b, rounded up or down. The result has the sign of the exact product, however small that is, and is 0 where
  /// that is.
  mutating func multiply(_ a: Value, _ b: Value, rounded rounding: VectorProgram.Rounding) -> Value {
    if hasDirectedInstructions { return directed(.multiply, a, b, rounded: rounding) }
    let product = moved(value(.init(code: .multiply, a: a, b: b)), rounding, isExactWhereSmall: false)
    let signed = withSign(product, of: exclusiveOr(a, b), rounding)
    let zero = constant(0)
    return andNot(or(compare(a, .equal, zero), compare(b, .equal, zero)), signed)
  }

  /// a/b, rounded up or down, with the sign of the exact quotient, and 0 where a is.
  mutating func divide(_ a: Value, _ b: Value, rounded rounding: VectorProgram.Rounding) -> Value {
    if hasDirectedInstructions { return directed(.divide, a, b, rounded: rounding) }
    let quotient = moved(divide(a, b), rounding, isExactWhereSmall: false)
    let signed = withSign(quotient, of: exclusiveOr(a, b), rounding)
    return andNot(compare(a, .equal, constant(0)), signed)
  }

  /// a·b + c, rounded up or down, with one rounding where the instruction has it.
  mutating func multiplyAdd(
    _ a: Value, _ b: Value, _ c: Value, rounded rounding: VectorProgram.Rounding
  ) -> Value {
    hasDirectedInstructions
      ? directed(.multiplyAdd, a, b, c, rounded: rounding)
      : add(multiply(a, b, rounded: rounding), c, rounded: rounding)
  }

  /// √a, rounded up or down.
  mutating func squareRoot(_ a: Value, rounded rounding: VectorProgram.Rounding) -> Value {
    hasDirectedInstructions
      ? directed(.squareRoot, a, rounded: rounding) : moved(squareRoot(a), rounding, isExactWhereSmall: true)
  }

  /// A result that was rounded to nearest, one step up or down. An overflow to the far side comes back to the largest
  /// finite number.
  mutating func moved(
    _ c: Value, _ rounding: VectorProgram.Rounding, isExactWhereSmall: Bool
  ) -> Value {
    let greatest = Double.greatestFiniteMagnitude
    let isUp = rounding == .up
    // The constant comes first: then NaN goes through.
    let near = isUp ? maximum(constant(-greatest), c) : minimum(constant(greatest), c)
    var size = magnitude(near)
    if !isExactWhereSmall { size = maximum(constant(.leastNormalMagnitude), size) }
    return multiplyAdd(size, constant(isUp ? Self.step : -Self.step), near)
  }

  /// Undoes a step across 0.
  private mutating func withSign(
    _ value: Value, of sign: Value, _ rounding: VectorProgram.Rounding
  ) -> Value {
    let zero = constant(0)
    return rounding == .up
      ? select(sign, minimum(value, zero), value) : select(sign, value, maximum(value, zero))
  }
}
