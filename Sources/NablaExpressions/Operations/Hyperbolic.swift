// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension OperationDefinition {
  static let hyperbolic: [OperationDefinition] = [
    .init(.sinh, "sinh", value: .unary { LibC.sinh($0) }, derivative: .unary { x, _ in cosh(x) }),
    .init(
      .cosh, "cosh", value: .unary { LibC.cosh($0) }, derivative: .unary { x, _ in sinh(x) },
      isNonNegative: true),
    // tanh' = sech², not 1 − tanh², which is 0 from x = 19 on: tanh'(20) = 1.7e-17.
    .init(.tanh, "tanh", value: .unary { LibC.tanh($0) }, derivative: .unary { x, _ in pow(sech(x), 2) }),
    // sech = 1/cosh as an operation of its own: its derivative −sech·tanh is right where cosh
    // overflows and the quotient rule would give inf/inf.
    .init(
      .sech, "sech", .formula { 1 / cosh($0[0]) },
      // From 710 on cosh overflows, while sech is 2e⁻ˣ down to the smallest number.
      value: .unary { x in
        if Swift.abs(x) < 700 { return 1 / LibC.cosh(x) }
        let root = LibC.exp(-0.5 * Swift.abs(x))
        return 2 * root * root
      },
      derivative: .unary { x, y in -(y * tanh(x)) }, isNonNegative: true),
    // hypot(1, x) for √(1+x²): x² would overflow from 1.3e154 on.
    .init(.asinh, "asinh", value: .unary { LibC.asinh($0) }, derivative: .unary { x, _ in 1 / hypot(1, x) }),
    // Two roots for √(x²−1): exact near 1, and no overflow.
    .init(
      .acosh, "acosh", value: .unary { LibC.acosh($0) },
      derivative: .unary { x, _ in 1 / sqrt(x - 1) / sqrt(x + 1) }, isNonNegative: true),
    // The partial fractions of 1/(1−x²): exact near ±1, and infinite there in every order.
    .init(
      .atanh, "atanh", value: .unary { LibC.atanh($0) },
      derivative: .unary { x, _ in 0.5 / (1 - x) + 0.5 / (1 + x) }),
  ]
}

/// 1/cosh(x).
func sech(_ x: Expr) -> Expr { Expr.applying(.sech, to: x) }
