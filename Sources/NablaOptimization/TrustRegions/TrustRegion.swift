// SPDX-License-Identifier: Apache-2.0

/// Newton's method in a trust region: a step minimises the quadratic model m(p) = gᵀp + ½ pᵀHp in a ball of radius
/// Δ, exactly or nearly, and the ratio ρ of the actual to the predicted decrease decides on it.
///
/// It is accepted for ρ > 10⁻⁴; Δ shrinks to ¼‖p‖ for ρ < ¼ and grows to 3Δ for ρ > ¾ at the boundary. A trial that
/// is not finite is rejected and shrinks the region. Where the decrease is lost in the rounding of f, it is
/// measured by the gradients, −½(g(x) + g(x+p))ᵀp. With bounds the model is that of the variables
/// which no bound holds, and trials are projected.
///
/// Source: Conn, Gould, Toint, "Trust-Region Methods", 2000, algorithm 6.1.1.
struct TrustRegion: Minimizer {
  /// Δ at the start; nil is max(1, ‖x₀‖₂).
  var initialRadius: Double?
  let leavesSaddles: Bool
  let makeSubproblem: @Sendable (Minimization) -> any TrustRegionSubproblem

  func minimize(_ run: Minimization) -> StoppingReason {
    var subproblem = makeSubproblem(run)
    var radius = initialRadius
    while true {
      let free = run.freeVariables
      guard subproblem.prepare(run, free: free) else {
        return run.iterations == 0 ? .nonFiniteDerivatives : run.noProgress()
      }
      if let newton = subproblem.newtonLength, let reason = run.stepTest(newton) { return reason }
      var delta = radius ?? subproblem.initialRadius(run)
      let deltaBefore = delta
      var isBlocked = true
      while true {
        if let reason = run.budgetTest() { return reason }
        let (part, modelChange) = subproblem.minimizer(radius: delta)
        var (step, change) = (part.spread(to: free, of: run.dimension), modelChange)
        var point = sum(run.current.point, 1, step)
        if let bounds = run.bounds {
          let projected = bounds.project(point)
          if projected != point {
            (point, step) = (projected, difference(projected, run.current.point))
            (point, step, change) = bestProjected(run, subproblem, point, step, free, delta, bounds)
          }
        }
        let stepLength = subproblem.norm(step)
        guard point != run.current.point, change < 0, stepLength.isFinite else {
          return run.noProgress(isBlocked: isBlocked && delta < deltaBefore)
        }
        let value = run.value(at: point)
        if value == -.infinity { return .unbounded }
        let isPromising = value <= run.current.value + run.noise
        // Of a trial that is clearly above, the derivatives are not needed.
        let trial = isPromising ? run.derive(point) : nil
        guard let trial, trial.isFinite else {
          isBlocked = isBlocked && (!value.isFinite || isPromising)
          delta = 0.25 * Swift.min(stepLength, delta)
          continue
        }
        let ratio = actualDecrease(run, trial, step, predicted: -change) / -change
        guard ratio > 1e-4 else {
          isBlocked = false
          delta = 0.25 * Swift.min(stepLength, delta)
          continue
        }
        if ratio < 0.25 {
          delta = 0.25 * stepLength
        } else if ratio > 0.75 && stepLength > 0.99 * delta {
          delta *= 3
        }
        radius = delta
        if let reason = run.accept(trial, radius: delta) { return reason }
        break
      }
    }
  }

  /// f(x) − f(x+p); by the trapezoidal rule of the slopes where that is lost in rounding.
  private func actualDecrease(
    _ run: Minimization, _ trial: Minimization.Trial, _ step: [Double], predicted: Double
  ) -> Double {
    if predicted > 100 * run.noise { return run.current.value - trial.value }
    return -0.5 * (dot(run.current.gradient, step) + dot(trial.gradient, step))
  }

  /// Of the projected step and the projected steepest descent, the one for which the model decreases more: a
  /// projected Newton step may not be one of descent at all, the other is.
  private func bestProjected(
    _ run: Minimization, _ subproblem: any TrustRegionSubproblem, _ point: [Double], _ step: [Double],
    _ free: [Int]?, _ radius: Double, _ bounds: Bounds
  ) -> (point: [Double], step: [Double], change: Double) {
    func change(_ step: [Double]) -> Double { subproblem.change(step.picked(free)) }
    var best = (point: point, step: step, change: change(step))
    var gradient = run.current.gradient
    for j in run.heldVariables { gradient[j] = 0 }
    var t = radius / length(gradient)
    for _ in 0..<20 {
      let cauchy = bounds.project(sum(run.current.point, -t, gradient))
      let displacement = difference(cauchy, run.current.point)
      let predicted = change(displacement)
      if predicted <= 0.1 * dot(gradient, displacement) {
        if predicted < best.change { best = (cauchy, displacement, predicted) }
        break
      }
      t *= 0.3
    }
    return best
  }
}

/// The model around a point and its minimisers in balls.
protocol TrustRegionSubproblem {
  /// Takes the derivatives at the current point; false where they are not finite.
  ///
  /// - Parameter free: the variables of the model; nil for all.
  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool

  /// The length of the Newton step where the Hessian is known to be positive definite; nil where not.
  var newtonLength: Double? { get }

  /// A step of at most this length, and m there.
  mutating func minimizer(radius: Double) -> (step: [Double], change: Double)

  /// m(p).
  func change(_ step: [Double]) -> Double

  /// The length of a step of all variables as the region measures it.
  func norm(_ step: [Double]) -> Double

  /// The radius to begin with.
  func initialRadius(_ run: Minimization) -> Double
}

extension TrustRegionSubproblem {
  func norm(_ step: [Double]) -> Double { length(step) }

  func initialRadius(_ run: Minimization) -> Double { Swift.max(1, run.startLength) }
}

/// The quadratic model with its matrix.
struct DenseModel {
  let gradient: [Double]
  /// Row-major.
  let hessian: [Double]

  init?(_ run: Minimization, free: [Int]?) {
    guard let hessian = run.hessian() else { return nil }
    self.hessian = hessian.submatrix(free, order: run.dimension)
    gradient = run.current.gradient.picked(free)
  }

  /// H p.
  func product(_ p: [Double]) -> [Double] { NablaOptimization.product(hessian, p) }

  /// gᵀp + ½ pᵀHp.
  func change(_ p: [Double]) -> Double { dot(gradient, p) + 0.5 * dot(p, product(p)) }
}

/// How a step of a trust region is found.
public enum TrustRegionStep: String, Sendable, CaseIterable {
  /// The exact minimiser, after an eigendecomposition of the Hessian; leaves saddles and maxima. For up to some
  /// hundred variables.
  ///
  /// Source: Moré, Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4 (1983).
  case exact
  /// The minimiser in the plane of the gradient and the Newton step, or a direction of negative curvature.
  ///
  /// Source: Powell 1970; Byrd, Schnabel, Shultz, "Approximate solution of the trust region problem by minimization
  /// over two-dimensional subspaces", Math. Prog. 40 (1988).
  case dogleg
  /// Conjugate gradients on Hessian–vector products until they leave the region or meet negative curvature; for up
  /// to millions of variables.
  ///
  /// Source: Steihaug, "The conjugate gradient method and trust regions in large scale optimization", SIAM J. Numer.
  /// Anal. 20 (1983).
  case steihaug
}

extension MinimizationMethod {
  /// Newton's method in a trust region: the one to begin with.
  ///
  /// - Parameters:
  ///   - step: how steps are found.
  ///   - initialRadius: nil is max(1, ‖x₀‖₂).
  /// - Precondition: the radius is positive.
  public static func trustRegion(
    _ step: TrustRegionStep = .exact, initialRadius: Double? = nil
  ) -> MinimizationMethod {
    precondition(initialRadius.map { $0 > 0 } ?? true, "the radius of a trust region is positive")
    switch step {
    case .exact:
      return MinimizationMethod(
        "trust-region", needs: .hessian,
        TrustRegion(initialRadius: initialRadius, leavesSaddles: true) { _ in ExactSubproblem() })
    case .dogleg:
      return MinimizationMethod(
        "dogleg", needs: .hessian,
        TrustRegion(initialRadius: initialRadius, leavesSaddles: true) { _ in DoglegSubproblem() })
    case .steihaug:
      return MinimizationMethod(
        "steihaug", needs: .products,
        TrustRegion(initialRadius: initialRadius, leavesSaddles: false) { _ in SteihaugSubproblem() })
    }
  }
}
