// SPDX-License-Identifier: Apache-2.0

// The elementary functions of expressions. Values, derivatives and edge behaviour are the rows of the
// table in Operations/.

/// The square root; NaN for x < 0. Its derivative at 0 is +inf.
public func sqrt(_ x: Expr) -> Expr { .applying(.sqrt, to: x) }
/// The real cube root, of negative numbers too.
public func cbrt(_ x: Expr) -> Expr { .applying(.cbrt, to: x) }
/// eˣ.
public func exp(_ x: Expr) -> Expr { .applying(.exp, to: x) }
/// 2ˣ.
public func exp2(_ x: Expr) -> Expr { .applying(.exp2, to: x) }
/// eˣ − 1, accurate near 0.
public func expm1(_ x: Expr) -> Expr { .applying(.expm1, to: x) }
/// The natural logarithm; NaN for x < 0, −inf at 0.
public func log(_ x: Expr) -> Expr { .applying(.log, to: x) }
/// The logarithm to base 2.
public func log2(_ x: Expr) -> Expr { .applying(.log2, to: x) }
/// The logarithm to base 10.
public func log10(_ x: Expr) -> Expr { .applying(.log10, to: x) }
/// log(1 + x), accurate near 0.
public func log1p(_ x: Expr) -> Expr { .applying(.log1p, to: x) }

/// The sine; x in radians.
public func sin(_ x: Expr) -> Expr { .applying(.sin, to: x) }
/// The cosine; x in radians.
public func cos(_ x: Expr) -> Expr { .applying(.cos, to: x) }
/// The tangent; x in radians.
public func tan(_ x: Expr) -> Expr { .applying(.tan, to: x) }
/// The arc sine in [−π/2, π/2]; NaN outside [−1, 1].
public func asin(_ x: Expr) -> Expr { .applying(.asin, to: x) }
/// The arc cosine in [0, π]; NaN outside [−1, 1].
public func acos(_ x: Expr) -> Expr { .applying(.acos, to: x) }
/// The arc tangent in [−π/2, π/2].
public func atan(_ x: Expr) -> Expr { .applying(.atan, to: x) }
/// The angle of the point (x, y) in [−π, π]. Its derivatives at the origin are NaN.
public func atan2(_ y: Expr, _ x: Expr) -> Expr { .applying(.atan2, to: y, x) }

/// The hyperbolic sine.
public func sinh(_ x: Expr) -> Expr { .applying(.sinh, to: x) }
/// The hyperbolic cosine.
public func cosh(_ x: Expr) -> Expr { .applying(.cosh, to: x) }
/// The hyperbolic tangent.
public func tanh(_ x: Expr) -> Expr { .applying(.tanh, to: x) }
/// The inverse hyperbolic sine.
public func asinh(_ x: Expr) -> Expr { .applying(.asinh, to: x) }
/// The inverse hyperbolic cosine; NaN for x < 1.
public func acosh(_ x: Expr) -> Expr { .applying(.acosh, to: x) }
/// The inverse hyperbolic tangent; NaN outside [−1, 1].
public func atanh(_ x: Expr) -> Expr { .applying(.atanh, to: x) }

/// The error function.
public func erf(_ x: Expr) -> Expr { .applying(.erf, to: x) }
/// 1 − erf(x), accurate for large x.
public func erfc(_ x: Expr) -> Expr { .applying(.erfc, to: x) }
/// log|Γ(x)|; +inf at 0, −1, −2, ….
public func lgamma(_ x: Expr) -> Expr { .applying(.lgamma, to: x) }
/// ψ⁽ⁿ⁾(x), the derivative of order n + 1 of log|Γ(x)|; order 0 is the digamma function.
///
/// - Precondition: `order` ≥ 0.
public func polygamma(_ order: Int, _ x: Expr) -> Expr {
  precondition(order >= 0, "the polygamma function has an order of 0 or more, not \(order)")
  return .applying(.polygamma, index: order, to: x)
}
/// The logistic function 1/(1 + e⁻ˣ), accurate in both tails.
public func sigmoid(_ x: Expr) -> Expr { .applying(.sigmoid, to: x) }
/// log(1 + eˣ), without overflow.
public func softplus(_ x: Expr) -> Expr { .applying(.softplus, to: x) }

/// sin(x)/x, 1 at 0, with all its derivatives (the unnormalised cardinal sine).
public func sinc(_ x: Expr) -> Expr { .applying(.sinc, to: x) }
/// x log y; 0 where x is 0, unless y is NaN: a term of an entropy. ∂x = log y, and ∂y = x/y, which is 0 where both
/// are 0.
public func xlogy(_ x: Expr, _ y: Expr) -> Expr { .applying(.xlogy, to: x, y) }

/// √(a² + b²) without overflow. Its gradient at the origin is 0.
public func hypot(_ a: Expr, _ b: Expr) -> Expr { .applying(.hypot, to: a, b) }
/// |x|. Its derivative at 0 is 0.
public func abs(_ x: Expr) -> Expr { .applying(.abs, to: x) }
/// −1, 0 or 1; NaN of NaN. Its derivative is 0.
public func sign(_ x: Expr) -> Expr { .applying(.sign, to: x) }
/// The largest integer ≤ x. Its derivative is 0.
public func floor(_ x: Expr) -> Expr { .applying(.floor, to: x) }
/// The smallest integer ≥ x. Its derivative is 0.
public func ceil(_ x: Expr) -> Expr { .applying(.ceil, to: x) }
/// The smaller of two; NaN if either is NaN. At a tie each has half of the derivative.
public func min(_ a: Expr, _ b: Expr) -> Expr { .applying(.min, to: a, b) }
/// The larger of two; NaN if either is NaN. At a tie each has half of the derivative.
public func max(_ a: Expr, _ b: Expr) -> Expr { .applying(.max, to: a, b) }
/// max(x, 0). Its derivative at 0 is 0.
public func relu(_ x: Expr) -> Expr { .applying(.relu, to: x) }

/// x, as if it were a constant: its derivative is 0.
public func stopGradient(_ x: Expr) -> Expr { .applying(.stopGradient, to: x) }

/// x^y.
///
/// A constant integer exponent is repeated multiplication and differentiates at every x. With a
/// variable exponent ∂y = x^y log x, which is 0 at x = 0 where y > 0, and NaN for x < 0.
public func pow(_ x: Expr, _ y: Expr) -> Expr { .applying(.power, to: x, y) }
/// xⁿ; 1 for n = 0, whatever x is.
public func pow(_ x: Expr, _ n: Int) -> Expr {
  // The graph holds 32 bits; beyond them every exponent is a number.
  Int32(exactly: n) == nil ? pow(x, Expr(Double(n))) : .applying(.integerPower, index: n, to: x)
}
