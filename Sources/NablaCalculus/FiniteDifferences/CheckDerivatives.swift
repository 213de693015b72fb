// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

extension Function {
  /// Compares the first and second derivatives at a point with finite differences, entry by entry.
  ///
  /// The gradient (or Jacobian) is compared with differences of the value, the second derivatives ∂²fᵢ/∂xⱼ∂xₖ with
  /// differences of the first, which have more digits than second differences of the value and check symmetry too.
  ///
  /// - Parameters:
  ///   - x: one point.
  ///   - parameters: [p] of a function with parameters.
  ///   - tolerance: the relative difference of an entry that is allowed beyond the error of its finite difference;
  ///     that one knows the function's size, but not what digits cancel within it.
  ///   - options: of the finite differences, among others bounds that no point may leave.
  /// - Complexity: about 32 n + 2 evaluations, in two or a few batches.
  public func checkDerivatives(
    at x: [Double], parameters: Tensor<Double>? = nil, tolerance: Double = 1e-6,
    options: FiniteDifferenceOptions = .init()
  ) -> DerivativeCheck {
    let (point, m, n) = (Tensor(x), outputs.count, variables.count)
    let first = finiteDifferenceJacobian(
      ofBatch: { self.value(at: $0, parameters: parameters) }, at: x, options: options)
    let second = finiteDifferenceJacobian(
      ofBatch: { self.jacobian(at: $0, parameters: parameters).reshaped([$0.shape[0], m * n]) }, at: x,
      options: options)
    let exact = evaluate(isScalar ? [.gradient, .hessian] : .jacobian, at: point, parameters: parameters)
    return DerivativeCheck(
      first: (isScalar ? exact.gradient : exact.jacobian).scalars, first,
      second: (isScalar ? exact.hessian : derivative.jacobian(at: point, parameters: parameters)).scalars,
      second,
      outputs: isScalar ? nil : m, variables: variableNames, tolerance)
  }
}

/// Compares a gradient, and a Hessian if there is one, that were derived by hand with finite differences, entry by
/// entry.
///
///     let check = checkDerivatives(
///       of: { x in x[0] * exp(x[1]) },
///       gradient: { x in [exp(x[1]), exp(x[1])] },
///       at: [2, 0.5])
///     print(check)
///     // FAILED first derivatives: 1 of 2 agree, 1 disagree
///     //   disagrees: ∂f/∂x[1] is 1.6487212707001282; finite differences give 3.29744… : a relative error of 0.5
///
/// The Hessian is compared with differences of the gradient: where that one disagrees, repair it first.
///
/// - Parameters: as of ``Function/checkDerivatives(at:parameters:tolerance:options:)``.
/// - Precondition: the gradient has n elements, the Hessian n rows of n elements.
/// - Complexity: 16 n + 1 evaluations of f, as many of the gradient where there is a Hessian, and more where the
///   tolerance of the options is not reached.
public func checkDerivatives<Failure: Error>(
  of f: ([Double]) throws(Failure) -> Double, gradient: ([Double]) throws(Failure) -> [Double],
  hessian: (([Double]) throws(Failure) -> [[Double]])? = nil, at x: [Double], tolerance: Double = 1e-6,
  options: FiniteDifferenceOptions = .init()
) throws(Failure) -> DerivativeCheck {
  let first = try finiteDifferenceGradient(of: f, at: x, options: options)
  let slopes = try gradient(x)
  precondition(slopes.count == x.count, "the gradient at \(x.count) coordinates has \(slopes.count) elements")
  guard let hessian else {
    return DerivativeCheck(first: slopes, first, outputs: nil, variables: names(x.count), tolerance)
  }
  let second = try finiteDifferenceJacobian(of: gradient, at: x, options: options)
  return DerivativeCheck(
    first: slopes, first, second: flattened(try hessian(x), x.count, x.count, "Hessian"), second,
    outputs: nil,
    variables: names(x.count), tolerance)
}

/// Compares a Jacobian that was derived by hand with finite differences, entry by entry.
///
/// - Parameters: as of ``Function/checkDerivatives(at:parameters:tolerance:options:)``.
/// - Precondition: the Jacobian has a row of n elements for each output.
/// - Complexity: 16 n + 1 evaluations of f, and more where the tolerance of the options is not reached.
public func checkDerivatives<Failure: Error>(
  of f: ([Double]) throws(Failure) -> [Double], jacobian: ([Double]) throws(Failure) -> [[Double]],
  at x: [Double], tolerance: Double = 1e-6, options: FiniteDifferenceOptions = .init()
) throws(Failure) -> DerivativeCheck {
  let first = try finiteDifferenceJacobian(of: f, at: x, options: options)
  let m = first.value.shape[0]
  return DerivativeCheck(
    first: flattened(try jacobian(x), m, x.count, "Jacobian"), first, outputs: m, variables: names(x.count),
    tolerance)
}

private func names(_ n: Int) -> [String] { (0..<n).map { "x[\($0)]" } }

private func flattened(_ rows: [[Double]], _ m: Int, _ n: Int, _ what: String) -> [Double] {
  precondition(
    rows.count == m && rows.allSatisfy { $0.count == n },
    "the \(what) has \(m) rows of \(n) elements, not \(rows.map(\.count))")
  return rows.flatMap { $0 }
}

extension DerivativeCheck {
  /// - Parameters:
  ///   - first: [n], or [m, n]; `second` has an axis [n] more.
  ///   - outputs: m; nil of a scalar function.
  fileprivate init(
    first: [Double], _ firstDifferences: FiniteDifferenceResult, second: [Double] = [],
    _ secondDifferences: FiniteDifferenceResult? = nil, outputs: Int?, variables: [String],
    _ tolerance: Double
  ) {
    let n = variables.count
    func entries(_ derivatives: [Double], _ differences: FiniteDifferenceResult, order: Int) -> [Entry] {
      let (values, errors) = (differences.value.scalars, differences.error.scalars)
      return derivatives.indices.map { k in
        let (row, last) = (k / n, k % n)
        let by = order == 1 ? [last] : [row % n, last]
        let output = outputs.map { _ in order == 1 ? row : row / n }
        let function = output.map { "f[\($0)]" } ?? "f"
        return Entry(
          output: output, variables: by,
          name: "∂\(order == 1 ? "" : "²")\(function)/" + by.map { "∂\(variables[$0])" }.joined(),
          derivative: derivatives[k], difference: values[k], differenceError: errors[k],
          status: differences.statuses[k], tolerance: tolerance)
      }
    }
    self.tolerance = tolerance
    self.entries =
      entries(first, firstDifferences, order: 1)
      + (secondDifferences.map { entries(second, $0, order: 2) } ?? [])
  }
}
