internal import NablaCalculus

/// The state of one run of Newton's method in a trust region.
struct NewtonRun {
  private let method: NewtonMethod
  private let options: OptimizationOptions
  private let solver: SymmetricEigensolver

  private var point: [Double]
  private var value = Double.nan
  private var gradient: [Double]
  private var gradientNorm = Double.nan
  private var model: TrustRegionModel?
  private var radius = 0.0
  private var iterations = 0
  private var trace: [OptimizationState] = []
  /// Whether no trial since the last accepted point was finite, and the radius after that point.
  private var isBlocked = true
  private var initialRadius = 0.0

  init(start: [Double], method: NewtonMethod, options: OptimizationOptions) {
    self.method = method
    self.options = options
    solver = SymmetricEigensolver(order: start.count)
    point = start
    gradient = start.map { _ in .nan }
  }

  /// Iterates to the end.
  mutating func run(_ objective: inout Objective) -> StoppingReason {
    value = objective.value(at: point)
    guard value.isFinite, point.allSatisfy(\.isFinite) else { return .nonFiniteStart }
    guard let derivatives = finiteDerivatives(at: point, &objective) else { return .nonFiniteDerivatives }
    adopt(derivatives)
    let (startValue, startNorm, startLength) = (value, gradientNorm, length(point))
    radius = method.initialRadius ?? Swift.max(1, startLength)
    initialRadius = radius
    if !record(stepLength: 0) { return .stoppedByCallback }

    while let model {
      if let reason = convergence(model, startNorm) { return reason }
      if value < -1e100 * Swift.max(1, Swift.abs(startValue))
        || length(point) > 1e100 * Swift.max(1, startLength)
      {
        return .unbounded
      }
      if iterations >= options.maxIterations { return .iterationLimit }
      if objective.counts.values >= options.maxEvaluations { return .evaluationLimit }

      let (step, change) = model.minimizer(radius: radius)
      let trial = zip(point, step).map { $0 + $1 }
      let stepLength = length(step)
      guard trial != point, change < 0, stepLength.isFinite else {
        return isBlocked && radius < initialRadius ? .nonFiniteTrials : .noFurtherProgress
      }
      let trialValue = objective.value(at: trial)
      if trialValue == -.infinity { return .unbounded }
      let isPromising = trialValue <= value + noise
      // Of a trial that is clearly above, the derivatives are not needed.
      let derivatives = isPromising ? finiteDerivatives(at: trial, &objective) : nil
      guard let derivatives else {
        isBlocked = isBlocked && (!trialValue.isFinite || isPromising)
        radius = 0.25 * stepLength
        continue
      }
      let decrease = actualDecrease(trialValue, derivatives.gradient, step, predicted: -change)
      let ratio = decrease / -change
      guard ratio > 1e-4 else {
        isBlocked = false
        radius = 0.25 * stepLength
        continue
      }
      if ratio < 0.25 {
        radius = 0.25 * stepLength
      } else if ratio > 0.75 && stepLength > 0.99 * radius {
        radius *= 3
      }
      (point, value) = (trial, trialValue)
      adopt(derivatives)
      isBlocked = true
      initialRadius = radius
      iterations += 1
      if !record(stepLength: stepLength) { return .stoppedByCallback }
    }
    return .nonFiniteDerivatives
  }

  func result(_ reason: StoppingReason, _ objective: Objective) -> OptimizationResult {
    let converged =
      switch reason {
      case .gradientTolerance, .stepTolerance: true
      case .noFurtherProgress: isGradientZeroToRounding(objective)
      default: false
      }
    return OptimizationResult(
      point: point, value: value, gradient: gradient, gradientNorm: gradientNorm, iterations: iterations,
      evaluations: objective.counts, reason: reason, converged: converged, trace: trace)
  }
}

extension NewtonRun {
  private typealias Derivatives = (gradient: [Double], hessian: [Double])

  private func finiteDerivatives(at point: [Double], _ objective: inout Objective) -> Derivatives? {
    let derivatives = objective.derivatives(at: point)
    let isFinite =
      derivatives.gradient.allSatisfy(\.isFinite) && derivatives.hessian.allSatisfy(\.isFinite)
    return isFinite ? derivatives : nil
  }

  /// What two values of f may differ by because of rounding, roughly.
  private var noise: Double { 0x1p-49 * Swift.abs(value) }

  /// f(x) − f(x+p); by the trapezoidal rule of the slopes where that is lost in rounding.
  private func actualDecrease(
    _ trialValue: Double, _ trialGradient: [Double], _ step: [Double], predicted: Double
  ) -> Double {
    if predicted > 100 * noise { return value - trialValue }
    var slopes = 0.0
    for (j, p) in step.enumerated() { slopes += (gradient[j] + trialGradient[j]) * p }
    return -0.5 * slopes
  }

  private mutating func adopt(_ derivatives: Derivatives) {
    gradient = derivatives.gradient
    gradientNorm = length(gradient)
    // Finite elements, so that only LAPACK's own failure is left, which has not been seen.
    model =
      solver.decompose(derivatives.hessian) ? TrustRegionModel(gradient: gradient, solver: solver) : nil
  }

  private func convergence(_ model: TrustRegionModel, _ startNorm: Double) -> StoppingReason? {
    let isMinimum = model.eigenvalues[0] >= -Double(gradient.count) * 0x1p-50 * model.largest
    let tolerance = Swift.max(options.gradientTolerance, options.relativeGradientTolerance * startNorm)
    if gradientNorm <= tolerance && isMinimum { return .gradientTolerance }
    let isShort = model.newtonLength <= options.stepTolerance * length(point)
    return isShort ? .stepTolerance : nil
  }

  private mutating func record(stepLength: Double) -> Bool {
    guard options.keepsTrace || options.callback != nil else { return true }
    let state = OptimizationState(
      iteration: iterations, point: point, value: value, gradientNorm: gradientNorm, stepLength: stepLength,
      radius: radius)
    if options.keepsTrace { trace.append(state) }
    return options.callback?(state) ?? true
  }

  private func isGradientZeroToRounding(_ objective: Objective) -> Bool {
    let bounds = DerivativeError(of: objective.function).bounds(
      at: point, parameters: objective.parameters, uncertainties: ulps(1, of: point))
    return zip(gradient, bounds.gradient).allSatisfy { Swift.abs($0) <= $1 }
  }
}
