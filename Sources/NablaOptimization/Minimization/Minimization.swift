// SPDX-License-Identifier: Apache-2.0

/// One run of a minimiser: the current point and the best one, what was counted, and the tests that end it. A
/// method proposes points, evaluates them here, and hands over those it accepts.
final class Minimization {
  /// A point with its value and gradient.
  struct Trial {
    var point: [Double]
    var value: Double
    var gradient: [Double]

    var isFinite: Bool { value.isFinite && NablaOptimization.isFinite(gradient) }
  }

  let evaluator: any ObjectiveEvaluator
  let options: OptimizationOptions
  let bounds: Bounds?
  /// Whether the method follows negative curvature, and so leaves a saddle by itself.
  let leavesSaddles: Bool

  private(set) var counts = EvaluationCounts()
  private(set) var current: Trial
  private(set) var gradientNorm = Double.nan
  private(set) var iterations = 0
  private(set) var startValue = Double.nan
  private(set) var startGradientNorm = Double.nan
  private(set) var startLength = 0.0
  private(set) var trace: [OptimizationState] = []
  private var best: (point: [Double], value: Double)
  private let clock = ContinuousClock()
  private let begin: ContinuousClock.Instant
  /// The gradient norm from which on it is worth asking the Hessian again, and the step.
  private var (nextCheck, nextCheckedIteration) = (Double.infinity, 0)
  /// The largest |xⱼ| of the accepted points.
  private var scales: [Double]
  /// The Hessian at the current point, if it was computed.
  private var knownHessian: [Double]?
  private var judgement: StationarityTest?

  init(
    _ objective: Objective, from start: [Double], bounds: Bounds?, options: OptimizationOptions,
    leavesSaddles: Bool
  ) {
    precondition(
      start.count == objective.dimension,
      "a function of \(objective.dimension) variables starts from as many coordinates, not \(start.count)")
    precondition(
      bounds == nil || bounds!.dimension == start.count,
      "a function of \(start.count) variables has as many bounds, not \(bounds?.dimension ?? 0)")
    evaluator = objective.makeEvaluator()
    self.options = options
    self.bounds = bounds
    self.leavesSaddles = leavesSaddles
    let point = bounds?.project(start) ?? start
    current = Trial(point: point, value: .nan, gradient: start.map { _ in .nan })
    best = (point, .infinity)
    scales = point.map(Swift.abs)
    begin = clock.now
  }

  var dimension: Int { current.point.count }
  var elapsed: Duration { begin.duration(to: clock.now) }

  /// What two values of f near the current one may differ by because of rounding, roughly.
  var noise: Double { 0x1p-49 * Swift.abs(current.value) }

  // MARK: Evaluating

  func value(at point: [Double]) -> Double {
    counts.values += 1
    let value = evaluator.value(at: point)
    remember(point, value)
    return value
  }

  func evaluate(at point: [Double]) -> Trial {
    counts.values += 1
    return derive(point)
  }

  /// Value and gradient where the value has been counted.
  func derive(_ point: [Double]) -> Trial {
    counts.gradients += 1
    let (value, gradient) = evaluator.valueAndGradient(at: point)
    remember(point, value)
    return Trial(point: point, value: value, gradient: gradient)
  }

  /// The Hessian at the current point; nil where there is none, or it is not finite.
  func hessian() -> [Double]? {
    if let knownHessian { return knownHessian }
    counts.hessians += 1
    guard let hessian = evaluator.hessian(at: current.point), isFinite(hessian) else { return nil }
    knownHessian = hessian
    return hessian
  }

  /// H v at the current point.
  func product(along vector: [Double]) -> [Double]? {
    counts.products += 1
    return evaluator.hessianVectorProduct(at: current.point, along: vector)
  }

  /// Counts a Jacobian of residuals, which is of the order of a gradient.
  func countJacobian() { counts.gradients += 1 }

  private func remember(_ point: [Double], _ value: Double) {
    if value < best.value && value.isFinite { best = (point, value) }
  }

  // MARK: Stepping

  /// Evaluates the start.
  func start() -> StoppingReason? {
    guard isFinite(current.point) else { return .nonFiniteStart }
    let trial = evaluate(at: current.point)
    current = trial
    guard trial.value.isFinite else { return .nonFiniteStart }
    guard isFinite(trial.gradient) else { return .nonFiniteDerivatives }
    gradientNorm = projectedNorm(trial)
    (startValue, startGradientNorm, startLength) = (trial.value, gradientNorm, length(trial.point))
    if !record(stepLength: 0, radius: nil) { return .stoppedByCallback }
    return gradientTest() ?? budgetTest()
  }

  /// Goes to a trial, which counts as an iteration.
  ///
  /// - Returns: why the run ends; nil if it goes on.
  func accept(_ trial: Trial, radius: Double? = nil) -> StoppingReason? {
    let stepLength = length(difference(trial.point, current.point))
    let change = Swift.abs(current.value - trial.value)
    current = trial
    (knownHessian, judgement) = (nil, nil)
    for j in scales.indices { scales[j] = Swift.max(scales[j], Swift.abs(trial.point[j])) }
    gradientNorm = projectedNorm(trial)
    iterations += 1
    if !record(stepLength: stepLength, radius: radius) { return .stoppedByCallback }
    if trial.value < -1e100 * Swift.max(1, Swift.abs(startValue))
      || length(trial.point) > 1e100 * Swift.max(1, startLength)
    {
      return .unbounded
    }
    return gradientTest() ?? stepTest(stepLength) ?? valueTest(change) ?? budgetTest()
  }

  /// Goes to a trial that is not worse by more than rounding, without tests, and makes it the best point: the last
  /// digits of x are not seen in f.
  func settle(_ trial: Trial) {
    current = trial
    (knownHessian, judgement) = (nil, nil)
    gradientNorm = projectedNorm(trial)
    best = (trial.point, trial.value)
  }

  /// Whether a budget is used up.
  func budgetTest() -> StoppingReason? {
    if iterations >= options.maxIterations { return .iterationLimit }
    if counts.values >= options.maxEvaluations { return .evaluationLimit }
    if let limit = options.maxTime, elapsed >= limit { return .timeLimit }
    return nil
  }

  /// The end of a run for which no step is better.
  func noProgress(isBlocked: Bool = false) -> StoppingReason {
    if isBlocked { return .nonFiniteTrials }
    return judge().isSaddle ? .saddlePoint : .noFurtherProgress
  }

  private func gradientTest() -> StoppingReason? {
    let relative = options.relativeGradientTolerance * startGradientNorm
    let isSmall = gradientNorm <= Swift.max(options.gradientTolerance, relative)
    guard isSmall, gradientNorm <= nextCheck else { return nil }
    let test = judge()
    if test.isSaddle { return leavesSaddles ? nil : .saddlePoint }
    // An absolute tolerance was chosen by someone who knows the scale.
    let isAsked = options.gradientTolerance > 0 && gradientNorm <= options.gradientTolerance
    if test.kind == .notStationary && !isAsked {
      nextCheck = 0.1 * gradientNorm
      return nil
    }
    return .gradientTolerance
  }

  /// Whether a step of this length, taken or to be taken, is too short to matter.
  func stepTest(_ stepLength: Double) -> StoppingReason? {
    let bound = Swift.max(options.stepTolerance, options.relativeStepTolerance * length(current.point))
    guard stepLength <= bound else { return nil }
    let test = judge()
    if test.isSaddle { return leavesSaddles ? nil : .saddlePoint }
    return test.kind == .notStationary ? .noFurtherProgress : .stepTolerance
  }

  private func valueTest(_ change: Double) -> StoppingReason? {
    let bound = Swift.max(
      options.valueTolerance, options.relativeValueTolerance * Swift.abs(current.value))
    guard bound > 0, change <= bound, iterations >= nextCheckedIteration else { return nil }
    let test = judge(allowing: bound)
    if test.isSaddle { return leavesSaddles ? nil : .saddlePoint }
    guard test.kind != .notStationary else {
      // On a plateau this would be asked in vain again and again.
      nextCheckedIteration = iterations + Swift.max(1, iterations / 2)
      return nil
    }
    return .valueTolerance
  }

  // MARK: Judging

  /// The variables that no bound holds; nil for all.
  var freeVariables: [Int]? {
    let held = Set(heldVariables)
    return held.isEmpty ? nil : (0..<dimension).filter { !held.contains($0) }
  }

  /// The variables that a bound holds: those on it whose gradient presses them against it.
  var heldVariables: [Int] {
    bounds?.active(at: current.point, gradient: current.gradient).map(\.variable) ?? []
  }

  /// Asks the Hessian at the current point; an answer that stands is kept.
  func judge(allowing extraDecrease: Double = 0) -> StationarityTest {
    if let judgement, judgement.isStationary || extraDecrease == 0 { return judgement }
    let test = makeJudgement(extraDecrease)
    judgement = test
    return test
  }

  private func makeJudgement(_ extraDecrease: Double) -> StationarityTest {
    guard dimension <= Objective.largestClassified else { return .unknown }
    let free = freeVariables
    return StationarityTest(
      gradient: current.gradient.picked(free),
      hessian: hessian().map { $0.submatrix(free, order: dimension) },
      point: current.point.picked(free), lengths: length(current.point) + startLength,
      scales: scales.picked(free),
      allowedDecrease: Swift.max(1e-10 * Swift.abs(current.value), extraDecrease),
      gradientErrors: { [self] in evaluator.gradientErrors(at: current.point)?.picked(free) },
      rise: { [self] step in
        let point = sum(current.point, 1, step.spread(to: free, of: dimension))
        counts.values += 1
        let change = evaluator.value(at: bounds?.project(point) ?? point) - current.value
        return Swift.abs(change) <= 1e-10 * Swift.abs(current.value) ? 0 : change.isNaN ? .infinity : change
      })
  }

  private func projectedNorm(_ trial: Trial) -> Double {
    guard let bounds else { return length(trial.gradient) }
    return length(bounds.projectedGradient(at: trial.point, gradient: trial.gradient))
  }

  private func record(stepLength: Double, radius: Double?) -> Bool {
    guard options.keepsTrace || options.callback != nil else { return true }
    let state = OptimizationState(
      iteration: iterations, point: current.point, value: current.value, gradientNorm: gradientNorm,
      stepLength: stepLength, radius: radius, evaluations: counts.values, elapsed: elapsed)
    if options.keepsTrace { trace.append(state) }
    return options.callback?(state) ?? true
  }

  // MARK: The result

  func result(_ reason: StoppingReason) -> OptimizationResult {
    // The last point, unless another one was better by more than rounding: of that the reason says nothing.
    let isReplaced = best.value < current.value - noise && current.value.isFinite
    if isReplaced {
      current = derive(best.point)
      gradientNorm = projectedNorm(current)
      (knownHessian, judgement) = (nil, nil)
    }
    let test = current.isFinite ? judge() : .unknown
    let converged =
      switch reason {
      case .gradientTolerance, .stepTolerance, .valueTolerance: !isReplaced || confirms(test)
      case .noFurtherProgress: confirms(test)
      default: false
      }
    return OptimizationResult(
      point: current.point, value: current.value, gradient: current.gradient, gradientNorm: gradientNorm,
      iterations: iterations, evaluations: counts, reason: reason, converged: converged,
      classification: test.kind,
      activeBounds: bounds?.active(at: current.point, gradient: current.gradient) ?? [],
      trace: trace, elapsed: elapsed)
  }

  /// Whether nothing is left to gain where no trial was better.
  private func confirms(_ test: StationarityTest) -> Bool {
    switch test.kind {
    case .minimum, .degenerate: return true
    case .maximum, .saddle, .notStationary, .unknown: return false
    }
  }
}

extension StationarityTest {
  var isSaddle: Bool { kind == .saddle || kind == .maximum }
}

extension [Double] {
  /// The elements that are listed; all for nil.
  func picked(_ indices: [Int]?) -> [Double] { indices.map { $0.map { self[$0] } } ?? self }

  /// The other way: a vector of n elements with these in the listed places and zeros elsewhere; itself for nil.
  func spread(to indices: [Int]?, of n: Int) -> [Double] {
    guard let indices else { return self }
    var whole = [Double](repeating: 0, count: n)
    for (k, j) in indices.enumerated() { whole[j] = self[k] }
    return whole
  }

  /// The rows and columns of a square matrix, row-major, that are listed; all for nil.
  func submatrix(_ indices: [Int]?, order n: Int) -> [Double] {
    guard let indices else { return self }
    return indices.flatMap { i in indices.map { self[i * n + $0] } }
  }
}
