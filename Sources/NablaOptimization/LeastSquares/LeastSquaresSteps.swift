// SPDX-License-Identifier: Apache-2.0

/// The exact minimiser of the linearised system in an ellipsoid, (J̃ᵀJ̃ + λD²) p = −J̃ᵀr̃: Levenberg and Marquardt's
/// step with λ ≥ 0 so that ‖Dp‖ ≤ Δ.
///
/// Source: Moré, "The Levenberg–Marquardt algorithm: implementation and theory", in Numerical Analysis, Dundee 1977,
/// Springer 1978, with singular values instead of his rotations.
struct LevenbergMarquardtSubproblem: EllipsoidalSubproblem {
  private let evaluator: ResidualEvaluator
  fileprivate var norms: [Double]
  fileprivate var linearized: LinearizedResiduals?
  private var model: QuadraticModel?

  init(_ evaluator: ResidualEvaluator) {
    self.evaluator = evaluator
    norms = Array(repeating: 0, count: evaluator.residuals.dimension)
  }

  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool {
    run.countJacobian()
    linearized = LinearizedResiduals(
      evaluator, at: run.current.point, free: free, norms: &norms, isPrecise: false)
    model = linearized?.model
    return linearized.map { $0.dimension > 0 } ?? false
  }

  func minimizer(radius: Double) -> (step: [Double], change: Double) {
    guard let linearized, let (step, change) = model?.minimizer(radius: radius) else { return ([], 0) }
    return (linearized.unscaled(step), change)
  }
}

/// The minimiser in the plane of the scaled gradient and the Gauss–Newton step, in the same ellipsoid.
///
/// Source: Powell, "A hybrid method for nonlinear equations", 1970; Byrd, Schnabel, Shultz, Math. Prog. 40 (1988).
struct LeastSquaresDoglegSubproblem: EllipsoidalSubproblem {
  private let evaluator: ResidualEvaluator
  fileprivate var norms: [Double]
  fileprivate var linearized: LinearizedResiduals?
  private var basis: [[Double]] = []
  private var plane: QuadraticModel?

  init(_ evaluator: ResidualEvaluator) {
    self.evaluator = evaluator
    norms = Array(repeating: 0, count: evaluator.residuals.dimension)
  }

  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool {
    run.countJacobian()
    guard
      let linearized = LinearizedResiduals(
        evaluator, at: run.current.point, free: free, norms: &norms, isPrecise: false),
      linearized.dimension > 0
    else { return false }
    self.linearized = linearized
    let gradient = linearized.scaledGradient
    let newton = zip(linearized.gaussNewtonStep, linearized.scales).map { $0 / $1 }
    basis = orthonormalBasis([gradient, newton])
    guard !basis.isEmpty else { return false }
    let images = basis.map { linearized.image($0) }
    let solver = SymmetricEigensolver(order: basis.count)
    guard solver.decompose(images.flatMap { a in images.map { dot(a, $0) } }) else { return false }
    plane = QuadraticModel(gradient: basis.map { dot($0, gradient) }, solver: solver)
    return true
  }

  func minimizer(radius: Double) -> (step: [Double], change: Double) {
    guard let linearized, let plane else { return ([], 0) }
    let coordinates = plane.minimizer(radius: radius)
    var step = [Double](repeating: 0, count: linearized.dimension)
    for (b, c) in zip(basis, coordinates.step) { step = sum(step, c, b) }
    return (linearized.unscaled(step), coordinates.change)
  }
}

/// A model of the linearised system in an ellipsoid whose axes are the column norms of the Jacobian.
private protocol EllipsoidalSubproblem: TrustRegionSubproblem {
  /// The largest column norms so far.
  var norms: [Double] { get }
  var linearized: LinearizedResiduals? { get }
}

extension EllipsoidalSubproblem {
  var newtonLength: Double? { linearized.map { length($0.gaussNewtonStep) } }

  func change(_ step: [Double]) -> Double { linearized?.change(step) ?? 0 }

  func norm(_ step: [Double]) -> Double {
    length(zip(step, norms).map { $1 > 0 && $1.isFinite ? $0 * $1 : $0 })
  }

  func initialRadius(_ run: Minimization) -> Double {
    let norm = norm(run.current.point)
    return norm > 0 && norm.isFinite ? norm : 1
  }
}

extension LinearizedResiduals {
  /// ΣVᵀp of a step of scaled coordinates: its length is ‖J̃Sp‖.
  func image(_ step: [Double]) -> [Double] {
    (0..<dimension).map { k in
      singularValues[k] * (0..<dimension).reduce(0.0) { $0 + vectors[k * dimension + $1] * step[$1] }
    }
  }

  /// S J̃ᵀr̃.
  var scaledGradient: [Double] {
    (0..<dimension).map { j in
      (0..<dimension).reduce(0.0) {
        $0 + vectors[$1 * dimension + j] * singularValues[$1] * coefficients[$1]
      }
    }
  }

  /// The model at a step in the coordinates of the point.
  func change(_ step: [Double]) -> Double {
    let scaledStep = zip(step, scales).map { $0 / $1 }
    let image = image(scaledStep)
    return dot(image, coefficients) + 0.5 * dot(image, image)
  }
}

/// The Gauss–Newton step as a direction for a line search.
struct GaussNewtonDirection: DescentDirection {
  let isSteepest = false
  let evaluator: ResidualEvaluator
  private var norms: [Double]

  init(_ evaluator: ResidualEvaluator) {
    self.evaluator = evaluator
    norms = Array(repeating: 0, count: evaluator.residuals.dimension)
  }

  mutating func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    run.countJacobian()
    let free = run.freeVariables
    guard
      let linearized = LinearizedResiduals(
        evaluator, at: run.current.point, free: free, norms: &norms, isPrecise: false)
    else { return nil }
    return linearized.gaussNewtonStep.spread(to: free, of: run.dimension)
  }

  func end(_ run: Minimization, _ direction: [Double]) -> StoppingReason? {
    run.stepTest(length(direction))
  }

  func firstLength(_ run: Minimization, _ line: Line) -> Double { 1 }
  mutating func learn(step: [Double], change: [Double]) {}
  mutating func reset() {}
}
