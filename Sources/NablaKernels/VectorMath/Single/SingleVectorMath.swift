// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// The elementary functions of floats as straight-line vector code, at most 1 ulp off over their whole
/// domains.
///
/// Most compute in double precision, half a vector at a time, and round once: with 29 bits to spare nothing
/// needs two numbers, subnormal numbers are nothing special, and overflow and underflow come with the last
/// rounding. The functions that matter most have code in single precision, with twice the lanes, where that
/// is faster.
///
/// NaN, infinities, signed zeros and domain errors give what the table of operations gives. The largest
/// errors stated at the functions of one operand are those over all floats,
/// against the library for doubles. The tests repeat the worst arguments.
enum SingleVectorMath {
  typealias Value = VectorProgram.Value
  typealias Rule = VectorMath.Rule

  static let rules: [Operation: Rule] = [
    .exp: { exp(&$0, $1[0]) },
    .exp2: { exp2(&$0, $1[0]) },
    .expm1: { expm1(&$0, $1[0]) },
    .log: { log(&$0, $1[0]) },
    .log2: { log2(&$0, $1[0]) },
    .log10: { log10(&$0, $1[0]) },
    .log1p: { log1p(&$0, $1[0]) },
    .xlogy: { VectorMath.xlogy(&$0, $1[0], $1[1], log) },
    .sinc: { VectorMath.sinc(&$0, $1[0], sin) },
    .sin: { sin(&$0, $1[0]) },
    .cos: { cos(&$0, $1[0]) },
    .tan: { tan(&$0, $1[0]) },
    .asin: { asin(&$0, $1[0]) },
    .acos: { acos(&$0, $1[0]) },
    .atan: { atan(&$0, $1[0]) },
    .atan2: { atan2(&$0, $1[0], $1[1]) },
    .asinSlope: { asinSlope(&$0, $1[0]) },
    .hypot: { hypot(&$0, $1[0], $1[1]) },
    .directionCosine: { directionCosine(&$0, $1[0], $1[1]) },
    .cbrt: { cbrt(&$0, $1[0]) },
    .sinh: { sinh(&$0, $1[0]) },
    .cosh: { cosh(&$0, $1[0]) },
    .tanh: { tanh(&$0, $1[0]) },
    .sech: { sech(&$0, $1[0]) },
    .asinh: { asinh(&$0, $1[0]) },
    .acosh: { acosh(&$0, $1[0]) },
    .atanh: { atanh(&$0, $1[0]) },
    .erf: { erf(&$0, $1[0]) },
    .erfc: { erfc(&$0, $1[0]) },
    .power: { pow(&$0, $1[0], $1[1]) },
    .sigmoid: { sigmoid(&$0, $1[0]) },
    .softplus: { softplus(&$0, $1[0]) },
  ]

  /// `result` with the sign of x, where it has that sign or none: −0 stays −0.
  static func odd(_ b: inout VectorBuilder, _ x: Value, _ result: Value) -> Value {
    b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// x within two bounds. The constants come first: then NaN goes through.
  static func clamped(_ b: inout VectorBuilder, _ x: Value, _ bounds: ClosedRange<Double>) -> Value {
    let above = b.maximum(b.constant(bounds.lowerBound), x)
    return b.minimum(b.constant(bounds.upperBound), above)
  }

  /// |x|, at most `bound`.
  static func magnitude(_ b: inout VectorBuilder, _ x: Value, upTo bound: Double) -> Value {
    let magnitude = b.magnitude(x)
    return b.minimum(b.constant(bound), magnitude)
  }
}
