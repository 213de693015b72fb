// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The expression simplified for reading: like terms collected, powers and numbers joined, common factors
  /// cancelled, terms and factors in a readable order.
  ///
  ///     x + 2*x                    // 3*x
  ///     (x^2 - x*y)/x              // x - y
  ///     x/sqrt(x)                  // sqrt(x)
  ///     sin(x)^2 + cos(x)^2        // 1
  ///     exp(x)*exp(-y)             // exp(x - y)
  ///
  /// The value stays the same as a real function, where both are defined; more can be defined than before
  /// (`x/x` is 1 at 0 too). Rounding changes, and so may the range: the helpers of derivatives that avoid
  /// overflow become plain formulas (1/cosh(x), a/hypot(a, b)), products and powers may overflow or cancel
  /// earlier, `0*x` is 0 where x is infinite, and a condition or jump can flip where it is a matter of
  /// rounding. So it is never applied unasked, and not meant for computing.
  ///
  /// Products of sums are not multiplied out. Sums of more than 64 terms and products of more than 64
  /// factors are simplified in parts.
  ///
  /// - Complexity: O(number of nodes) times at most the length of a sum, without recursion.
  public func simplified() -> Expr { Simplifier.simplified([self])[0] }

  /// Several expressions simplified as by `simplified()`, in one graph.
  public static func simplified(_ expressions: [Expr]) -> [Expr] { Simplifier.simplified(expressions) }
}
