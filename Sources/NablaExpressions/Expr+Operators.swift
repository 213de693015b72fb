// SPDX-License-Identifier: Apache-2.0

extension Expr {
  public static func + (a: Expr, b: Expr) -> Expr { applying(.add, to: a, b) }
  public static func - (a: Expr, b: Expr) -> Expr { applying(.subtract, to: a, b) }
  public static func * (a: Expr, b: Expr) -> Expr { applying(.multiply, to: a, b) }
  public static func / (a: Expr, b: Expr) -> Expr { applying(.divide, to: a, b) }
  public static prefix func - (x: Expr) -> Expr { applying(.negate, to: x) }
  public static prefix func + (x: Expr) -> Expr { x }

  public static func += (a: inout Expr, b: Expr) { a = a + b }
  public static func -= (a: inout Expr, b: Expr) { a = a - b }
  public static func *= (a: inout Expr, b: Expr) { a = a * b }
  public static func /= (a: inout Expr, b: Expr) { a = a / b }
}

// MARK: - Conditions

/// Pointwise comparisons, spelled as those of Swift's SIMD types: expressions with the value 1 where
/// they hold and 0 elsewhere. They are false where an operand is NaN, but `.!=`, which is true there.
extension Expr {
  /// The condition that always holds.
  static var `true`: Expr { 1 }

  public static func .< (a: Expr, b: Expr) -> Expr { applying(.less, to: a, b) }
  public static func .<= (a: Expr, b: Expr) -> Expr { applying(.lessOrEqual, to: a, b) }
  public static func .> (a: Expr, b: Expr) -> Expr { applying(.less, to: b, a) }
  public static func .>= (a: Expr, b: Expr) -> Expr { applying(.lessOrEqual, to: b, a) }
  public static func .== (a: Expr, b: Expr) -> Expr { applying(.equal, to: a, b) }
  public static func .!= (a: Expr, b: Expr) -> Expr { applying(.notEqual, to: a, b) }

  public static func && (a: Expr, b: Expr) -> Expr { applying(.and, to: a, b) }
  public static func || (a: Expr, b: Expr) -> Expr { applying(.or, to: a, b) }
  public static prefix func ! (a: Expr) -> Expr { applying(.not, to: a) }
}

/// `a` where `condition` holds (is not zero), `b` elsewhere: `where(condition, a, b)` in a formula.
///
/// The derivative, of any order, is that of the branch taken. The other branch takes no part, whatever
/// its value: the derivative of `select(x .> 0, log(x), 0)` at 0 is 0, not NaN. Where the condition is
/// a comparison with NaN, `b` is taken.
public func select(_ condition: Expr, _ a: Expr, _ b: Expr) -> Expr {
  Expr.applying(.select, to: condition, a, b)
}
