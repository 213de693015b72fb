// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension OperationDefinition {
  static let trigonometric: [OperationDefinition] = [
    .init(.sin, "sin", value: .unary { LibC.sin($0) }, derivative: .unary { x, _ in cos(x) }),
    .init(.cos, "cos", value: .unary { LibC.cos($0) }, derivative: .unary { x, _ in -sin(x) }),
    .init(.tan, "tan", value: .unary { LibC.tan($0) }, derivative: .unary { _, y in 1 + pow(y, 2) }),
    .init(.asin, "asin", value: .unary { LibC.asin($0) }, derivative: .unary { x, _ in asinSlope(x) }),
    .init(.acos, "acos", value: .unary { LibC.acos($0) }, derivative: .unary { x, _ in -asinSlope(x) }),
    .init(
      .atan, "atan", value: .unary { LibC.atan($0) }, derivative: .unary { x, _ in 1 / (1 + pow(x, 2)) }),

    // atan2(y, x): ∂y = x/(x²+y²), ∂x = −y/(x²+y²), written with direction cosines and the length r so
    // that no square overflows or underflows. NaN at the origin.
    .init(
      .atan2, "atan2", value: .binary { LibC.atan2($0, $1) },
      derivative: .binary { y, x, _ in
        let r = hypot(x, y)
        return (directionCosine(x, y) / r, -(directionCosine(y, x) / r))
      }),

    // s(x) = asin'(x) = 1/√(1−x²) as an operation of its own, because its derivative x s³ is finite or
    // of the right infinite sign up to x = ±1, where the chain rule through (1−x)(1+x) meets inf·0.
    .init(
      .asinSlope, "asinSlope", .formula { 1 / sqrt((1 - $0[0]) * (1 + $0[0])) },
      value: .unary { 1 / ((1 - $0) * (1 + $0)).squareRoot() },
      derivative: .unary { x, y in x * pow(y, 3) }, isNonNegative: true),
  ]
}

/// 1/√(1−x²), the derivative of asin.
func asinSlope(_ x: Expr) -> Expr { Expr.applying(.asinSlope, to: x) }
