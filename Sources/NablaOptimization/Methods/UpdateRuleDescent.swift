// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// The rules that train models, on all of an objective: each step takes one gradient and its length is a matter of a
/// rate.
///
/// With a rate that the user gives, that is all: steps may increase f. Without one the rate begins at what the
/// curvature of f at the start suggests, and is reduced, from the best point on, where f leaves the
/// level of the start or `patience` steps bring nothing.
struct UpdateRuleDescent: Minimizer {
  /// nil for an automatic rate.
  let rate: LearningRate?
  /// Whether steps are η times a normalised gradient, as Adam's.
  let isNormalized: Bool
  let makeRule: @Sendable (LearningRate) -> any UpdateRule<Double>

  private static var patience: Int { 100 }

  init(
    rate: LearningRate?, isNormalized: Bool = false,
    makeRule: @escaping @Sendable (LearningRate) -> any UpdateRule<Double>
  ) {
    self.rate = rate
    self.isNormalized = isNormalized
    self.makeRule = makeRule
  }

  func minimize(_ run: Minimization) -> StoppingReason {
    let base = rate ?? .constant(automaticRate(run))
    var factor = 1.0
    var rule = makeRule(base)
    var best = run.current
    var (stale, failures) = (0, 0)
    let ceiling = run.startValue + 1e20 * Swift.max(1, Swift.abs(run.startValue))
    func restart(_ shrink: Double) {
      factor *= shrink
      let scale = factor
      let steps = rule.step
      rule = makeRule(LearningRate { scale * base($0 + steps) })
    }
    while true {
      var parameters = [Tensor(run.current.point)]
      rule.update(&parameters, gradients: [Tensor(run.current.gradient)])
      let point = run.bounds?.project(parameters[0].scalars) ?? parameters[0].scalars
      // Else rounding swallows the step.
      guard point != run.current.point else { return run.noProgress() }
      let trial = run.evaluate(at: point)
      if trial.value == -.infinity { return .unbounded }
      guard trial.isFinite else {
        failures += 1
        if failures > 60 { return .nonFiniteTrials }
        if let reason = run.budgetTest() { return reason }
        restart(0.25)
        continue
      }
      failures = 0
      if trial.value > ceiling { return .diverged }
      if let reason = run.accept(trial) { return reason }
      guard rate == nil else { continue }
      if trial.value < best.value {
        (best, stale) = (trial, 0)
      } else {
        stale += 1
      }
      let isAway = trial.value > run.startValue + 0.1 * Swift.abs(run.startValue) + run.noise
      if stale >= Self.patience || isAway {
        if factor < 0x1p-40 { return run.noProgress() }
        restart(isAway ? 0.25 : 0.5)
        stale = 0
        if let reason = run.accept(best) { return reason }
      }
    }
  }

  /// 1/λ with λ the Hessian's largest eigenvalue in size, or ½‖g‖/‖Hg‖ where that is too large to decompose; a tenth of
  /// the size of x for rules that normalise.
  private func automaticRate(_ run: Minimization) -> Double {
    let x = length(run.current.point)
    if isNormalized { return 0.1 * Swift.max(1, x / Double(run.dimension).squareRoot()) }
    let norm = run.gradientNorm
    guard norm > 0 else { return 1 }
    if run.dimension <= Objective.largestClassified, let hessian = run.hessian() {
      let solver = SymmetricEigensolver(order: run.dimension)
      if solver.decompose(hessian) {
        let largest = Swift.max(
          Swift.abs(solver.values[0]), Swift.abs(solver.values[run.dimension - 1]))
        if largest > 0 { return 1 / largest }
      }
    }
    if let product = run.product(along: run.current.gradient) {
      let curvature = length(product) / norm
      if curvature > 0 && curvature.isFinite { return 0.5 / curvature }
    }
    return 0.01 * Swift.max(1, x) / norm
  }
}

extension MinimizationMethod {
  /// Gradient descent with momentum (heavy ball): v ← μ v + g, x ← x − η v.
  ///
  /// - Parameters:
  ///   - rate: η; nil for one that the curvature at the start suggests and that is halved where nothing is gained.
  ///   - momentum: μ.
  ///
  /// Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; ``SGD``.
  public static func momentum(rate: LearningRate? = nil, momentum: Double = 0.9) -> MinimizationMethod {
    MinimizationMethod("momentum", UpdateRuleDescent(rate: rate) { SGD(rate: $0, momentum: momentum) })
  }

  /// Nesterov's accelerated gradient: v ← μ v + g, x ← x − η (g + μ v).
  ///
  /// - Parameters: as for ``momentum(rate:momentum:)``.
  ///
  /// Source: Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k²)", 1983; ``SGD``.
  public static func nesterov(rate: LearningRate? = nil, momentum: Double = 0.9) -> MinimizationMethod {
    MinimizationMethod(
      "nesterov", UpdateRuleDescent(rate: rate) { SGD(rate: $0, momentum: momentum, nesterov: true) })
  }

  /// ``AdaGrad`` on all of the objective.
  ///
  /// - Parameter rate: η; nil for a tenth of the size of x, halved where nothing is gained.
  public static func adaGrad(rate: LearningRate? = nil) -> MinimizationMethod {
    MinimizationMethod("adagrad", UpdateRuleDescent(rate: rate, isNormalized: true) { AdaGrad(rate: $0) })
  }

  /// ``RMSProp`` on all of the objective; `rate` as for ``adaGrad(rate:)``.
  public static func rmsProp(rate: LearningRate? = nil, momentum: Double = 0) -> MinimizationMethod {
    MinimizationMethod(
      "rmsprop", UpdateRuleDescent(rate: rate, isNormalized: true) { RMSProp(rate: $0, momentum: momentum) })
  }

  /// ``Adam`` on all of the objective; `rate` as for ``adaGrad(rate:)``.
  public static func adam(
    rate: LearningRate? = nil, beta1: Double = 0.9, beta2: Double = 0.999
  ) -> MinimizationMethod {
    MinimizationMethod(
      "adam",
      UpdateRuleDescent(rate: rate, isNormalized: true) { Adam(rate: $0, beta1: beta1, beta2: beta2) })
  }

  /// ``AdamW`` on all of the objective, which ends where f's gradient balances the decay: not at a minimum of f.
  ///
  /// - Parameters:
  ///   - rate: η, by the number of the step.
  ///   - weightDecay: λ of x ← x − η (… + λ x).
  public static func adamW(rate: LearningRate, weightDecay: Double) -> MinimizationMethod {
    MinimizationMethod(
      "adamw", UpdateRuleDescent(rate: rate, isNormalized: true) { Adam(rate: $0, weightDecay: weightDecay) })
  }
}
