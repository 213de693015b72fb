// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaKernels
public import NablaTensors

/// Points where the gradient of a scalar function vanishes, minima, maxima and saddles alike, by Newton's
/// method with natural monotonicity damping from a batch of starts.
///
///     let ends = stationaryPoints(of: f, from: [[0, 0], [3, 1], [-4, 2]])
///     for end in ends where end.converged { print(end.point) }
///
/// All starts advance in lockstep: each round computes value, gradient and Hessian of all iterations that
/// are not finished in one run of the kernel. A step is damped until the natural monotonicity test of
/// Deuflhard ("Newton Methods for Nonlinear Problems", 2004, section 3.3) holds, so that f and c·f give
/// the same iterates; a trial that is not finite is rejected and the step is shortened. Where the Hessian
/// is singular the step is that of smallest norm. After convergence full steps go on while they shrink.
///
/// - Parameters:
///   - f: a scalar function of n variables.
///   - starts: points [N, n].
///   - parameters: [p] for all starts or [N, p]; nil if the function has none.
///   - box: the scale of steps, and where they may lead: an iteration that is a quarter of a width outside
///     ends. nil measures coordinates by max(1, |xⱼ|) and sets no bounds.
///   - options: tolerances and limits.
/// - Returns: one end for each start, in their order. They do not depend on the other starts nor on the
///   number of threads. Two starts may end at one point.
/// - Precondition: the shapes fit the function.
/// - Complexity: each iteration O(n³) and one evaluation.
public func stationaryPoints(
  of f: Function, from starts: Tensor<Double>, parameters: Tensor<Double>? = nil, within box: Box? = nil,
  options: StationaryPointOptions = StationaryPointOptions()
) -> [StationaryPoint] {
  let n = f.variables.count
  precondition(
    starts.rank == 2 && starts.shape[1] == n,
    "starts for a function of \(n) variables have shape [N, \(n)]; these have shape \(starts.shape)")
  precondition(
    box == nil || box!.dimension == n,
    "a function of \(n) variables is searched in a box of \(n) ranges, not \(box?.dimension ?? 0)")
  precondition(box?.isBounded ?? true, "the box of stationaryPoints(of:) is bounded; leave it out instead")
  let coordinates = starts.scalars
  var iterations = (0..<starts.shape[0]).map {
    StationaryIteration(start: Array(coordinates[$0 * n..<($0 + 1) * n]))
  }
  var active = Array(iterations.indices)
  var evaluation = Evaluation()
  while !active.isEmpty {
    if let deadline = options.deadline, ContinuousClock.now >= deadline {
      for index in active { iterations[index].giveUp() }
      break
    }
    let trials = Tensor<Double>(shape: [active.count, n]) { buffer in
      for (row, index) in active.enumerated() {
        for j in 0..<n { buffer[row * n + j] = iterations[index].trial[j] }
      }
    }
    f.evaluate(
      [.value, .gradient, .hessian], at: trials, parameters: parameterRows(active, of: parameters),
      into: &evaluation)
    advance(&iterations, active, evaluation, options, box)
    active.removeAll { iterations[$0].reason != nil }
  }
  return iterations.map {
    StationaryPoint(
      point: $0.point, stepNorm: $0.stepNorm, iterations: $0.iterations, evaluations: $0.evaluations,
      reason: $0.reason!)
  }
}

/// Hands the derivatives at their trials to the active iterations, on several threads where that pays.
private func advance(
  _ iterations: inout [StationaryIteration], _ active: [Int], _ evaluation: Evaluation,
  _ options: StationaryPointOptions, _ box: Box?
) {
  let n = iterations[active[0]].point.count
  // Roughly, in nanoseconds: the eigenvalues and vectors of a small matrix.
  let cost = 500 + 30 * Double(n * n * n)
  evaluation.value.withUnsafeBufferPointer { values in
    evaluation.gradient.withUnsafeBufferPointer { gradients in
      evaluation.hessian.withUnsafeBufferPointer { hessians in
        iterations.withUnsafeMutableBufferPointer { iterations in
          // Each chunk works on iterations of its own.
          nonisolated(unsafe) let (all, values) = (iterations, values)
          nonisolated(unsafe) let (gradients, hessians) = (gradients.baseAddress!, hessians.baseAddress!)
          Parallelism.forEachChunk(of: active.count, costPerItem: cost) { range in
            let context = StationaryIteration.Context(options: options, box: box, order: n)
            for row in range {
              all[active[row]].advance(
                value: values[row], gradient: gradients + row * n, hessian: hessians + row * n * n,
                in: context)
            }
          }
        }
      }
    }
  }
}

/// The rows of the parameters that belong to some of the points.
private func parameterRows(_ rows: [Int], of parameters: Tensor<Double>?) -> Tensor<Double>? {
  guard let parameters, parameters.rank == 2, rows.count != parameters.shape[0] else { return parameters }
  let count = parameters.shape[1]
  return Tensor(shape: [rows.count, count]) { buffer in
    for (row, index) in rows.enumerated() {
      for j in 0..<count { buffer[row * count + j] = parameters[index, j] }
    }
  }
}
