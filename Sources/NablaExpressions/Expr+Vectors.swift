// SPDX-License-Identifier: Apache-2.0

// Functions of several expressions that are smooth where the true function is, and keep their range. They are
// scaled by numbers that the derivatives take for constants: the functions do not depend on them.

/// The Euclidean norm √(x₁² + … + xₙ²), without overflow or underflow; 0 of no expressions.
///
/// Its derivatives, of all orders, are those of the norm, also where some components are 0. At the origin its
/// gradient is 0.
public func norm(_ x: [Expr]) -> Expr {
  if x.isEmpty { return 0 }
  if x.count == 1 { return abs(x[0]) }
  if x.count == 2 { return hypot(x[0], x[1]) }
  let largest = x.dropFirst().reduce(abs(x[0])) { max($0, abs($1)) }
  // A power of two near the largest magnitude, in the range of normal numbers. floor' is 0.
  let scale = exp2(floor(log2(min(max(largest, 0x1p-1000), 0x1p1000))))
  let sum = x.reduce(0 as Expr) { $0 + pow($1 / scale, 2) }
  return select(sum .== 0, 0, scale * sqrt(sum))
}

/// log Σ exp(xᵢ) without overflow; −inf of no expressions and where all are −inf.
///
/// Its gradient is the softmax of x.
public func logsumexp(_ x: [Expr]) -> Expr {
  guard let first = x.first else { return Expr(-.infinity) }
  let largest = stopGradient(x.dropFirst().reduce(first) { max($0, $1) })
  let shift = select(abs(largest) .< .init(.infinity), largest, 0)
  return shift + log(x.reduce(0 as Expr) { $0 + exp($1 - shift) })
}
