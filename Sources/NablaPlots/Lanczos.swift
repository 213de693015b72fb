// SPDX-License-Identifier: Apache-2.0

internal import NablaOptimization
internal import NablaTensors

/// The two eigenvalues of largest magnitude of a symmetric operator, with their unit eigenvectors; one if there is but
/// one dimension.
///
/// Lanczos' method with full reorthogonalisation, from a vector that is the same in every run, until both residuals are
/// below a millionth of their eigenvalues or after 100 products. Where the operator is not finite, the vectors are the
/// first of the basis and the values NaN.
///
/// Golub and Van Loan, "Matrix Computations", 4th edition, 10.1 and 10.3.
func leadingEigenpairs<Failure: Error>(
  count n: Int, product: ([Double]) throws(Failure) -> [Double]
) throws(Failure) -> [(value: Double, vector: [Double])] {
  var generator = SeededGenerator(seed: 0)
  var basis: [[Double]] = []
  var (diagonal, below): ([Double], [Double]) = ([], [])

  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  func orthogonalized(_ vector: [Double]) -> [Double] {
    var vector = vector
    // Twice is enough (Kahan; Parlett, "The Symmetric Eigenvalue Problem", 6.9).
    for _ in 0..<2 {
      for other in basis {
        let share = dot(other, vector)
        for k in vector.indices { vector[k] -= share * other[k] }
      }
    }
    return vector
  }
  func fresh() -> [Double] {
    let vector = orthogonalized(Tensor<Double>.normal([n], using: &generator).scalars)
    let norm = dot(vector, vector).squareRoot()
    return vector.map { $0 / norm }
  }

  let limit = Swift.min(n, 100)
  var next = n > 0 ? fresh() : []
  var pairs: [(value: Double, vector: [Double])] = []
  while basis.count < limit {
    let image = try product(next)
    diagonal.append(dot(next, image))
    basis.append(next)
    let rest = orthogonalized(image)
    let norm = dot(rest, rest).squareRoot()
    let m = basis.count
    let solver = SymmetricEigensolver(order: m)
    var matrix = [Double](repeating: 0, count: m * m)
    for k in 0..<m { matrix[k * m + k] = diagonal[k] }
    for k in below.indices.prefix(m - 1) {
      (matrix[k * m + k + 1], matrix[(k + 1) * m + k]) = (below[k], below[k])
    }
    guard matrix.allSatisfy(\.isFinite), norm.isFinite, solver.decompose(matrix) else {
      while basis.count < Swift.min(n, 2) { basis.append(fresh()) }
      return basis.prefix(2).map { (.nan, $0) }
    }
    let order = (0..<m).sorted { Swift.abs(solver.values[$0]) > Swift.abs(solver.values[$1]) }.prefix(2)
    let largest = Swift.abs(solver.values[order[0]])
    let isExhausted = norm <= 1e-12 * largest || norm == 0
    let residuals = order.map { norm * Swift.abs(solver.vectors[$0 * m + m - 1]) }
    let isDone =
      m >= limit
      || (!isExhausted && order.count == 2
        && zip(order, residuals).allSatisfy { $1 <= 1e-6 * Swift.abs(solver.values[$0]) })
    if isDone {
      pairs = order.map { k in
        var vector = [Double](repeating: 0, count: n)
        for j in 0..<m {
          let share = solver.vectors[k * m + j]
          for i in 0..<n { vector[i] += share * basis[j][i] }
        }
        return (solver.values[k], vector)
      }
      break
    }
    // An invariant subspace: the rest of the space is searched from a new vector.
    next = isExhausted ? fresh() : rest.map { $0 / norm }
    below.append(isExhausted ? 0 : norm)
  }
  return pairs
}
