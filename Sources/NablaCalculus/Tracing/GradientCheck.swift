// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// How well the derivatives of a function agree with one another and with finite differences: see
/// ``checkGradients(of:at:tolerance:seed:)``.
public struct GradientCheck: Sendable {
  /// Two ways to the same number.
  public enum Comparison: String, Sendable, CaseIterable {
    /// ∂f/∂xᵢ by the reverse mode and by central differences of f.
    case gradientWithDifferences = "gradient, reverse mode, and central differences of the value"
    /// ∇f · v by the reverse mode and by the forward mode.
    case reverseWithForward = "gradient · direction, reverse and forward mode"
    /// H v, forward over reverse, and central differences of ∇f.
    case hessianWithDifferences = "Hessian · direction and central differences of the gradient"
    /// uᵀ H v and vᵀ H u.
    case symmetry = "Hessian · direction · other direction, both ways"
  }

  /// The largest disagreement of one comparison.
  public struct Disagreement: Sendable {
    /// Which two ways were compared.
    public let comparison: Comparison
    /// |a − b| / scale.
    public let relativeError: Double
    /// What the relative error may be.
    public let tolerance: Double
    /// The two numbers.
    public let values: (Double, Double)
    /// What they belong to: an element of a parameter, or a random direction.
    public let place: String

    /// Whether the error is within the tolerance. NaN and infinities are not, unless both numbers are the same.
    public var isWithinTolerance: Bool { relativeError <= tolerance }
  }

  /// The largest disagreement of each comparison, in the order of ``Comparison``.
  public let disagreements: [Disagreement]

  /// Whether all are within their tolerances.
  public var passed: Bool { disagreements.allSatisfy(\.isWithinTolerance) }
}

extension GradientCheck: CustomStringConvertible {
  /// A line for each comparison.
  public var description: String {
    disagreements.map { worst in
      """
      \(worst.isWithinTolerance ? "ok    " : "FAILED") \(worst.comparison.rawValue): relative error \
      \(worst.relativeError) (tolerance \(worst.tolerance)) at \(worst.place): \
      \(worst.values.0) and \(worst.values.1)
      """
    }.joined(separator: "\n")
  }
}

/// Compares the first and second derivatives of a scalar function with each other and with finite differences,
/// and says where they differ most.
///
/// Compared are, relative to the largest of |∇f|∞ (|H v|∞ for the second order), the curvature over a step and 1: each element of
/// the gradient with central differences of f (a random choice of 100 elements where there are more); its
/// products with three random directions with the forward mode; Hessian–vector products along these
/// directions with central differences of the gradient, and with each other for symmetry. Steps are ∛ε·max(1, |x|).
///
/// A kink within a step of the point, or a function that rounds badly, fails the check too: look at the values.
///
/// - Parameters:
///   - function: a scalar one of tensors.
///   - parameters: where its derivatives are compared.
///   - tolerance: of comparisons with differences; by default 100·ε^⅔ (4·10⁻⁹ for `Double`, 0.0025 for `Float`).
///     Comparisons among exact derivatives have a tolerance of 1000·ε.
///   - seed: of the random directions and elements.
/// - Precondition: the function's value has one element.
/// - Complexity: about 2·min(100, number of elements) values and 15 gradients.
public func checkGradients<P: TensorTree, Failure: Error>(
  of function: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P,
  tolerance: Double? = nil, seed: UInt64 = 0
) throws(Failure) -> GradientCheck {
  typealias Scalar = P.Scalar
  let epsilon = Double(Scalar.ulpOfOne)
  // Of ε, as a power of two.
  let cubeRoot = Double(sign: .plus, exponent: epsilon.exponent / 3, significand: 1)
  let tolerance = tolerance ?? 100 * cubeRoot * cubeRoot
  var generator = SeededGenerator(seed: seed)
  let leaves = parameters.leaves

  func value(_ leaves: [Tensor<Scalar>]) throws(Failure) -> Double {
    Double(try function(parameters.replacingLeaves(with: leaves).constants).item)
  }
  var worst: [GradientCheck.Comparison: GradientCheck.Disagreement] = [:]
  func compare(
    _ comparison: GradientCheck.Comparison, _ a: Double, _ b: Double, scale: Double, _ tolerance: Double,
    _ place: String
  ) {
    var error = abs(a - b) / scale
    if a == b || a.isNaN && b.isNaN { error = 0 }
    if error.isNaN { error = .infinity }
    if let known = worst[comparison], known.relativeError >= error { return }
    worst[comparison] = .init(
      comparison: comparison, relativeError: error, tolerance: tolerance, values: (a, b), place: place)
  }

  // Element by element.
  let (f, slope) = try valueAndGradient(of: function, at: parameters)
  let slopes = slope.leaves
  let largestSlope = slopes.filter { $0.count > 0 }.map { largestMagnitude($0) }.max() ?? 0
  var places = leaves.enumerated().flatMap { leaf, tensor in (0..<tensor.count).map { (leaf, $0) } }
  if places.count > 100 { places = Array(places.shuffled(using: &generator).prefix(100)) }
  for (leaf, element) in places {
    let x = Double(leaves[leaf].flattened()[element])
    let h = cubeRoot * max(1, abs(x))
    func moved(by step: Double) -> (Double, [Tensor<Scalar>]) {
      var moved = leaves
      var flat = leaves[leaf].flattened()
      flat[element] = Scalar(x + step)
      moved[leaf] = flat.reshaped(leaves[leaf].shape)
      return (Double(Scalar(x + step)), moved)
    }
    let (ahead, behind) = (moved(by: h), moved(by: -h))
    // The steps as they were rounded.
    let difference = try (value(ahead.1) - value(behind.1)) / (ahead.0 - behind.0)
    compare(
      .gradientWithDifferences, Double(slopes[leaf].flattened()[element]), difference,
      scale: max(largestSlope, abs(Double(f)), 1), tolerance,
      "element \(element) of tensor \(leaf) of shape \(leaves[leaf].shape)")
  }

  // Along random directions.
  let recorded = try RecordedGradient(of: function, at: parameters)
  let directions = (0..<3).map { _ in
    leaves.map { Tensor<Scalar>.normal($0.shape, using: &generator) }
  }
  let products = directions.map { recorded.product(along: parameters.replacingLeaves(with: $0)).leaves }
  for (number, direction) in directions.enumerated() {
    let place = "random direction \(number), seed \(seed)"
    let along = parameters.replacingLeaves(with: direction)
    let tangent = try jacobianVectorProduct(of: function, at: parameters, along: along).tangent.item
    compare(
      .reverseWithForward, product(slopes, direction), Double(tangent),
      scale: max(product(slopes.map(magnitudes), direction.map(magnitudes)), 1), 1000 * epsilon, place)

    let longest = max(1, direction.filter { $0.count > 0 }.map { largestMagnitude($0) }.max() ?? 0)
    let h = Scalar(cubeRoot / longest)
    let ahead = try gradient(of: function, at: shifted(parameters, by: direction, h)).leaves
    let behind = try gradient(of: function, at: shifted(parameters, by: direction, -h)).leaves
    let largest = products[number].filter { $0.count > 0 }.map { largestMagnitude($0) }.max() ?? 0
    for (leaf, product) in products[number].enumerated() where product.count > 0 {
      let difference = (TracedTensor(ahead[leaf]) - behind[leaf]).value.scalars.map {
        Double($0) / (2 * Double(h))
      }
      for (element, (a, b)) in zip(product.scalars, difference).enumerated() {
        compare(
          .hessianWithDifferences, Double(a), b, scale: max(largest, largestSlope, 1), tolerance,
          "element \(element) of tensor \(leaf) of shape \(leaves[leaf].shape), \(place)")
      }
    }
    let other = (number + 1) % directions.count
    compare(
      .symmetry, product(products[number], directions[other]), product(products[other], direction),
      scale: max(product(products[number].map(magnitudes), directions[other].map(magnitudes)), 1),
      1000 * epsilon, "random directions \(number) and \(other), seed \(seed)")
  }
  return GradientCheck(disagreements: GradientCheck.Comparison.allCases.compactMap { worst[$0] })
}

private func magnitudes<S>(_ x: Tensor<S>) -> Tensor<S> { abs(TracedTensor(x)).value }

private func largestMagnitude<S>(_ x: Tensor<S>) -> Double { Double(magnitudes(x).max()) }

/// Σ aᵢbᵢ over all tensors.
private func product<S: TensorScalar>(_ a: [Tensor<S>], _ b: [Tensor<S>]) -> Double {
  zip(a, b).reduce(0) { $0 + Double((TracedTensor($1.0) * $1.1).sum().item) }
}

private func shifted<P: TensorTree>(
  _ parameters: P, by direction: [Tensor<P.Scalar>], _ step: P.Scalar
) -> P {
  parameters.replacingLeaves(
    with: zip(parameters.leaves, direction).map {
      (TracedTensor($0) + TracedTensor($1) * TracedTensor(step)).value
    })
}
