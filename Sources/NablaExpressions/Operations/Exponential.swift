// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// log 2 and log 10 to the last digit of a double (mpmath, 50 digits).
private let ln2 = 0.693147180559945309417232121458176568
private let ln10 = 2.302585092994045684017991454684364208

extension OperationDefinition {
  static let exponential: [OperationDefinition] = [
    // sqrt'(0) = +inf.
    .init(
      .sqrt, "sqrt", value: .unary { $0.squareRoot() }, derivative: .unary { _, y in 0.5 / y },
      isNonNegative: true),
    .init(
      .cbrt, "cbrt", value: .unary { LibC.cbrt($0) }, derivative: .unary { _, y in 1 / (3 * pow(y, 2)) }),
    .init(
      .exp, "exp", value: .unary { LibC.exp($0) }, derivative: .unary { _, y in y }, isNonNegative: true),
    .init(
      .exp2, "exp2", value: .unary { LibC.exp2($0) }, derivative: .unary { _, y in Expr(ln2) * y },
      isNonNegative: true),
    // exp(x), not y + 1, which cancels for x ≪ 0.
    .init(.expm1, "expm1", value: .unary { LibC.expm1($0) }, derivative: .unary { x, _ in exp(x) }),
    // 1/x is defined for x < 0 too, where log is NaN: who searches for critical points looks at the
    // value as well; kernels do not pay for a test here.
    .init(.log, "log", value: .unary { LibC.log($0) }, derivative: .unary { x, _ in 1 / x }),
    .init(
      .log2, "log2", value: .unary { LibC.log2($0) }, derivative: .unary { x, _ in 1 / (Expr(ln2) * x) }),
    .init(
      .log10, "log10", value: .unary { LibC.log10($0) },
      derivative: .unary { x, _ in 1 / (Expr(ln10) * x) }),
    .init(.log1p, "log1p", value: .unary { LibC.log1p($0) }, derivative: .unary { x, _ in 1 / (1 + x) }),
  ]
}
