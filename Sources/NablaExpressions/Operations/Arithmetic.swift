// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension OperationDefinition {
  static let arithmetic: [OperationDefinition] = [
    .init(.add, "+", .infix, value: .binary { $0 + $1 }, derivative: .binary { _, _, _ in (1, 1) }),
    .init(.subtract, "-", .infix, value: .binary { $0 - $1 }, derivative: .binary { _, _, _ in (1, -1) }),
    .init(.multiply, "*", .infix, value: .binary { $0 * $1 }, derivative: .binary { a, b, _ in (b, a) }),
    .init(
      .divide, "/", .infix, value: .binary { $0 / $1 },
      derivative: .binary { _, b, y in (1 / b, -(y / b)) }),
    .init(.negate, "-", .prefix, value: .unary { -$0 }, derivative: .unary { _, _ in -1 }),

    // xⁿ with a fixed integer n is an operation of its own: its derivative n xⁿ⁻¹ is right at x ≤ 0 too.
    .init(
      .integerPower, "^", .infix, value: .indexed(integerPower),
      derivative: .indexed { x, n, _ in Expr(Double(n)) * pow(x, n - 1) }),

    // x^y. A constant exponent never meets the second partial. With a variable one, ∂y = x^y log x,
    // which is taken as its limit 0 at x = 0 where y > 0, and is NaN for x < 0: x^y is not defined at
    // any exponent near an integer there.
    .init(
      .power, "pow", .function, value: .binary { LibC.pow($0, $1) },
      derivative: .guarded { operands in
        let (x, y) = (operands[0], operands[1])
        let always = Expr.true
        if let exponent = y.constantValue {
          return [.init(operand: 0, partial: y * pow(x, Expr(exponent - 1)), condition: always)]
        }
        return [
          .init(operand: 0, partial: y * pow(x, y - 1), condition: always),
          .init(operand: 1, partial: pow(x, y) * log(x), condition: !((x .== 0) && (y .> 0))),
        ]
      }),
  ]
}

/// xⁿ by repeated squaring for |n| ≤ 32, one multiplication a set bit, so that it equals the products
/// that kernels emit; by the C library's `pow` beyond. x⁰ is 1 for every x, NaN included; x⁻ⁿ = 1/xⁿ.
@Sendable package func integerPower(_ x: Double, _ n: Int) -> Double {
  guard n.magnitude <= 32 else { return LibC.pow(x, Double(n)) }
  guard n != 0 else { return 1 }
  var result = x
  // Left to right: x⁵ = (x²)²·x.
  var bit = (Int.bitWidth - 2) - n.magnitude.leadingZeroBitCount
  while bit >= 0 {
    result *= result
    if n.magnitude >> UInt(bit) & 1 == 1 { result *= x }
    bit -= 1
  }
  return n < 0 ? 1 / result : result
}
