// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The Gauss–Legendre rule with n nodes: ∫₋₁¹ f(x) dx ≈ Σ wᵢ f(xᵢ), exact for polynomials up to degree 2n − 1.
///
///     let rule = GaussLegendre(5)
///     rule.integral(from: 0, to: .pi) { sin($0) }        // 2.000000110284472
///
/// The nodes are the zeros of the Legendre polynomial Pₙ, found in the angle θ = arccos x by Newton's method from
/// Tricomi's approximation θₖ ≈ (4k − 1)π/(4n + 2); Pₙ and its derivative come from the three-term recurrence. The
/// weights are 2/(∂Pₙ(cos θ)/∂θ)², a form that loses no digits near the ends.
///
/// - Complexity: O(n²).
///
/// Davis and Rabinowitz, "Methods of numerical integration" (2nd ed. 1984), 2.7; Hale and Townsend, "Fast and accurate
/// computation of Gauss–Legendre and Gauss–Jacobi quadrature nodes and weights", SIAM J. Sci. Comput. 35 (2013), for
/// the use of θ.
public struct GaussLegendre: Sendable {
  /// The nodes in (−1, 1), in ascending order.
  public let nodes: [Double]
  /// The weights, all positive; their sum is 2.
  public let weights: [Double]

  /// - Precondition: `count` is at least 1.
  public init(_ count: Int) {
    precondition(count >= 1, "a Gauss–Legendre rule has 1 node or more, not \(count)")
    let n = Double(count)
    var nodes = [Double](repeating: 0, count: count)
    var weights = nodes
    for k in 1...(count + 1) / 2 {
      var theta = (4 * Double(k) - 1) / (4 * n + 2) * .pi
      theta += 1 / (8 * n * n * Double.tan(theta))
      var slope = 0.0
      // Quadratic convergence from an error of O(n⁻⁴): three steps; one more for n = 1, 2.
      for step in 0..<6 {
        let (value, derivative) = Self.legendre(count, angle: theta)
        slope = derivative
        let change = value / derivative
        theta -= change
        if Swift.abs(change) < 1e-16 && step > 0 { break }
      }
      // The middle node of an odd rule is 0.
      let isMiddle = 2 * k - 1 == count
      let x = isMiddle ? 0 : Double.cos(theta)
      if isMiddle { slope = Self.legendre(count, angle: 0.5 * .pi).derivative }
      nodes[count - k] = x
      nodes[k - 1] = -x
      weights[count - k] = 2 / (slope * slope)
      weights[k - 1] = weights[count - k]
    }
    self.nodes = nodes
    self.weights = weights
  }

  /// Pₙ(cos θ) and its derivative by θ, n (cos θ Pₙ − Pₙ₋₁)/sin θ.
  static func legendre(_ count: Int, angle: Double) -> (value: Double, derivative: Double) {
    let x = Double.cos(angle)
    var (previous, value) = (1.0, x)
    for k in stride(from: 2, through: count, by: 1) {
      // Pₖ = Pₖ₋₁x + (k − 1)/k (x Pₖ₋₁ − Pₖ₋₂), whose rounding errors are smaller than those of the usual form.
      let next = value * x + (Double(k) - 1) / Double(k) * (x * value - previous)
      previous = value
      value = next
    }
    return (value, Double(count) * (x * value - previous) / Double.sin(angle))
  }

  /// The rule on [a, b].
  public func integral(from a: Double, to b: Double, _ f: (Double) -> Double) -> Double {
    let (middle, half) = (0.5 * a + 0.5 * b, 0.5 * (b - a))
    var sum = 0.0
    for (x, w) in zip(nodes, weights) { sum += w * f(middle + half * x) }
    return half * sum
  }
}
