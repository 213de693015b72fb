// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// Proves the signs of the eigenvalues of a Hessian over a box. Not for use by two threads at once.
///
/// With V the approximate eigenvectors of the middle and Λ its eigenvalues, S = V|Λ|^−½ makes SᵀHS ≈ diag(±1).
/// Where that is strictly diagonally dominant (Gershgorin), S is regular, and by Sylvester's law of inertia the
/// signs of the diagonal are those of H's eigenvalues, for every symmetric H in the enclosure.
final class Definiteness {
  private let system: GradientSystem
  private let evaluator: IntervalEvaluator
  private let solver: SymmetricEigensolver

  init(_ system: GradientSystem) {
    self.system = system
    evaluator = IntervalEvaluator(system.hessian, parameters: system.parameters)
    solver = SymmetricEigensolver(order: system.n)
  }

  /// The number of negative eigenvalues, the same throughout the box with none of them 0; nil if that is not
  /// proven.
  func index(over box: [Interval]) -> Int? {
    let n = system.n
    for j in 0..<n { evaluator[input: j] = box[j] }
    evaluator.run()
    guard evaluator.isContinuous else { return nil }
    var hessian = [Interval](repeating: Interval(0), count: n * n)
    for (k, place) in system.hessianPlaces.enumerated() {
      let entry = evaluator[output: k]
      guard entry.isBounded else { return nil }
      hessian[place.row * n + place.column] = entry
      hessian[place.column * n + place.row] = entry
    }
    if n == 1 { return hessian[0].contains(0) ? nil : hessian[0].upper < 0 ? 1 : 0 }
    guard solver.decompose(hessian.map(\.midpoint)), solver.values.allSatisfy({ $0 != 0 }) else { return nil }
    var scaled = [Interval](repeating: Interval(0), count: n * n)
    for k in 0..<n {
      let scale = Swift.abs(solver.values[k]).squareRoot()
      for j in 0..<n {
        let entry = solver.vectors[k * n + j] / scale
        guard entry.isFinite else { return nil }
        scaled[k * n + j] = Interval(entry)
      }
    }
    var negative = 0
    for k in 0..<n {
      // Row k of SᵀH.
      let row = (0..<n).map { j in
        (0..<n).reduce(Interval(0)) { $0 + scaled[k * n + $1] * hessian[$1 * n + j] }
      }
      var off = 0.0
      var diagonal = Interval(0)
      for l in 0..<n {
        let entry = (0..<n).reduce(Interval(0)) { $0 + row[$1] * scaled[l * n + $1] }
        if l == k { diagonal = entry } else { off += entry.magnitude }
      }
      guard diagonal.mignitude > off * (1 + 0x1p-40) else { return nil }
      if diagonal.upper < 0 { negative += 1 }
    }
    return negative
  }
}
