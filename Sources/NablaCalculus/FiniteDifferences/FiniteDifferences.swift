// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

// Derivatives of functions that are only known by their values.
//
// Steps are halved eight times from a sixteenth of the coordinate's size, the differences extrapolated to step 0, and the
// best of all estimates taken; what is not yet good enough goes on with smaller steps. All points of a round are
// evaluated in one call, which the forms with `ofBatch` hand over as one tensor.

/// f'(x) or f''(x) of a function of one variable.
///
///     finiteDifferenceDerivative(of: { exp(sin($0)) }, at: 1).value.item
///
/// - Parameters:
///   - f: the function.
///   - x: where.
///   - order: 1 or 2.
///   - options: scheme, steps, bounds and tolerance.
/// - Complexity: 17 evaluations of f, up to 65 where the tolerance is not reached, and up to three times as many
///   where f is not finite on both sides.
public func finiteDifferenceDerivative<Failure: Error>(
  of f: (Double) throws(Failure) -> Double, at x: Double, order: Int = 1,
  options: FiniteDifferenceOptions = .init()
) throws(Failure) -> FiniteDifferenceResult {
  precondition(order == 1 || order == 2, "finite differences are of order 1 or 2, not \(order)")
  return try result([], [DifferenceTask(first: 0, second: order == 1 ? nil : 0)], [x], options) {
    (points: [[Double]]) throws(Failure) in
    try each(points) { (point: [Double]) throws(Failure) in [try f(point[0])] }
  }
}

/// ∇f(x), of shape [n].
///
/// - Complexity: 16 n + 1 evaluations of f, up to four times as many where the tolerance is not reached, and more
///   where f is not finite on both sides.
public func finiteDifferenceGradient<Failure: Error>(
  of f: ([Double]) throws(Failure) -> Double, at x: [Double], options: FiniteDifferenceOptions = .init()
) throws(Failure) -> FiniteDifferenceResult {
  try result([x.count], firstOrder(x.count), x, options) { (points: [[Double]]) throws(Failure) in
    try each(points) { (point: [Double]) throws(Failure) in [try f(point)] }
  }
}

/// ∂fᵢ/∂xⱼ, of shape [m, n].
///
/// - Complexity: as of a gradient.
public func finiteDifferenceJacobian<Failure: Error>(
  of f: ([Double]) throws(Failure) -> [Double], at x: [Double], options: FiniteDifferenceOptions = .init()
) throws(Failure) -> FiniteDifferenceResult {
  try result(nil, firstOrder(x.count), x, options) { (points: [[Double]]) throws(Failure) in
    try each(points, f)
  }
}

/// The Hessian of f at x, of shape [n, n]; its triangles are the same numbers.
///
/// - Complexity: 8 n (n + 1) + 1 evaluations of f; more as for a gradient.
public func finiteDifferenceHessian<Failure: Error>(
  of f: ([Double]) throws(Failure) -> Double, at x: [Double], options: FiniteDifferenceOptions = .init()
) throws(Failure) -> FiniteDifferenceResult {
  try hessian(x, options) { (points: [[Double]]) throws(Failure) in
    try each(points) { (point: [Double]) throws(Failure) in [try f(point)] }
  }
}

// MARK: - Many points at a time

/// ∇f(x) of a function that takes points [N, n] and gives values [N].
public func finiteDifferenceGradient(
  ofBatch f: (Tensor<Double>) -> Tensor<Double>, at x: [Double], options: FiniteDifferenceOptions = .init()
) -> FiniteDifferenceResult {
  result([x.count], firstOrder(x.count), x, options) { rows(f, $0) }
}

/// ∂fᵢ/∂xⱼ, [m, n], of a function that takes points [N, n] and gives values [N, m].
public func finiteDifferenceJacobian(
  ofBatch f: (Tensor<Double>) -> Tensor<Double>, at x: [Double], options: FiniteDifferenceOptions = .init()
) -> FiniteDifferenceResult {
  result(nil, firstOrder(x.count), x, options) { rows(f, $0) }
}

/// The Hessian, [n, n], of a function that takes points [N, n] and gives values [N].
public func finiteDifferenceHessian(
  ofBatch f: (Tensor<Double>) -> Tensor<Double>, at x: [Double], options: FiniteDifferenceOptions = .init()
) -> FiniteDifferenceResult {
  hessian(x, options) { rows(f, $0) }
}

private func rows(_ f: (Tensor<Double>) -> Tensor<Double>, _ points: [[Double]]) -> [[Double]] {
  let values = f(Tensor(shape: [points.count, points[0].count], scalars: points.flatMap { $0 }))
  precondition(
    1...2 ~= values.rank && values.shape[0] == points.count,
    "a function of points [\(points.count), \(points[0].count)] gives values [\(points.count)] or "
      + "[\(points.count), m], not \(values.shape)")
  let (scalars, width) = (values.scalars, values.rank == 1 ? 1 : values.shape[1])
  return points.indices.map { Array(scalars[$0 * width..<($0 + 1) * width]) }
}

// MARK: -

/// f point by point.
private func each<Failure: Error>(
  _ points: [[Double]], _ f: ([Double]) throws(Failure) -> [Double]
) throws(Failure) -> [[Double]] {
  var values: [[Double]] = []
  for point in points { values.append(try f(point)) }
  return values
}

private func firstOrder(_ n: Int) -> [DifferenceTask] {
  (0..<n).map { DifferenceTask(first: $0, second: nil) }
}

/// - Parameter shape: of the result; nil for [outputs, tasks].
private func result<Failure: Error>(
  _ shape: [Int]?, _ tasks: [DifferenceTask], _ x: [Double], _ options: FiniteDifferenceOptions,
  _ evaluate: ([[Double]]) throws(Failure) -> [[Double]]
) throws(Failure) -> FiniteDifferenceResult {
  var run = DifferenceRun(x, tasks, options)
  let entries = try run.run(evaluate)
  let outputs = entries.first?.count ?? 1
  return FiniteDifferenceResult(
    shape ?? [outputs, tasks.count], (0..<outputs).flatMap { output in entries.map { $0[output] } },
    run.evaluationCount)
}

private func hessian<Failure: Error>(
  _ x: [Double], _ options: FiniteDifferenceOptions, _ evaluate: ([[Double]]) throws(Failure) -> [[Double]]
) throws(Failure) -> FiniteDifferenceResult {
  let n = x.count
  let places = (0..<n).flatMap { i in (0...i).map { (i, $0) } }
  var run = DifferenceRun(x, places.map { DifferenceTask(first: $0.0, second: $0.1) }, options)
  let entries = try run.run(evaluate)
  var matrix = [DifferenceRun.Entry](repeating: .init(), count: n * n)
  for ((i, j), entry) in zip(places, entries) {
    matrix[i * n + j] = entry[0]
    matrix[j * n + i] = entry[0]
  }
  return FiniteDifferenceResult([n, n], matrix, run.evaluationCount)
}

extension FiniteDifferenceResult {
  fileprivate init(_ shape: [Int], _ entries: [DifferenceRun.Entry], _ evaluationCount: Int) {
    value = Tensor(shape: shape, scalars: entries.map(\.value))
    error = Tensor(shape: shape, scalars: entries.map(\.error))
    statuses = entries.map(\.status)
    self.evaluationCount = evaluationCount
  }
}
