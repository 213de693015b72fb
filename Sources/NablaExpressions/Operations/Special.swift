// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// 2/√π (mpmath, 50 digits).
private let twoOverRootPi = 1.128379167095512573896158903121545172

extension OperationDefinition {
  static let special: [OperationDefinition] = [
    .init(
      .erf, "erf", value: .unary { LibC.erf($0) },
      derivative: .unary { x, _ in Expr(twoOverRootPi) * exp(-pow(x, 2)) }),
    .init(
      .erfc, "erfc", value: .unary { LibC.erfc($0) },
      derivative: .unary { x, _ in Expr(-twoOverRootPi) * exp(-pow(x, 2)) }, isNonNegative: true),
    // log|Γ(x)|; lgamma' is the digamma function. The form that returns the sign writes no global one, so it is
    // thread-safe.
    .init(
      .lgamma, "lgamma", value: .unary { LibC.lgamma($0).0 }, derivative: .unary { x, _ in polygamma(0, x) }),
    // ψ⁽ⁿ⁾(x), the derivative of order n + 1 of log Γ.
    .init(
      .polygamma, "polygamma", value: .indexed { x, n in Polygamma.value(order: n, at: x) },
      derivative: .indexed { x, n, _ in polygamma(n + 1, x) }),
    // 1/(1+e⁻ˣ). The exponent is never positive, so nothing overflows, and neither tail loses digits.
    .init(
      .sigmoid, "sigmoid",
      value: .unary { x in
        let t = LibC.exp(-Swift.abs(x))
        return (x < 0 ? t : 1) / (1 + t)
      },
      // s(x)s(−x), not s(1−s), which is 0 from x = 37 on.
      derivative: .unary { x, y in y * sigmoid(-x) }, isNonNegative: true),
    // log(1+eˣ).
    .init(
      .softplus, "softplus",
      value: .unary { x in (x > 0 ? x : 0) + LibC.log1p(LibC.exp(-Swift.abs(x))) },
      derivative: .unary { x, _ in sigmoid(x) }, isNonNegative: true),
    // sin(x)/x, which is smooth at 0.
    .init(
      .sinc, "sinc", value: .unary { x in x == 0 ? 1 : LibC.sin(x) / x },
      derivative: .unary { x, _ in sincDerivative(1, x) }),
    .init(
      .sincDerivative, "sinc_derivative", value: .indexed { x, n in Sinc.derivative(order: n, at: x) },
      derivative: .indexed { x, n, _ in sincDerivative(n + 1, x) }),
    // x log y, 0 where x is 0 but y is not NaN. ∂y = x/y is 0 where both are 0.
    .init(
      .xlogy, "xlogy", value: .binary { x, y in x == 0 && !y.isNaN ? 0 : x * LibC.log(y) },
      derivative: .binary { x, y, _ in (log(y), select(x .== 0 && y .== 0, 0, x / y)) }),
  ]
}

/// The derivative of order n ≥ 1 of sin(x)/x.
private func sincDerivative(_ order: Int, _ x: Expr) -> Expr {
  .applying(.sincDerivative, index: order, to: x)
}
