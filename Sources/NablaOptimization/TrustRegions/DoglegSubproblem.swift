// SPDX-License-Identifier: Apache-2.0

/// The minimiser of the model in a plane: that of the gradient and the Newton step or, where the Hessian is not
/// positive definite, of the gradient and the eigenvector of its lowest eigenvalue.
///
/// Source: Byrd, Schnabel, Shultz 1988: see ``TrustRegionStep/dogleg``.
struct DoglegSubproblem: TrustRegionSubproblem {
  private var model: DenseModel?
  private(set) var newtonLength: Double?
  /// Orthonormal.
  private var basis: [[Double]] = []
  private var plane: QuadraticModel?

  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool {
    guard let model = DenseModel(run, free: free) else { return false }
    self.model = model
    let solver = SymmetricEigensolver(order: model.gradient.count)
    guard solver.decompose(model.hessian) else { return false }
    let whole = QuadraticModel(gradient: model.gradient, solver: solver)
    newtonLength = whole.isPositiveDefinite ? whole.newtonLength : nil
    let second =
      whole.isPositiveDefinite
      ? whole.minimizer(radius: .infinity).step : Array(solver.vectors[..<model.gradient.count])
    basis = orthonormalBasis([model.gradient, second])
    guard !basis.isEmpty else { return false }
    let products = basis.map { model.product($0) }
    let planeSolver = SymmetricEigensolver(order: basis.count)
    guard planeSolver.decompose(basis.flatMap { b in products.map { dot(b, $0) } }) else { return false }
    plane = QuadraticModel(gradient: basis.map { dot($0, model.gradient) }, solver: planeSolver)
    return true
  }

  func minimizer(radius: Double) -> (step: [Double], change: Double) {
    guard let model, let plane else { return ([], 0) }
    let coordinates = plane.minimizer(radius: radius)
    var step = model.gradient.map { _ in 0.0 }
    for (b, c) in zip(basis, coordinates.step) { step = sum(step, c, b) }
    return (step, coordinates.change)
  }

  func change(_ step: [Double]) -> Double { model?.change(step) ?? 0 }
}

/// Orthonormal vectors with the span of the given ones, of which those that depend on the ones before are left out.
func orthonormalBasis(_ vectors: [[Double]]) -> [[Double]] {
  var basis: [[Double]] = []
  for vector in vectors {
    var v = vector
    // Twice is enough (Kahan and Parlett) for orthogonality to the last digits.
    for _ in 0..<2 { for b in basis { v = sum(v, -dot(b, v), b) } }
    let norm = length(v)
    if norm > 0x1p-40 * length(vector) && norm.isFinite { basis.append(scaled(v, by: 1 / norm)) }
  }
  return basis
}
