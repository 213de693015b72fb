// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors
internal import Synchronization

// Elementwise functions, one row each: the functions of tensors of the same names. Their derivatives are those
// of the table of elementary operations, with its conventions at kinks: abs'(0) = 0, relu'(0) = 0, ties of
// `minimum` and `maximum` share.

/// eˣ.
public func exp<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.exp)(x) }
/// 2ˣ.
public func exp2<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.exp2)(x) }
/// eˣ − 1, accurate near 0.
public func expm1<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.expm1)(x) }
/// The natural logarithm; NaN for x < 0, −inf at 0.
public func log<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.log)(x) }
/// The logarithm to base 2.
public func log2<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.log2)(x) }
/// The logarithm to base 10.
public func log10<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.log10)(x) }
/// log(1 + x), accurate near 0.
public func log1p<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.log1p)(x) }

/// The square root; its derivative at 0 is +inf.
public func sqrt<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.sqrt)(x) }
/// The real cube root, of negative numbers too.
public func cbrt<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.cbrt)(x) }
/// x².
public func square<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { pow(x, 2) }
/// xⁿ, also of negative x; 0⁰ = 1.
public func pow<S: TensorScalar>(_ x: TracedTensor<S>, _ n: Int) -> TracedTensor<S> {
  integerPowers.withLock { rules in
    if let known = rules[n] { return known }
    let made = ElementwiseRule("^\(n)", 1) { pow($0[0], n) }
    rules[n] = made
    return made
  }(x)
}
/// xʸ for real y; NaN for negative x. With respect to y its derivative is 0 at x = 0, y > 0.
public func pow<S: TensorScalar>(_ x: TracedTensor<S>, _ y: TracedTensor<S>) -> TracedTensor<S> {
  rule(.power)(x, y)
}
/// xʸ for a real number y; NaN for negative x, unless y is an integer.
public func pow<S: TensorScalar>(_ x: TracedTensor<S>, _ y: S) -> TracedTensor<S> {
  if let n = Int(exactly: y), abs(n) <= 64 { return pow(x, n) }
  return pow(x, TracedTensor(y))
}
/// √(x² + y²); its gradient at the origin is 0.
public func hypot<S: TensorScalar>(_ x: TracedTensor<S>, _ y: TracedTensor<S>) -> TracedTensor<S> {
  rule(.hypot)(x, y)
}

/// The sine; x in radians.
public func sin<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.sin)(x) }
/// The cosine; x in radians.
public func cos<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.cos)(x) }
/// The tangent; x in radians.
public func tan<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.tan)(x) }
/// The arc sine in [−π/2, π/2]; NaN outside [−1, 1].
public func asin<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.asin)(x) }
/// The arc cosine in [0, π]; NaN outside [−1, 1].
public func acos<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.acos)(x) }
/// The arc tangent in [−π/2, π/2].
public func atan<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.atan)(x) }
/// The angle of the point (x, y); the first argument is y.
public func atan2<S: TensorScalar>(_ y: TracedTensor<S>, _ x: TracedTensor<S>) -> TracedTensor<S> {
  rule(.atan2)(y, x)
}

/// The hyperbolic sine.
public func sinh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.sinh)(x) }
/// The hyperbolic cosine.
public func cosh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.cosh)(x) }
/// The hyperbolic tangent.
public func tanh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.tanh)(x) }
/// The inverse hyperbolic sine.
public func asinh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.asinh)(x) }
/// The inverse hyperbolic cosine; NaN for x < 1.
public func acosh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.acosh)(x) }
/// The inverse hyperbolic tangent; NaN outside [−1, 1].
public func atanh<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.atanh)(x) }

/// The error function.
public func erf<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.erf)(x) }
/// 1 − erf(x), accurate for large x.
public func erfc<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.erfc)(x) }
/// log|Γ(x)|; +inf at 0, −1, −2, ….
public func lgamma<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.lgamma)(x) }
/// The logistic function 1/(1 + e⁻ˣ), accurate in both tails.
public func sigmoid<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.sigmoid)(x) }
/// log(1 + eˣ), without overflow.
public func softplus<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.softplus)(x) }
/// max(x, 0); its derivative at 0 is 0.
public func relu<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.relu)(x) }

/// |x|; its derivative at 0 is 0.
public func abs<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.abs)(x) }
/// −1, 0 or 1; its derivative is 0.
public func sign<S: TensorScalar>(_ x: TracedTensor<S>) -> TracedTensor<S> { rule(.sign)(x) }
/// The larger of two, elementwise; NaN if either is NaN. At a tie each has half of the derivative.
public func maximum<S: TensorScalar>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  rule(.max)(a, b)
}
/// With a number; a literal is taken for a tensor of shape [].
@_disfavoredOverload
public func maximum<S: TensorScalar>(_ a: TracedTensor<S>, _ b: S) -> TracedTensor<S> {
  maximum(a, TracedTensor(b))
}
/// The smaller of two, elementwise; NaN if either is NaN. At a tie each has half of the derivative.
public func minimum<S: TensorScalar>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  rule(.min)(a, b)
}
/// With a number; a literal is taken for a tensor of shape [].
@_disfavoredOverload
public func minimum<S: TensorScalar>(_ a: TracedTensor<S>, _ b: S) -> TracedTensor<S> {
  minimum(a, TracedTensor(b))
}
/// The nearest number in a range, min(max(x, lower), upper); its derivative at the bounds is ½.
public func clamp<S: TensorScalar>(_ x: TracedTensor<S>, to range: ClosedRange<S>) -> TracedTensor<S> {
  minimum(maximum(x, range.lowerBound), range.upperBound)
}

/// `a` where the mask is not 0, `b` elsewhere; all three broadcast. The side not taken takes no part in the
/// derivative, whatever its value.
public func select<S: TensorScalar>(
  _ mask: Tensor<S>, _ a: TracedTensor<S>, _ b: TracedTensor<S>
) -> TracedTensor<S> {
  rule(.select)(TracedTensor(mask), a, b)
}

/// The rule of an operation whose operands are all tensors.
private func rule(_ operation: Operation) -> ElementwiseRule { rules[Int(operation.rawValue)]! }

private let rules: [ElementwiseRule?] = Operation.allCases.map { operation in
  switch operation.definition.value {
  case .leaf, .indexed, .indexedBinary: nil
  case .unary: ElementwiseRule(operation.definition.spelling, 1) { .applying(operation, to: $0[0]) }
  case .binary: ElementwiseRule(operation.definition.spelling, 2) { .applying(operation, to: $0[0], $0[1]) }
  case .select:
    ElementwiseRule(operation.definition.spelling, 3) { .applying(operation, to: $0[0], $0[1], $0[2]) }
  }
}

private let integerPowers = Mutex<[Int: ElementwiseRule]>([:])
