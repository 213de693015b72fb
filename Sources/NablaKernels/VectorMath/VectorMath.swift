// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// The elementary functions as straight-line vector code, at most 1 ulp off over their whole domains. Those of
/// floats are in ``SingleVectorMath``, but for what is exact in either precision.
///
/// NaN, infinities, signed zeros and domain errors give what the table of operations gives. Arguments that
/// would burden the straight line for little (subnormal arguments of logarithms, angles beyond 10⁶) go to
/// scalar code, lane by lane.
///
/// The largest errors stated at the functions were measured against 128-bit floating point. "All
/// magnitudes" are both signs, half of them with binary logarithms uniform in ±20 and half in ±1074; for
/// sin, cos and tan a quarter lies next to multiples of π/2. The tests repeat the worst arguments found.
enum VectorMath {
  typealias Value = VectorProgram.Value

  /// The code for an operation on vectors of operands; nil where the scalar function is called instead.
  static func lowered(
    _ operation: Operation, _ operands: [Value], _ builder: inout VectorBuilder
  ) -> Value? {
    let rules = builder.precision == .double ? rules : SingleVectorMath.rules
    let rule = anyPrecision[operation] ?? rules[operation]
    return rule?(&builder, operands)
  }

  typealias Rule = @Sendable (inout VectorBuilder, [Value]) -> Value

  private static let anyPrecision: [Operation: Rule] = [
    .multiply: { $0.multiply($1[0], $1[1]) },
    .divide: { $0.divide($1[0], $1[1]) },
    .negate: { $0.negate($1[0]) },
    .sqrt: { $0.squareRoot($1[0]) },
    .abs: { $0.magnitude($1[0]) },
    .floor: { $0.round($1[0], .down) },
    .ceil: { $0.round($1[0], .up) },
    .min: { min(&$0, $1[0], $1[1]) },
    .max: { max(&$0, $1[0], $1[1]) },
    .relu: { relu(&$0, $1[0]) },
    .sign: { sign(&$0, $1[0]) },
    .stopGradient: { $1[0] },
  ]

  private static let rules: [Operation: Rule] = [
    .exp: { exp(&$0, $1[0]) },
    .exp2: { exp2(&$0, $1[0]) },
    .expm1: { expm1(&$0, $1[0]) },
    .log: { log(&$0, $1[0]) },
    .log2: { log2(&$0, $1[0]) },
    .log10: { log10(&$0, $1[0]) },
    .log1p: { log1p(&$0, $1[0]) },
    .xlogy: { xlogy(&$0, $1[0], $1[1], log) },
    .sinc: { sinc(&$0, $1[0], sin) },
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
}
