// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization
internal import NablaTensors

/// Classifies points of one function from their value, gradient and Hessian. Not for use by two threads at
/// once.
///
/// A point is given as doubles, and a critical point seldom is a double: sin has no zero of its slope at the
/// double next to π/2. So a point counts as critical where
/// - each |gᵢ| is within the bound of its error, with the coordinates known to 4 ulp; or
/// - the Newton step p is short, ‖p‖∞ ≤ 10⁻⁸ max(1, ‖x‖∞), and what it leaves of the gradient (along
///   eigenvectors whose eigenvalue is zero to within rounding) is within its error bound.
///
/// The critical point itself then lies within δ = 4|p| + |H⁻¹|e + 4 ulp(x), with e the gradient's error bounds,
/// and an eigenvalue counts as zero if it is within its error with the coordinates known to δ: x³ at 10⁻⁹ is
/// degenerate, no minimum.
struct Classifier {
  let function: Function
  let parameters: [Double]
  let error: DerivativeError
  let solver: SymmetricEigensolver
  let higherOrder: HigherOrderTest
  /// Of each operation that may meet a kink whether it does; nil where there is none.
  private let kinks: Function?

  /// How far a point that is given may be from the critical point that is meant.
  static let positionTolerance = 1e-8

  init(_ function: Function, parameters: [Double], error: DerivativeError) {
    self.function = function
    self.parameters = parameters
    self.error = error
    solver = SymmetricEigensolver(order: function.variables.count)
    higherOrder = HigherOrderTest(function, parameters: parameters)
    let conditions = Expr.kinks(of: function.outputs).map(\.condition)
    kinks =
      conditions.isEmpty
      ? nil : Function(conditions, of: function.variables, parameters: function.parameters)
  }

  /// Whether an operation meets a kink, a jump or a tie at a point: what a convention gives as derivatives there says
  /// nothing about the neighbourhood.
  func meetsKink(at x: [Double]) -> Bool {
    guard let kinks else { return false }
    let met = kinks.value(at: Tensor(x), parameters: parameters.isEmpty ? nil : Tensor(parameters))
    return met.scalars.contains { $0 != 0 }
  }

  /// What is known about a point.
  struct Verdict {
    var point: CriticalPoint
    /// The Newton step, without the directions in which the Hessian is singular to rounding.
    var step: [Double]
    /// Orthonormal vectors that span the null space of the Hessian to within its error.
    var nullVectors: [[Double]]
    /// |V| |Λ|⁻¹ |V|ᵀ, row-major, of a nondegenerate critical point: no entry of H⁻¹ is larger.
    var inverseMagnitude: [Double]
    /// Whether the gradient is zero to within its error at the point itself, not only close by.
    var vanishes: Bool
  }

  func classify(
    at x: [Double], value: Double, gradient: [Double], hessian: [Double]
  ) -> Verdict {
    let n = x.count
    guard value.isFinite, gradient.allSatisfy(\.isFinite), hessian.allSatisfy(\.isFinite) else {
      return verdict(x, value, gradient, x.map { _ in .nan }, .undetermined, index: 0, isDegenerate: false)
    }
    let near = error.bounds(at: x, parameters: parameters, uncertainties: ulps(4, of: x))
    guard let rough = solver.signs(of: hessian, errors: near.hessian) else {
      return verdict(x, value, gradient, x.map { _ in .nan }, .undetermined, index: 0, isDegenerate: false)
    }
    let eigenvalues = solver.values
    // Nothing is known of a gradient whose error has no bound: the point is at the edge of the domain.
    guard (0..<n).allSatisfy({ near.gradient[$0].isFinite || gradient[$0] == 0 }) else {
      return verdict(
        x, value, gradient, eigenvalues, .undetermined, index: rough.negative, isDegenerate: false)
    }
    let (step, rest) = newtonStep(gradient, dropping: rough.zero)
    let size = step.reduce(0) { Swift.max($0, Swift.abs($1)) }
    let scale = x.reduce(1) { Swift.max($0, Swift.abs($1)) }

    let vanishes = (0..<n).allSatisfy { Swift.abs(gradient[$0]) <= near.gradient[$0] }
    var isCritical = vanishes
    var signs = rough
    if vanishes || size <= Self.positionTolerance * scale {
      let inverse = inverseMagnitude(dropping: rough.zero)
      let rounding = ulps(4, of: x)
      let uncertainties = (0..<n).map { i in
        rounding[i] + 4 * Swift.abs(step[i])
          + (0..<n).reduce(0) { $0 + inverse[i * n + $1] * near.gradient[$1] }
      }
      let bounds = error.bounds(at: x, parameters: parameters, uncertainties: uncertainties)
      isCritical =
        vanishes
        || (0..<n).allSatisfy { j in Swift.abs(rest[j]) <= near.gradient[j] + 0x1p-50 * Swift.abs(gradient[j])
        }
      signs = solver.signs(of: hessian, errors: bounds.hessian) ?? rough
    }
    guard isCritical else {
      return verdict(
        x, value, gradient, eigenvalues, .regular, index: rough.negative, isDegenerate: false, step: step)
    }
    let kind: CriticalPoint.Kind =
      signs.zero > 0 || meetsKink(at: x)
      ? .undetermined : signs.negative == 0 ? .minimum : signs.positive == 0 ? .maximum : .saddle
    return verdict(
      x, value, gradient, eigenvalues, kind, index: signs.negative, isDegenerate: signs.zero > 0, step: step,
      nullity: signs.zero, vanishes: vanishes)
  }

  private func verdict(
    _ x: [Double], _ value: Double, _ gradient: [Double], _ eigenvalues: [Double], _ kind: CriticalPoint.Kind,
    index: Int, isDegenerate: Bool, step: [Double] = [], nullity: Int = 0, vanishes: Bool = false
  ) -> Verdict {
    let n = x.count
    let order = smallestFirst()
    let isSimple = kind != .regular && !isDegenerate && eigenvalues.allSatisfy(\.isFinite)
    return Verdict(
      point: CriticalPoint(
        point: x, value: value, gradient: gradient, eigenvalues: eigenvalues, kind: kind, index: index,
        isDegenerate: isDegenerate),
      step: step,
      nullVectors: order.prefix(nullity).map { Array(solver.vectors[$0 * n..<($0 + 1) * n]) },
      inverseMagnitude: isSimple ? inverseMagnitude(dropping: 0) : [], vanishes: vanishes)
  }

  /// −H⁺g without the `count` eigenvalues of least magnitude, and the part of g along their eigenvectors.
  private func newtonStep(_ gradient: [Double], dropping count: Int) -> (step: [Double], rest: [Double]) {
    let n = gradient.count
    var step = [Double](repeating: 0, count: n)
    var rest = step
    for (rank, k) in smallestFirst().enumerated() {
      let slope = (0..<n).reduce(0) { $0 + solver.vectors[k * n + $1] * gradient[$1] }
      for j in 0..<n {
        if rank < count {
          rest[j] += slope * solver.vectors[k * n + j]
        } else {
          step[j] -= slope / solver.values[k] * solver.vectors[k * n + j]
        }
      }
    }
    return (step, rest)
  }

  /// |V| |Λ|⁻¹ |V|ᵀ without the `count` eigenvalues of least magnitude.
  private func inverseMagnitude(dropping count: Int) -> [Double] {
    let n = solver.order
    var inverse = [Double](repeating: 0, count: n * n)
    for k in smallestFirst().dropFirst(count) {
      for i in 0..<n {
        let weight = Swift.abs(solver.vectors[k * n + i] / solver.values[k])
        for j in 0..<n { inverse[i * n + j] += weight * Swift.abs(solver.vectors[k * n + j]) }
      }
    }
    return inverse
  }

  /// The positions of the eigenvalues by ascending magnitude.
  private func smallestFirst() -> [Int] {
    solver.values.indices.sorted { Swift.abs(solver.values[$0]) < Swift.abs(solver.values[$1]) }
  }
}
