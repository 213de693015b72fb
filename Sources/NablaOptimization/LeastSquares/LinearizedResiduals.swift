// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// The linearised system min ‖J̃p + r̃‖ at a point, in variables scaled to columns of length about 1: J̃S = QUΣVᵀ.
///
/// By QR and the singular values of R, whose error is that of J̃; or, of many rows, by the eigenvalues of the normal
/// equations, which square the condition, as long as that leaves half of the digits.
struct LinearizedResiduals {
  /// S: the step of variable j is sⱼ times that of the scaled one.
  let scales: [Double]
  /// Ascending.
  let singularValues: [Double]
  /// Row k is the right singular vector of σₖ, of n scaled coordinates.
  let vectors: [Double]
  /// uₖᵀQᵀr̃, so that the Gauss–Newton step is −Σ vₖ cₖ/σₖ.
  let coefficients: [Double]
  /// n.
  let dimension: Int
  let rowCount: Int

  /// From this many rows on the normal equations are tried first.
  static let manyRows = 4096

  /// Singular values below this fraction of the largest are zero to rounding.
  var threshold: Double {
    Double(Swift.max(dimension, Swift.min(rowCount, 1000))) * 0x1p-52 * (singularValues.last ?? 0)
  }

  var rank: Int { singularValues.count { $0 > threshold } }

  /// - Parameters:
  ///   - free: the variables that may move; nil for all.
  ///   - norms: the largest column norms so far, which it updates: scales do not shrink steps again where a column
  ///     gets small (Moré 1978).
  /// - Returns: nil where something is not finite.
  init?(
    _ evaluator: ResidualEvaluator, at point: [Double], free: [Int]?, norms: inout [Double],
    isPrecise: Bool
  ) {
    let all = evaluator.residuals.dimension
    let free = free ?? Array(0..<all)
    let (n, m) = (free.count, evaluator.residuals.count)
    (dimension, rowCount) = (n, m)
    func scale(_ squares: [Double]) -> [Double] {
      for (k, j) in free.enumerated() { norms[j] = Swift.max(norms[j], squares[k].squareRoot()) }
      return free.map { norms[$0] > 0 && norms[$0].isFinite ? 1 / norms[$0] : 1 }
    }
    if !isPrecise, let (whole, b) = evaluator.normalEquations(at: point) {
      var matrix = whole.submatrix(free, order: all)
      guard isFinite(matrix), isFinite(b) else { return nil }
      let scales = scale((0..<n).map { matrix[$0 * n + $0] })
      for i in 0..<n { for j in 0..<n { matrix[i * n + j] *= scales[i] * scales[j] } }
      let solver = SymmetricEigensolver(order: n)
      if solver.decompose(matrix), n > 0, solver.values[0] > 1e-8 * solver.values[n - 1] {
        self.scales = scales
        singularValues = solver.values.map { $0.squareRoot() }
        vectors = solver.vectors
        coefficients = (0..<n).map { k in
          (0..<n).reduce(0) { $0 + solver.vectors[k * n + $1] * scales[$1] * b[free[$1]] }
            / solver.values[k].squareRoot()
        }
        return
      }
    }
    let system = evaluator.system(at: point)
    guard isFinite(system) else { return nil }
    let width = all + 1
    var squares = [Double](repeating: 0, count: n)
    for (k, j) in free.enumerated() {
      // Against overflow of squares: by the largest.
      var largest = 0.0
      for i in 0..<m { largest = Swift.max(largest, Swift.abs(system[i * width + j])) }
      guard largest > 0 else { continue }
      var sum = 0.0
      for i in 0..<m {
        let x = system[i * width + j] / largest
        sum += x * x
      }
      squares[k] = largest * largest * sum
    }
    let scales = scale(squares)
    let matrix = Tensor<Double>(shape: [m, n + 1]) { buffer in
      for i in 0..<m {
        for (k, j) in free.enumerated() { buffer[i * (n + 1) + k] = system[i * width + j] * scales[k] }
        buffer[i * (n + 1) + n] = system[i * width + all]
      }
    }
    guard let r = try? LinearAlgebra.triangularFactor(matrix) else { return nil }
    let height = Swift.min(m, n)
    let square = Tensor<Double>(shape: [n, n]) { buffer in
      for i in 0..<n {
        for j in 0..<n { buffer[i * n + j] = i < height && j >= i ? r[i, j] : 0 }
      }
    }
    let right = (0..<n).map { $0 < height ? r[$0, n] : 0 }
    guard let (u, values, v) = try? LinearAlgebra.svd(square) else { return nil }
    let order = (0..<n).reversed()
    self.scales = scales
    singularValues = order.map { values[$0] }
    vectors = order.flatMap { k in (0..<n).map { v[$0, k] } }
    coefficients = order.map { k in (0..<n).reduce(0.0) { $0 + u[$1, k] * right[$1] } }
  }

  /// A step of scaled coordinates in those of the point.
  func unscaled(_ step: [Double]) -> [Double] { zip(step, scales).map { $0 * $1 } }

  /// ½‖J̃p + r̃‖² − ½‖r̃‖² in scaled coordinates, over the directions that the data determine.
  var model: QuadraticModel {
    let first = dimension - rank
    let kept = first..<dimension
    return QuadraticModel(
      eigenvalues: kept.map { singularValues[$0] * singularValues[$0] },
      vectors: Array(vectors[(first * dimension)...]),
      slopes: kept.map { singularValues[$0] * coefficients[$0] }, dimension: dimension)
  }

  /// The Gauss–Newton step of smallest scaled length, in the coordinates of the point.
  var gaussNewtonStep: [Double] {
    var step = [Double](repeating: 0, count: dimension)
    for k in (dimension - rank)..<dimension {
      for j in 0..<dimension { step[j] -= coefficients[k] / singularValues[k] * vectors[k * dimension + j] }
    }
    return unscaled(step)
  }

  /// (J̃ᵀJ̃)⁻¹ in the coordinates of the point, row-major, over the directions that the data determine; infinite in
  /// the rows and columns of variables that they do not.
  var unscaledCovariance: [Double] {
    let n = dimension
    var result = [Double](repeating: 0, count: n * n)
    for k in (n - rank)..<n {
      let weight = 1 / (singularValues[k] * singularValues[k])
      for i in 0..<n {
        for j in 0..<n { result[i * n + j] += weight * vectors[k * n + i] * vectors[k * n + j] }
      }
    }
    let undetermined = (0..<n).filter { j in
      (0..<(n - rank)).contains { Swift.abs(vectors[$0 * n + j]) > 0x1p-26 }
    }
    for i in 0..<n { for j in 0..<n { result[i * n + j] *= scales[i] * scales[j] } }
    for i in undetermined {
      for j in 0..<n { (result[i * n + j], result[j * n + i]) = (.infinity, .infinity) }
    }
    return result
  }

  /// The step of Newton's method, −(J̃ᵀJ̃ + C)⁻¹J̃ᵀr̃, with what the residuals' own curvature adds to the Hessian:
  /// C = H − J̃ᵀJ̃. In the basis of the singular vectors it is y with (I + Σ⁻¹VᵀSCSVΣ⁻¹) Σy = −c, so that its accuracy
  /// is that of c and not of J̃ᵀr̃. nil where rank is missing or the Hessian is not positive definite.
  func newtonStep(hessian: [Double]) -> [Double]? {
    let n = dimension
    guard rank == n, n > 0 else { return nil }
    var matrix = [Double](repeating: 0, count: n * n)
    for a in 0..<n {
      // H S v, scaled.
      let product = (0..<n).map { i in
        (0..<n).reduce(0.0) { $0 + hessian[i * n + $1] * scales[$1] * vectors[a * n + $1] } * scales[i]
      }
      for b in 0..<n {
        let element = (0..<n).reduce(0.0) { $0 + vectors[b * n + $1] * product[$1] }
        matrix[b * n + a] = element / (singularValues[a] * singularValues[b])
      }
    }
    for a in 0..<n {
      for b in 0..<a {
        let mean = 0.5 * (matrix[a * n + b] + matrix[b * n + a])
        (matrix[a * n + b], matrix[b * n + a]) = (mean, mean)
      }
    }
    guard isFinite(matrix),
      let y = try? LinearAlgebra.solvePositiveDefinite(
        Tensor(shape: [n, n], scalars: matrix), Tensor(coefficients))
    else { return nil }
    var step = [Double](repeating: 0, count: n)
    for k in 0..<n {
      for j in 0..<n { step[j] -= y[k] / singularValues[k] * vectors[k * n + j] }
    }
    return unscaled(step)
  }
}
