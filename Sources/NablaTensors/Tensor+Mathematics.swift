public import RealModule

// Elementwise functions, one row each: free functions, as one writes them on paper. Values at the ends
// of a domain, ±0, infinities and NaN follow the C library, through the swift-numerics function of the
// same name; outside the domain the result is NaN. Each has the shape of its argument, or the
// broadcast shape of its two arguments, and costs O(count).

// MARK: - Exponentials and logarithms

/// eˣ.
@inlinable public func exp<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.exp($0) } }
/// 2ˣ.
@inlinable public func exp2<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.exp2($0) } }
/// 10ˣ.
@inlinable public func exp10<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.exp10($0) } }
/// eˣ − 1, accurate near 0.
@inlinable public func expm1<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.expMinusOne($0) } }
/// The natural logarithm; log(0) = −∞.
@inlinable public func log<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.log($0) } }
/// The binary logarithm.
@inlinable public func log2<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.log2($0) } }
/// The decimal logarithm.
@inlinable public func log10<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.log10($0) } }
/// log(1 + x), accurate near 0.
@inlinable public func log1p<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.log(onePlus: $0) } }

// MARK: - Powers and roots

/// The square root, correctly rounded; sqrt(−0) = −0.
@inlinable public func sqrt<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0.squareRoot() } }
/// The cube root, also of negative numbers.
@inlinable public func cbrt<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.root($0, 3) } }
/// xⁿ for an integer n, also of negative x; 0⁰ = 1.
@inlinable public func pow<S: TensorScalar>(_ x: Tensor<S>, _ n: Int) -> Tensor<S> { x.map { S.pow($0, n) } }
/// xʸ for a real number y: exp(y log x), so NaN for negative x.
@inlinable public func pow<S: TensorScalar>(_ x: Tensor<S>, _ y: S) -> Tensor<S> { x.map { S.pow($0, y) } }
/// xʸ, elementwise: exp(y log x), so NaN for negative x.
@inlinable public func pow<S: TensorScalar>(_ x: Tensor<S>, _ y: Tensor<S>) -> Tensor<S> {
  x.zipMap(y) { S.pow($0, $1) }
}
/// √(x² + y²) without overflow or underflow on the way.
@inlinable public func hypot<S: TensorScalar>(_ x: Tensor<S>, _ y: Tensor<S>) -> Tensor<S> {
  x.zipMap(y) { S.hypot($0, $1) }
}

// MARK: - Trigonometric functions, in radians

@inlinable public func sin<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.sin($0) } }
@inlinable public func cos<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.cos($0) } }
@inlinable public func tan<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.tan($0) } }
/// In [−π/2, π/2]; NaN outside [−1, 1].
@inlinable public func asin<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.asin($0) } }
/// In [0, π]; NaN outside [−1, 1].
@inlinable public func acos<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.acos($0) } }
/// In [−π/2, π/2].
@inlinable public func atan<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.atan($0) } }
/// The angle of the point (x, y), in [−π, π]. The first argument is y, as in C and NumPy.
@inlinable public func atan2<S: TensorScalar>(_ y: Tensor<S>, _ x: Tensor<S>) -> Tensor<S> {
  y.zipMap(x) { S.atan2(y: $0, x: $1) }
}

// MARK: - Hyperbolic functions

@inlinable public func sinh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.sinh($0) } }
@inlinable public func cosh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.cosh($0) } }
@inlinable public func tanh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.tanh($0) } }
@inlinable public func asinh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.asinh($0) } }
/// At least 0; NaN below 1.
@inlinable public func acosh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.acosh($0) } }
/// ±∞ at ±1; NaN outside [−1, 1].
@inlinable public func atanh<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.atanh($0) } }

// MARK: - Special functions

/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
@inlinable public func erf<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.erf($0) } }
/// 1 − erf(x), accurate for large x.
@inlinable public func erfc<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.erfc($0) } }
/// The gamma function; NaN at the negative integers.
@inlinable public func gamma<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.gamma($0) } }
/// log |Γ(x)|.
@inlinable public func lgamma<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { S.logGamma($0) } }
/// The logistic function 1 / (1 + e⁻ˣ), in [0, 1]; relative accuracy at both ends.
@inlinable public func sigmoid<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  // Below about −709 e⁻ˣ overflows, while the result, eˣ, is still a number down to −745.
  x.map { $0 >= 0 ? 1 / (1 + S.exp(-$0)) : S.exp($0) / (1 + S.exp($0)) }
}
/// log(1 + eˣ) without overflow: max(x, 0) + log1p(e^−|x|).
@inlinable public func softplus<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  x.map { ($0 < 0 ? 0 : $0) + S.log(onePlus: S.exp(-$0.magnitude)) }
}
/// max(x, 0); NaN stays NaN.
@inlinable public func relu<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0 < 0 ? 0 : $0 } }

// MARK: - Sign, rounding and bounds

/// |x|.
@inlinable public func abs<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0.magnitude } }
/// −1, 0 or 1; NaN of NaN.
@inlinable public func sign<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  x.map { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 == 0 ? 0 : $0 }
}
/// The largest integer not above x.
@inlinable public func floor<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0.rounded(.down) } }
/// The smallest integer not below x.
@inlinable public func ceil<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> { x.map { $0.rounded(.up) } }
/// The nearest integer, halves to even (as NumPy's `round`).
@inlinable public func round<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> {
  x.map { $0.rounded(.toNearestOrEven) }
}
/// The larger of each pair; NaN if either is NaN.
@inlinable public func maximum<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  a.zipMap(b) { $0 >= $1 || $0 != $0 ? $0 : $1 }
}
/// The larger of each element and a number; NaN if either is NaN.
@inlinable public func maximum<S: TensorScalar>(_ a: Tensor<S>, _ b: S) -> Tensor<S> {
  a.map { $0 >= b || $0 != $0 ? $0 : b }
}
/// The smaller of each pair; NaN if either is NaN.
@inlinable public func minimum<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  a.zipMap(b) { $0 <= $1 || $0 != $0 ? $0 : $1 }
}
/// The smaller of each element and a number; NaN if either is NaN.
@inlinable public func minimum<S: TensorScalar>(_ a: Tensor<S>, _ b: S) -> Tensor<S> {
  a.map { $0 <= b || $0 != $0 ? $0 : b }
}
/// The nearest number in a range; NaN stays NaN.
@inlinable public func clamp<S: TensorScalar>(_ x: Tensor<S>, to range: ClosedRange<S>) -> Tensor<S> {
  let (low, high) = (range.lowerBound, range.upperBound)
  return x.map { $0 < low ? low : $0 > high ? high : $0 }
}
