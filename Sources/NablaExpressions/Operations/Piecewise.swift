// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension OperationDefinition {
  static let piecewise: [OperationDefinition] = [
    // √(a²+b²) without overflow. Its partials are the direction cosines, 0 at the origin by convention.
    .init(
      .hypot, "hypot", value: .binary { LibC.hypot($0, $1) },
      derivative: .binary { a, b, _ in (directionCosine(a, b), directionCosine(b, a)) }, isNonNegative: true,
      kink: { $0[0] .== 0 && $0[1] .== 0 }),
    // c = a/√(a²+b²) as an operation of its own: its partials s²/r and −cs/r, with s the other cosine,
    // do not cancel where b ≪ a, as the quotient rule does.
    .init(
      .directionCosine, "directionCosine",
      .formula { select(hypot($0[0], $0[1]) .== 0, 0, $0[0] / hypot($0[0], $0[1])) },
      value: .binary { a, b in
        // Powers of two bring huge and subnormal numbers to where their length has all its digits.
        let size = Swift.max(Swift.abs(a), Swift.abs(b))
        let scale = size > 0x1p1000 ? 0x1p-600 : size < 0x1p-500 ? 0x1p600 : 1
        let r = LibC.hypot(a * scale, b * scale)
        return r == 0 ? 0 : a * scale / r
      },
      derivative: .binary { a, b, c in
        let (s, r) = (directionCosine(b, a), hypot(a, b))
        return (pow(s, 2) / r, -(c * (s / r)))
      }, kink: { $0[0] .== 0 && $0[1] .== 0 }),
    // abs'(0) = 0.
    .init(
      .abs, "abs", value: .unary { Swift.abs($0) }, derivative: .unary { x, _ in sign(x) },
      isNonNegative: true, kink: atZero),
    // −1, 0, 1; NaN of NaN.
    .init(.sign, "sign", value: .unary { x in x > 0 ? 1 : x < 0 ? -1 : x }, derivative: .zero, kink: atZero),
    .init(
      .floor, "floor", value: .unary { $0.rounded(.down) }, derivative: .zero,
      kink: { floor($0[0]) .== $0[0] }),
    .init(
      .ceil, "ceil", value: .unary { $0.rounded(.up) }, derivative: .zero, kink: { ceil($0[0]) .== $0[0] }),

    // NaN where either operand is NaN. A tie is shared ½, ½; the operand that loses takes no part.
    .init(
      .min, "min", value: .binary { a, b in a < b || a.isNaN ? a : b },
      derivative: .guarded { [tied(0, $0, wins: !($0[0] .> $0[1])), tied(1, $0, wins: !($0[1] .> $0[0]))] },
      kink: atTie),
    .init(
      .max, "max", value: .binary { a, b in a > b || a.isNaN ? a : b },
      derivative: .guarded { [tied(0, $0, wins: !($0[0] .< $0[1])), tied(1, $0, wins: !($0[1] .< $0[0]))] },
      kink: atTie),
    // max(x, 0), NaN of NaN; relu'(0) = 0.
    .init(
      .relu, "relu", value: .unary { x in x > 0 || x.isNaN ? x : 0 },
      derivative: .guarded { [.init(operand: 0, partial: 1, condition: $0[0] .> 0)] }, isNonNegative: true,
      kink: atZero),
    // The operand, as if it were a constant.
    .init(.stopGradient, "stop_gradient", value: .unary { $0 }, derivative: .zero),
  ]

  private static let atZero: @Sendable ([Expr]) -> Expr = { $0[0] .== 0 }
  private static let atTie: @Sendable ([Expr]) -> Expr = { $0[0] .== $0[1] }

  private static func tied(
    _ operand: Int, _ operands: [Expr], wins condition: Expr
  ) -> OperationDefinition.GuardedPartial {
    .init(operand: operand, partial: select(operands[0] .== operands[1], 0.5, 1), condition: condition)
  }

  /// Comparisons are false where an operand is NaN, but `!=`, which is true there. A condition counts as
  /// true where it is not zero.
  static let conditions: [OperationDefinition] = [
    .init(
      .less, "<", .infix, value: .binary { $0 < $1 ? 1 : 0 }, derivative: .zero, isNonNegative: true,
      kink: atTie),
    .init(
      .lessOrEqual, "<=", .infix, value: .binary { $0 <= $1 ? 1 : 0 }, derivative: .zero,
      isNonNegative: true, kink: atTie),
    .init(
      .equal, "==", .infix, value: .binary { $0 == $1 ? 1 : 0 }, derivative: .zero, isNonNegative: true,
      kink: atTie),
    .init(
      .notEqual, "!=", .infix, value: .binary { $0 != $1 ? 1 : 0 }, derivative: .zero, isNonNegative: true,
      kink: atTie),
    .init(
      .and, "&&", .infix, value: .binary { $0 != 0 && $1 != 0 ? 1 : 0 }, derivative: .zero,
      isNonNegative: true),
    .init(
      .or, "||", .infix, value: .binary { $0 != 0 || $1 != 0 ? 1 : 0 }, derivative: .zero,
      isNonNegative: true),
    .init(.not, "!", .prefix, value: .unary { $0 == 0 ? 1 : 0 }, derivative: .zero, isNonNegative: true),

    // The derivative is that of the branch taken, in every order; the other takes no part.
    .init(
      .select, "where", value: .select,
      derivative: .guarded {
        [
          .init(operand: 1, partial: 1, condition: $0[0]),
          .init(operand: 2, partial: 1, condition: !$0[0]),
        ]
      }),
  ]
}

/// a/√(a²+b²), 0 at the origin.
func directionCosine(_ a: Expr, _ b: Expr) -> Expr { Expr.applying(.directionCosine, to: a, b) }
