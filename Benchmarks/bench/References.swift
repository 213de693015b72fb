// SPDX-License-Identifier: Apache-2.0

/// References computed here, in 64 significant bits and by other means than Nabla's: forward mode instead of
/// reverse sweeps over graphs, Jacobi's method and elimination instead of LAPACK.
///
/// All are nil on processors without a wider type than `Double`.
enum References {
  /// Value, and gradient and Hessian or Jacobian, at some points.
  static func derivatives(of body: some PointFunction, _ n: Int, of inputs: Points, at indices: [Int])
    -> [Rows]?
  {
    guard hasWideNumbers else { return nil }
    var arrays: [Rows] = Array(repeating: [], count: body.isScalar ? 3 : 2)
    for i in indices {
      let all = inputs.bounds.indices.map { Wide(inputs.coordinate($0, of: i)) }
      let (x, p) = (Array(all[..<n]), Array(all[n...]))
      if body.isScalar {
        let (value, gradient, hessian) = secondOrder(body, x, p)
        arrays[0].append([Double(value)])
        arrays[1].append(gradient.map { Double($0) })
        arrays[2].append(hessian.flatMap { $0.map { Double($0) } })
      } else {
        arrays[0].append(body.outputs(x, p).map { Double($0) })
        // Columns of the Jacobian, one a variable.
        let columns = x.indices.map { j in
          body.outputs(seeded(x, j), p.map { Dual(value: $0, derivative: 0) }).map { Double($0.derivative) }
        }
        arrays[1].append(columns[0].indices.flatMap { row in columns.map { $0[row] } })
      }
    }
    return arrays
  }

  /// Values alone, at some points.
  static func values(of body: some PointFunction, of inputs: Points, at indices: [Int]) -> [Rows]? {
    guard hasWideNumbers else { return nil }
    return [
      indices.map { i in
        body.outputs(inputs.bounds.indices.map { Wide(inputs.coordinate($0, of: i)) }, []).map { Double($0) }
      }
    ]
  }

  /// The end points of ten full Newton steps. NaN where these do not converge: a start that leaves the
  /// box |x| < 20, or is not within a gradient of 1e-10 at the end, has no right answer.
  static func newton(_ body: some PointFunction, _ n: Int, from inputs: Points, at indices: [Int]) -> [Rows]?
  {
    guard hasWideNumbers else { return nil }
    let rows = indices.map { i in
      var x = (0..<n).map { Wide(inputs.coordinate($0, of: i)) }
      var isTame = true
      for _ in 0..<newtonSteps {
        let (_, gradient, hessian) = secondOrder(body, x, [])
        let step = solution(of: hessian, gradient)
        for j in x.indices {
          x[j] -= step[j]
          isTame = isTame && x[j].magnitude < 20
        }
        if !isTame { break }
      }
      let isConverged = isTame && secondOrder(body, x, []).gradient.allSatisfy { $0.magnitude < 1e-10 }
      return x.map { isConverged ? Double($0) : .nan }
    }
    return [rows]
  }

  private static func seeded(_ x: [Wide], _ j: Int) -> [Dual<Wide>] {
    x.indices.map { Dual(value: x[$0], derivative: $0 == j ? 1 : 0) }
  }

  private static func secondOrder(
    _ body: some PointFunction, _ x: [Wide], _ p: [Wide]
  ) -> (value: Wide, gradient: [Wide], hessian: [[Wide]]) {
    let n = x.count
    var (value, gradient) = (Wide.nan, Array(repeating: Wide.nan, count: n))
    var hessian = Array(repeating: gradient, count: n)
    let data = p.map { Dual(value: Dual(value: $0, derivative: 0), derivative: 0) }
    for i in 0..<n {
      let inner = seeded(x, i)
      for j in i..<n {
        let variables = x.indices.map { Dual(value: inner[$0], derivative: $0 == j ? 1 : 0) }
        let output = body.outputs(variables, data)[0]
        value = output.value.value
        gradient[i] = output.value.derivative
        hessian[i][j] = output.derivative.derivative
        hessian[j][i] = hessian[i][j]
      }
    }
    return (value, gradient, hessian)
  }
}

// MARK: - Matrices

extension References {
  /// The eigenvalues of symmetric matrices in ascending order, by Jacobi's rotations.
  static func eigenvalues(_ matrices: Matrices, at indices: [Int]) -> [Rows]? {
    guard hasWideNumbers else { return nil }
    let n = matrices.n
    return [
      indices.map { i in
        var a = rows(matrices.symmetric(i), n)
        // It converges quadratically: 30 sweeps are far more than n = 16 takes.
        for _ in 0..<30 {
          for p in 0..<n {
            for q in p + 1..<n where a[p][q] != 0 { rotate(&a, p, q) }
          }
        }
        return (0..<n).map { Double(a[$0][$0]) }.sorted()
      }
    ]
  }

  /// Makes a[p][q] zero (Golub and Van Loan, Matrix Computations, 8.5.2).
  private static func rotate(_ a: inout [[Wide]], _ p: Int, _ q: Int) {
    let tau = (a[q][q] - a[p][p]) / (2 * a[p][q])
    let t = (tau < 0 ? -1 : 1) / (tau.magnitude + (1 + tau * tau).squareRoot())
    let c = 1 / (1 + t * t).squareRoot()
    let s = t * c
    for k in a.indices { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
    for k in a.indices { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
    (a[p][q], a[q][p]) = (0, 0)
  }

  static func solutions(_ matrices: Matrices, at indices: [Int]) -> [Rows]? {
    guard hasWideNumbers else { return nil }
    return [
      indices.map { i in
        let right = matrices.rightHandSide(i).map { Wide($0) }
        return solution(of: rows(matrices.positiveDefinite(i), matrices.n), right).map { Double($0) }
      }
    ]
  }

  /// Gauss's elimination with partial pivoting; not finite where the matrix is singular.
  private static func solution(of matrix: [[Wide]], _ right: [Wide]) -> [Wide] {
    let n = right.count
    var (a, x) = (matrix, right)
    for k in 0..<n {
      let pivot = (k..<n).max { a[$0][k].magnitude < a[$1][k].magnitude }!
      a.swapAt(k, pivot)
      x.swapAt(k, pivot)
      for i in k + 1..<n {
        let factor = a[i][k] / a[k][k]
        for j in k..<n { a[i][j] -= factor * a[k][j] }
        x[i] -= factor * x[k]
      }
    }
    for k in (0..<n).reversed() {
      for j in k + 1..<n { x[k] -= a[k][j] * x[j] }
      x[k] /= a[k][k]
    }
    return x
  }

  private static func rows(_ elements: [Double], _ n: Int) -> [[Wide]] {
    (0..<n).map { row in elements[row * n..<(row + 1) * n].map { Wide($0) } }
  }
}
