// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaKernels
public import NablaTensors

/// Local minima of a scalar function, from many starts at once.
///
///     let ends = minimize(f, fromEach: starts)            // starts: [N, n]
///     print(ends.reasonCounts)
///
/// Newton's methods without bounds run as one kernel for each iteration, over all starts that are not finished; what it
/// does not finish is handed to the method itself. The rules with a given rate update all starts together. All
/// others run start by start on all cores.
///
/// - Parameters:
///   - f: a scalar function of n ≥ 1 variables.
///   - starts: [N, n].
///   - parameters: [p] for all starts or [N, p]; nil if the function has none.
///   - bounds: nil for none.
///   - method: as for ``minimize(_:from:parameters:within:method:options:)``.
///   - options: as there, but the callback is not called,
///     there is no trace, and budgets are those of each start.
/// - Returns: an end for each start, in their order, which depends neither on the other starts nor on the number of
///   threads.
/// - Precondition: the shapes fit the function.
public func minimize(
  _ f: Function, fromEach starts: Tensor<Double>, parameters: Tensor<Double>? = nil,
  within bounds: Bounds? = nil,
  method: MinimizationMethod = .trustRegion(), options: OptimizationOptions = OptimizationOptions()
) -> BatchOptimizationResult {
  let n = f.variables.count
  precondition(f.isScalar && n > 0, "a scalar function of one or more variables is minimised")
  precondition(
    starts.rank == 2 && starts.shape[1] == n,
    "starts for a function of \(n) variables have shape [N, \(n)]; these have shape \(starts.shape)")
  let begin = ContinuousClock.now
  var options = options
  (options.callback, options.keepsTrace) = (nil, false)
  var batch = Batch(f, starts: starts, parameters: parameters)
  if bounds == nil {
    if method.needs == .hessian && n <= Batch.largestFused && Batch.fits(options) { batch.runNewton() }
    if let rule = method.minimizer as? UpdateRuleDescent, rule.rate != nil {
      batch.runRule(rule, options)
    }
  }
  batch.runEach(bounds, method, options)
  return batch.result(elapsed: begin.duration(to: .now))
}

/// The ends of a batch as they are found.
private struct Batch {
  let function: Function
  let parameters: Tensor<Double>?
  let starts: Tensor<Double>
  var points: Tensor<Double>
  var values: Tensor<Double>
  var gradientNorms: Tensor<Double>
  /// nil for starts that have not ended.
  var reasons: [StoppingReason?]
  var converged: [Bool]

  /// The steps of the rounds with a watchdog.
  private static let watchdogRounds = [(descents: 4, steps: 5), (descents: 6, steps: 4)]
  /// The evaluations of the rounds of the kernel whose value never rises, as many as most of the starts need that are
  /// left.
  private static let monotoneRounds = [11, 7, 11, 100]

  /// Whether the kernels, which count and time nothing start by start, stay within all budgets.
  static func fits(_ options: OptimizationOptions) -> Bool {
    let steps = watchdogRounds.reduce(monotoneRounds.reduce(0, +)) { $0 + $1.descents + $1.steps + 1 }
    return options.maxIterations >= steps && options.maxEvaluations > steps && options.maxTime == nil
  }

  /// Up to this many variables an iteration is one kernel, which grows with n³/6.
  static let largestFused = 12

  init(_ function: Function, starts: Tensor<Double>, parameters: Tensor<Double>?) {
    self.function = function
    self.parameters = parameters
    self.starts = starts
    let count = starts.shape[0]
    points = starts
    values = Tensor(shape: [count], repeating: .nan)
    gradientNorms = values
    reasons = Array(repeating: nil, count: count)
    converged = Array(repeating: false, count: count)
  }

  /// Rows of parameters of some starts; nil stands for all.
  private func parameters(of rows: [Int]?) -> Tensor<Double>? {
    guard let rows, let parameters, parameters.rank == 2 else { return parameters }
    return parameters.taking(rows)
  }

  /// Some rows of points; nil stands for all.
  private func rows(_ rows: [Int]?, of points: Tensor<Double>) -> Tensor<Double> {
    rows.map { points.gathering($0) } ?? points
  }

  /// Newton's method in kernels: most starts end in the rounds with a watchdog, which go on where the last one ended;
  /// the others begin again in those whose value never rises. Ends that no round confirms stay open.
  mutating func runNewton() {
    let count = starts.shape[0]
    reasons = Array(repeating: .stepTolerance, count: count)
    converged = Array(repeating: true, count: count)
    var open: [Int]?
    for (descents, steps) in Self.watchdogRounds where open != [] {
      let ends = function.watchdogMinima(
        from: rows(open, of: points), below: rows(open, of: starts), descents: descents, steps: steps,
        parameters: parameters(of: open))
      open = take(ends, of: open)
    }
    for (round, evaluations) in Self.monotoneRounds.enumerated() where open != [] {
      let ends = function.newtonMinima(
        from: rows(open, of: round == 0 ? starts : points), evaluations: evaluations,
        parameters: parameters(of: open))
      open = take(ends, of: open)
    }
    for row in open ?? [] { (reasons[row], converged[row]) = (nil, false) }
  }

  /// Stores where rows have ended, nil for all of them, and returns those that are open: at no minimum, nor where the
  /// function falls without bound, to −∞.
  private mutating func take(_ ends: NewtonEnds, of rows: [Int]?) -> [Int] {
    if let rows {
      store(ends.points, ends.values, ends.gradientNorms, in: rows)
    } else {
      (points, values, gradientNorms) = (ends.points, ends.values, ends.gradientNorms)
    }
    var open = [Int](unsafeUninitializedCapacity: ends.values.count) { open, count in
      ends.gradientNorms.withUnsafeBufferPointer { norms in
        for k in norms.indices {
          // Without a branch, which would go either way at random.
          open[count] = k
          count += norms[k].isNaN ? 1 : 0
        }
      }
    }
    ends.values.withUnsafeBufferPointer { values in
      open.removeAll { k in
        guard values[k] == -.infinity else { return false }
        (reasons[rows?[k] ?? k], converged[rows?[k] ?? k]) = (.unbounded, false)
        return true
      }
    }
    return rows.map { rows in open.map { rows[$0] } } ?? open
  }

  private mutating func store(
    _ ends: Tensor<Double>, _ f: Tensor<Double>, _ norms: Tensor<Double>, in rows: [Int]
  ) {
    let n = starts.shape[1]
    ends.withUnsafeStridedPointer { source, sourceStrides in
      points.withUnsafeMutableStridedPointer { target, strides in
        for (k, row) in rows.enumerated() {
          for j in 0..<n {
            target[row * strides[0] + j * strides[1]] = source[k * sourceStrides[0] + j * sourceStrides[1]]
          }
        }
      }
    }
    values.scatter(f, to: rows)
    gradientNorms.scatter(norms, to: rows)
  }

  /// One update rule over all starts, whose memory has a row for each; ended rows leave the tensors when they
  /// are half of them.
  mutating func runRule(_ method: UpdateRuleDescent, _ options: OptimizationOptions) {
    guard let rate = method.rate, !starts.shape.contains(0) else { return }
    var rule = method.makeRule(rate)
    var rows = Array(0..<starts.shape[0])
    var x = starts
    var (tolerances, ceilings, best) = ([Double](), [Double](), [Double]())
    var evaluation = Evaluation()
    let begin = ContinuousClock.now
    for iteration in 0...options.maxIterations {
      function.evaluate(
        [.value, .gradient], at: x, parameters: parameters(of: rows), into: &evaluation)
      let f = evaluation.value.scalars
      let gradient = evaluation.gradient
      let norms = gradient.norm(axis: 1)
      let lengths = norms.scalars
      if iteration == 0 {
        tolerances = lengths.map {
          Swift.max(options.gradientTolerance, options.relativeGradientTolerance * $0)
        }
        ceilings = f.map { $0 + 1e20 * Swift.max(1, Swift.abs($0)) }
        best = f.map { _ in .infinity }
      }
      let budget: StoppingReason? =
        if iteration == options.maxIterations {
          .iterationLimit
        } else if iteration + 1 >= options.maxEvaluations {
          .evaluationLimit
        } else {
          options.maxTime.map { begin.duration(to: .now) >= $0 } ?? false ? .timeLimit : nil
        }
      var improved: [Int] = []
      for (k, row) in rows.enumerated() where reasons[row] == nil {
        if f[k] < best[k] {
          best[k] = f[k]
          improved.append(k)
        }
        let reason: StoppingReason? =
          if !f[k].isFinite || !lengths[k].isFinite {
            iteration == 0 ? (f[k].isFinite ? .nonFiniteDerivatives : .nonFiniteStart) : .diverged
          } else if f[k] > ceilings[k] {
            .diverged
          } else if lengths[k] <= tolerances[k] {
            .gradientTolerance
          } else {
            budget
          }
        reasons[row] = reason
      }
      let better = improved.map { rows[$0] }
      store(
        x.taking(improved), evaluation.value.taking(improved), norms.taking(improved),
        in: better)
      let ended = rows.count { reasons[$0] != nil }
      if ended == rows.count { break }
      var parameters = [x]
      rule.update(&parameters, gradients: [gradient])
      x = parameters[0]
      if 2 * ended >= rows.count {
        let kept = rows.indices.filter { reasons[rows[$0]] == nil }
        x = x.taking(kept)
        rule.memory = rule.memory.map { $0.taking(kept) }
        (tolerances, ceilings, best) = (
          kept.map { tolerances[$0] }, kept.map { ceilings[$0] }, kept.map { best[$0] }
        )
        rows = kept.map { rows[$0] }
      }
    }
    confirm(reasons.indices.filter { reasons[$0] == .gradientTolerance }, options)
  }

  /// Asks the Hessian at ends with a small gradient, as a run of its own does.
  private mutating func confirm(_ rows: [Int], _ options: OptimizationOptions) {
    let n = starts.shape[1]
    guard n <= Objective.largestClassified else {
      for row in rows { converged[row] = true }
      return
    }
    let ends = run(rows, from: points, nil, .checking, options)
    for (row, end) in zip(rows, ends) {
      if end.classification == .saddle || end.classification == .maximum { reasons[row] = .saddlePoint }
      if end.classification == .notStationary { reasons[row] = .noFurtherProgress }
      converged[row] = [.minimum, .degenerate, .unknown].contains(end.classification)
    }
  }

  /// The starts that have not ended, one by one.
  mutating func runEach(_ bounds: Bounds?, _ method: MinimizationMethod, _ options: OptimizationOptions) {
    let rows = reasons.indices.filter { reasons[$0] == nil }
    guard !rows.isEmpty else { return }
    let ends = run(rows, from: starts, bounds, method, options)
    store(
      Tensor(shape: [rows.count, starts.shape[1]], scalars: ends.flatMap(\.point)), Tensor(ends.map(\.value)),
      Tensor(ends.map(\.gradientNorm)), in: rows)
    for (row, end) in zip(rows, ends) { (reasons[row], converged[row]) = (end.reason, end.converged) }
  }

  private func run(
    _ rows: [Int], from starts: Tensor<Double>, _ bounds: Bounds?, _ method: MinimizationMethod,
    _ options: OptimizationOptions
  ) -> [OptimizationResult] {
    let (function, parameters) = (function, parameters)
    return concurrently(rows.count, costPerItem: 50_000) { index in
      let row = rows[index]
      let values = parameters.map { $0.rank == 2 ? $0.row(row) : $0 }?.scalars ?? []
      return minimize(
        function, from: starts.row(row).scalars, parameters: values, within: bounds, method: method,
        options: options)
    }
  }

  func result(elapsed: Duration) -> BatchOptimizationResult {
    BatchOptimizationResult(
      points: points, values: values, gradientNorms: gradientNorms,
      reasons: reasons.map { $0! }, converged: converged, elapsed: elapsed)
  }
}

extension MinimizationMethod {
  /// No method: the start alone is looked at.
  fileprivate static let checking = MinimizationMethod("none", Standstill())
}

private struct Standstill: Minimizer {
  func minimize(_ run: Minimization) -> StoppingReason { .noFurtherProgress }
}

/// The results of `body` for 0 ..< count, computed on several threads where that pays.
func concurrently<Result: Sendable>(
  _ count: Int, costPerItem: Double, _ body: @Sendable (Int) -> Result
) -> [Result] {
  [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
    nonisolated(unsafe) let base = buffer.baseAddress
    Parallelism.forEachChunk(of: count, costPerItem: costPerItem) { range in
      for index in range { (base! + index).initialize(to: body(index)) }
    }
    initialized = count
  }
}

extension Tensor<Double> {
  /// Rows of a matrix, each column of the result together, as kernels read them.
  fileprivate func gathering(_ rows: [Int]) -> Tensor<Double> {
    let n = shape[1]
    var result = Tensor<Double>(columnsOf: rows.count, [n])
    withUnsafeStridedPointer { source, strides in
      result.withUnsafeMutableStridedPointer { target, targetStrides in
        for j in 0..<n {
          for (k, row) in rows.enumerated() {
            target[k * targetStrides[0] + j * targetStrides[1]] = source[row * strides[0] + j * strides[1]]
          }
        }
      }
    }
    return result
  }

  /// Writes the elements of another vector to the given places of this one.
  fileprivate mutating func scatter(_ elements: Tensor<Double>, to places: [Int]) {
    let elements = elements.scalars
    withUnsafeMutableBufferPointer { buffer in
      for (k, place) in places.enumerated() { buffer[place] = elements[k] }
    }
  }
}
