// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import RealModule

// Elementwise functions, one row each: free functions, as one writes them on paper. They run in kernels, which
// are compiled at a function's first use, on several threads where that pays. Results are within 1 ulp; of
// exp10, gamma and round they are those of the swift-numerics function. An element's result has the same bits
// at every place and in every layout of a tensor. Values at the ends of a domain, ±0, infinities and NaN are
// those of the C library; outside the domain the result is NaN. Each has the shape of its argument, or the
// broadcast shape of its two arguments, and costs O(count).

// MARK: - Exponentials and logarithms

/// eˣ.
public func exp<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.exp)) }
/// 2ˣ.
public func exp2<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.exp2)) }
/// 10ˣ.
@inlinable public func exp10<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.exp10($0) } }
/// eˣ − 1, accurate near 0.
public func expm1<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.expm1)) }
/// The natural logarithm; log(0) = −∞.
public func log<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.log)) }
/// The binary logarithm.
public func log2<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.log2)) }
/// The decimal logarithm.
public func log10<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.log10)) }
/// log(1 + x), accurate near 0.
public func log1p<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.log1p)) }

// MARK: - Powers and roots

/// The square root, correctly rounded; sqrt(−0) = −0.
public func sqrt<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.sqrt)) }
/// The cube root, also of negative numbers.
public func cbrt<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.cbrt)) }
/// xⁿ for an integer n, also of negative x; x⁰ = 1, of NaN too.
public func pow<S: TensorScalar>(_ x: Tensor<S>, _ n: Int) -> Tensor<S> {
  switch n {
  case 1: return x
  case 2: return x * x
  case -1: return 1 / x
  default:
    // An exponent that is rounded may be even where n is odd.
    guard let y = S(exactly: n) else { return x.map { S.pow($0, n) } }
    return x.combined(y, .of(.power))
  }
}
/// xʸ for a real number y; of negative x only for integers y, else NaN. x⁰ = 1, of NaN too.
public func pow<S: TensorScalar>(_ x: Tensor<S>, _ y: S) -> Tensor<S> {
  y == 2 ? x * x : x.combined(y, .of(.power))
}
/// xʸ, elementwise; of negative x only for integers y, else NaN. x⁰ = 1, of NaN too.
public func pow<S: TensorScalar>(_ x: Tensor<S>, _ y: Tensor<S>) -> Tensor<S> { x.combined(y, .of(.power)) }
/// √(x² + y²) without overflow or underflow on the way; infinite if either is, even if the other is NaN.
public func hypot<S: TensorScalar>(_ x: Tensor<S>, _ y: Tensor<S>) -> Tensor<S> { x.combined(y, .of(.hypot)) }

// MARK: - Trigonometric functions, in radians

/// The sine.
public func sin<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.sin)) }
/// The cosine.
public func cos<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.cos)) }
/// The tangent.
public func tan<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.tan)) }
/// In [−π/2, π/2]; NaN outside [−1, 1].
public func asin<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.asin)) }
/// In [0, π]; NaN outside [−1, 1].
public func acos<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.acos)) }
/// In [−π/2, π/2].
public func atan<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.atan)) }
/// The angle of the point (x, y), in [−π, π]. The first argument is y, as in C and NumPy.
public func atan2<S: TensorScalar>(_ y: Tensor<S>, _ x: Tensor<S>) -> Tensor<S> { y.combined(x, .of(.atan2)) }

// MARK: - Hyperbolic functions

/// The hyperbolic sine.
public func sinh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.sinh)) }
/// The hyperbolic cosine.
public func cosh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.cosh)) }
/// The hyperbolic tangent.
public func tanh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.tanh)) }
/// The inverse hyperbolic sine.
public func asinh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.asinh)) }
/// At least 0; NaN below 1.
public func acosh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.acosh)) }
/// ±∞ at ±1; NaN outside [−1, 1].
public func atanh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.atanh)) }

// MARK: - Special functions

/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
public func erf<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.erf)) }
/// 1 − erf(x), accurate for large x.
public func erfc<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.erfc)) }
/// The gamma function; NaN at the negative integers.
@inlinable public func gamma<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.gamma($0) } }
/// log |Γ(x)|.
public func lgamma<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.lgamma)) }
/// The logistic function 1 / (1 + e⁻ˣ), in [0, 1]; relative accuracy at both ends.
public func sigmoid<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.sigmoid)) }
/// log(1 + eˣ) without overflow: max(x, 0) + log1p(e^−|x|).
public func softplus<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.softplus)) }
/// max(x, 0); NaN stays NaN.
public func relu<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.relu)) }

// MARK: - Sign, rounding and bounds

/// |x|.
public func abs<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.abs)) }
/// −1, 0 (with the sign of x) or 1; NaN of NaN.
public func sign<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.sign)) }
/// The largest integer not above x.
public func floor<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.floor)) }
/// The smallest integer not below x.
public func ceil<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.mapped(.of(.ceil)) }
/// The nearest integer, halves to even (as NumPy's `round`).
@inlinable public func round<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  x.map { $0.rounded(.toNearestOrEven) }
}
/// The larger of each pair; NaN if either is NaN.
public func maximum<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> { a.combined(b, .of(.max)) }
/// The larger of each element and a number; NaN if either is NaN.
public func maximum<S: TensorScalar>(_ a: Tensor<S>, _ b: S) -> Tensor<S> { a.combined(b, .of(.max)) }
/// The smaller of each pair; NaN if either is NaN.
public func minimum<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> { a.combined(b, .of(.min)) }
/// The smaller of each element and a number; NaN if either is NaN.
public func minimum<S: TensorScalar>(_ a: Tensor<S>, _ b: S) -> Tensor<S> { a.combined(b, .of(.min)) }
/// The nearest number in a range; NaN stays NaN.
public func clamp<S: TensorScalar>(_ x: Tensor<S>, to range: ClosedRange<S>) -> Tensor<S> {
  .combined([x, Tensor(range.lowerBound), Tensor(range.upperBound)], .clamp)
}

extension ElementwiseOperation {
  fileprivate static let clamp = ElementwiseOperation(3) { x in
    select(x[0] .< x[1], x[1], select(x[0] .> x[2], x[2], x[0]))
  }
}
