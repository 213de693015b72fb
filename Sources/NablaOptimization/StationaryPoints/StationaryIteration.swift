// SPDX-License-Identifier: Apache-2.0

/// One start's damped Newton iteration for g(x) = 0.
///
/// It is driven from outside, which evaluates the derivatives at ``trial`` and hands them to ``advance``,
/// so that many iterations can share one run of the kernel. All lengths are scaled: z = x/scale.
///
/// A trial x + αp is accepted by the natural monotonicity test ‖p̄‖ ≤ (1 − α/2)‖p‖ with the simplified
/// correction p̄ = −H(x)⁻¹ g(x + αp) (Deuflhard, "Newton Methods for Nonlinear Problems", 2004, section
/// 3.3): a test in the space of x, which multiplying f by a constant does not change.
struct StationaryIteration {
  private(set) var point: [Double]
  private(set) var trial: [Double]
  private(set) var stepNorm = Double.infinity
  private(set) var iterations = 0
  private(set) var evaluations = 0
  private(set) var reason: StationaryPoint.Reason?

  /// The scaled step at `point`, and the decomposition of the scaled Hessian there.
  private var step: [Double]
  private var eigenvalues: [Double]
  private var eigenvectors: [Double]
  /// Powers of two that bring the scaled Hessian's diagonal to about 1.
  private var balance: [Double]
  /// The last one that was computed, by the new gradient and the old Hessian, or both new.
  private var correction: [Double]
  private var damping = 1.0
  private var fraction = 1.0
  private var isRankDeficient = false

  init(start: [Double]) {
    // All memory is made here: iterations are many.
    point = start
    trial = start
    step = Array(repeating: 0, count: start.count)
    eigenvalues = step
    balance = step
    correction = step
    eigenvectors = Array(repeating: 0, count: start.count * start.count)
  }

  /// What all iterations of a batch share.
  struct Context {
    let options: StationaryPointOptions
    let box: Box?
    let solver: SymmetricEigensolver
    let scales: [Double]?

    init(options: StationaryPointOptions, box: Box?, order: Int) {
      self.options = options
      self.box = box
      solver = SymmetricEigensolver(order: order)
      scales = box?.scales
    }

    func scale(_ axis: Int, _ x: Double) -> Double { scales?[axis] ?? Swift.max(1, Swift.abs(x)) }
  }

  /// Ends the iteration where it is, because the time is over.
  mutating func giveUp() { reason = .timeLimit }

  /// Takes the derivatives at ``trial``, and makes the next trial or ends with a reason.
  mutating func advance(
    value: Double, gradient: UnsafePointer<Double>, hessian: UnsafePointer<Double>, in context: Context
  ) {
    evaluations += 1
    let isStart = evaluations == 1
    guard isFinite(value, gradient, hessian) else {
      if isStart { reason = .nonFiniteStart } else { shorten(by: 0.25, else: .nonFinite, context) }
      return
    }
    if !isStart {
      correct(gradient, context)
      let simplified = norm(correction)
      let isAccepted = simplified <= (1 - 0.5 * fraction) * stepNorm
      // At the level of rounding the test says nothing; the step is as small as it gets.
      if !isAccepted && fraction == 1 && stepNorm <= context.options.stepTolerance { return finish() }
      guard isAccepted || !context.options.isDamped else {
        return shorten(by: 0.5, else: .stalled, context)
      }
      damping = Swift.min(1, 2 * damping)
    }
    accept(gradient, hessian, isStart, context)
  }

  private mutating func accept(
    _ gradient: UnsafePointer<Double>, _ hessian: UnsafePointer<Double>, _ isStart: Bool, _ context: Context
  ) {
    let options = context.options
    let oldNorm = stepNorm
    // The old point stays in the place of the trial until there is a new one.
    swap(&point, &trial)
    if !isStart { iterations += 1 }
    guard decompose(hessian, context) else {
      reason = isStart ? .nonFiniteStart : .nonFinite
      return
    }
    correct(gradient, context)
    swap(&step, &correction)
    deflate(context)
    stepNorm = norm(step)
    if fraction == 1 && oldNorm <= options.stepTolerance && stepNorm > 0.9 * oldNorm {
      if oldNorm < stepNorm {
        swap(&point, &trial)
        stepNorm = oldNorm
      }
      return finish()
    }
    let isBelowRounding = point.indices.allSatisfy { j in
      Swift.abs(step[j]) * context.scale(j, point[j]) <= 0.25 * point[j].ulp || step[j] == 0
    }
    if isBelowRounding || stepNorm <= 0x1p-56 { return finish() }
    if let box = context.box, isFar(from: box, context) {
      reason = .leftBox
    } else if iterations >= options.maxIterations {
      reason =
        stepNorm <= options.stepTolerance ? (isRankDeficient ? .singular : .converged) : .iterationLimit
    } else {
      makeTrial(context)
    }
  }

  private mutating func finish() { reason = isRankDeficient ? .singular : .converged }

  private mutating func shorten(by factor: Double, else failure: StationaryPoint.Reason, _ context: Context) {
    damping = Swift.min(damping, 1) * factor
    if damping < context.options.smallestDamping { reason = failure } else { makeTrial(context) }
  }

  private mutating func makeTrial(_ context: Context) {
    let cap = context.options.largestStep
    fraction = damping * (stepNorm > cap ? cap / stepNorm : 1)
    for j in point.indices { trial[j] = point[j] + fraction * step[j] * context.scale(j, point[j]) }
  }

  // MARK: The step

  /// Decomposes the scaled Hessian; false where that is not finite.
  private mutating func decompose(_ hessian: UnsafePointer<Double>, _ context: Context) -> Bool {
    let n = point.count
    for i in 0..<n {
      let scale = context.scale(i, point[i])
      balance[i] = 1
      for j in 0...i {
        let h = hessian[i * n + j] * scale * context.scale(j, point[j])
        guard h.isFinite else { return false }
        eigenvectors[i * n + j] = h
        eigenvectors[j * n + i] = h
      }
    }
    let isDecomposed = eigenvectors.withUnsafeMutableBufferPointer { matrix in
      eigenvalues.withUnsafeMutableBufferPointer { values in
        balance.withUnsafeMutableBufferPointer { balance in
          guard let matrix = matrix.baseAddress, let values = values.baseAddress,
            let balance = balance.baseAddress
          else { return true }
          // Curvatures that differ by many powers of ten are no reason to call the small ones zero.
          if context.options.rankTolerance == nil && n > 1 {
            equilibrate(matrix, order: n, scales: balance)
          }
          return context.solver.decompose(matrix, values: values)
        }
      }
    }
    guard isDecomposed else { return false }
    let largest = eigenvalues.reduce(0) { Swift.max($0, Swift.abs($1)) }
    let threshold = (context.options.rankTolerance ?? Double(n) * 0x1p-53) * largest
    isRankDeficient = false
    for k in 0..<n where !(Swift.abs(eigenvalues[k]) > threshold) {
      eigenvalues[k] = 0
      isRankDeficient = true
    }
    return true
  }

  /// Makes ``correction`` −H⁻¹g, scaled, with the last decomposition; along null directions it is zero.
  private mutating func correct(_ gradient: UnsafePointer<Double>, _ context: Context) {
    let n = point.count
    for j in 0..<n { correction[j] = 0 }
    for k in 0..<n where eigenvalues[k] != 0 {
      var projection = 0.0
      for j in 0..<n {
        projection += eigenvectors[k * n + j] * balance[j] * gradient[j] * context.scale(j, point[j])
      }
      projection /= eigenvalues[k]
      for j in 0..<n { correction[j] -= projection * balance[j] * eigenvectors[k * n + j] }
    }
  }

  /// Makes the Newton step p of g that of M(z)g(z): with η = ∇ log M it is p/(1 − ηᵀp), by the formula of Sherman and
  /// Morrison for (H + gηᵀ)d = −g.
  private mutating func deflate(_ context: Context) {
    let points = context.options.deflatedPoints
    guard !points.isEmpty else { return }
    var slope = 0.0
    for other in points {
      var (square, along) = (0.0, 0.0)
      for j in point.indices {
        let z = (point[j] - other[j]) / context.scale(j, point[j])
        square += z * z
        along += z * step[j]
      }
      slope -= 2 * along / (square * (1 + square))
    }
    for j in step.indices { step[j] /= 1 - slope }
  }

  private func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $1.isNaN ? .infinity : Swift.max($0, Swift.abs($1)) }
  }

  private func isFinite(
    _ value: Double, _ gradient: UnsafePointer<Double>, _ hessian: UnsafePointer<Double>
  ) -> Bool {
    let n = point.count
    guard value.isFinite else { return false }
    for j in 0..<n where !gradient[j].isFinite { return false }
    for j in 0..<n * n where !hessian[j].isFinite { return false }
    return true
  }

  private func isFar(from box: Box, _ context: Context) -> Bool {
    point.indices.contains { j in
      let margin = 0.25 * context.scale(j, point[j])
      return point[j] < box.lower[j] - margin || point[j] > box.upper[j] + margin
    }
  }
}
