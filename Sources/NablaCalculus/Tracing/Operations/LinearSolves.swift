// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

// The rules are those of Giles, "An extended collection of matrix derivative results for forward and reverse mode
// algorithmic differentiation" (2008), and, for Cholesky, of Murray, "Differentiation of the Cholesky
// decomposition" (2016). A derivative solves with the matrices that the value was solved with, so it cannot fail
// where that did not; where numbers overflow on the way it is NaN.

extension LinearAlgebra {
  /// The solution x of A x = b for general square matrices. Shapes, errors and cost as for tensors; derivatives cost
  /// one more factorisation.
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func solve<S: TensorScalar>(
    _ a: TracedTensor<S>, _ b: TracedTensor<S>
  ) throws(LinearAlgebraError) -> TracedTensor<S> {
    let isVector = b.rank == 1 || b.rank == a.rank - 1
    var columns = isVector ? b.expanded(axis: -1) : b
    // As many axes as the matrices have, so that they are not taken for vectors.
    while columns.rank < a.rank { columns = columns.expanded(axis: 0) }
    let x: Tensor<S> = try solve(a.value, columns.value)
    let solution = TracedTensor.recorded(
      x, Solve(matrixShape: a.shape, rightShape: columns.shape), [a, columns])
    return isVector ? solution.squeezed(axis: -1) : solution
  }

  /// The inverse A⁻¹ of square matrices [..., n, n].
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func inverse<S: TensorScalar>(
    _ a: TracedTensor<S>
  ) throws(LinearAlgebraError) -> TracedTensor<S> {
    let y: Tensor<S> = try inverse(a.value)
    return .recorded(y, Inverse(), [a])
  }

  /// The lower triangular L with A = L Lᵀ of symmetric positive definite matrices. Derivatives are those along
  /// symmetric changes of A: the cotangent of A is symmetric.
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func cholesky<S: TensorScalar>(
    _ a: TracedTensor<S>
  ) throws(LinearAlgebraError) -> TracedTensor<S> {
    let l: Tensor<S> = try cholesky(a.value)
    return .recorded(l, Cholesky(), [a])
  }

  /// The solution x of T x = b, or of Tᵀ x = b, for triangular matrices, of which the other triangle is not read. Shapes,
  /// errors and cost as for tensors.
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func triangularSolve<S: TensorScalar>(
    _ a: TracedTensor<S>, _ b: TracedTensor<S>, _ triangle: MatrixTriangle = .lower, transposed: Bool = false
  ) throws(LinearAlgebraError) -> TracedTensor<S> {
    let isVector = b.rank == 1 || b.rank == a.rank - 1
    var columns = isVector ? b.expanded(axis: -1) : b
    while columns.rank < a.rank { columns = columns.expanded(axis: 0) }
    let x: Tensor<S> = try triangularSolve(a.value, columns.value, triangle, transposed: transposed)
    let solution = TracedTensor.recorded(
      x,
      TriangularSolve(
        triangle: triangle, isTransposed: transposed, matrixShape: a.shape, rightShape: columns.shape),
      [a, columns])
    return isVector ? solution.squeezed(axis: -1) : solution
  }

  /// The sign and the logarithm of the absolute value of the determinants of [..., n, n]. The derivative of the
  /// logarithm is A⁻ᵀ, NaN of a singular matrix; that of the sign is 0.
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func logAbsDeterminant<S: TensorScalar>(
    _ a: TracedTensor<S>
  ) -> (sign: TracedTensor<S>, logarithm: TracedTensor<S>) {
    let (sign, logarithm): (Tensor<S>, Tensor<S>) = logAbsDeterminant(a.value)
    return (TracedTensor(sign), .recorded(logarithm, LogAbsDeterminant(), [a]))
  }

  /// The sums of the main diagonals, shape [...] for [..., m, n].
  @specialized(where S == Double)
  @specialized(where S == Float)
  public static func trace<S: TensorScalar>(_ a: TracedTensor<S>) -> TracedTensor<S> {
    a.diagonal().sum(axis: -1)
  }

}

extension TracedTensor {
  /// One triangle of square matrices, the diagonal multiplied by `diagonal`.
  fileprivate func triangle(_ triangle: MatrixTriangle = .lower, diagonal: Scalar) -> TracedTensor {
    let n = shape[rank - 1]
    let factors = Tensor<Scalar>(shape: [n, n]) { buffer in
      for i in 0..<n {
        for j in 0..<n {
          let isInside = triangle == .lower ? j < i : j > i
          buffer[i * n + j] = isInside ? 1 : i == j ? diagonal : 0
        }
      }
    }
    return select(factors, self * TracedTensor(factors), 0)
  }
}

/// A⁻¹ b where that is known to exist, NaN where rounding makes it fail.
private func solution<S>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  (try? LinearAlgebra.solve(a, b)) ?? b * TracedTensor(S.nan)
}

/// The same with a triangular matrix.
private func solution<S>(
  _ a: TracedTensor<S>, _ b: TracedTensor<S>, _ triangle: MatrixTriangle, transposed: Bool
) -> TracedTensor<S> {
  (try? LinearAlgebra.triangularSolve(a, b, triangle, transposed: transposed)) ?? b * TracedTensor(S.nan)
}

/// T X = B: Ẋ = T⁻¹(Ḃ − Ṫ X), B̄ = T⁻ᵀ X̄, T̄ = −tri(B̄ Xᵀ), the triangle that is read; of Tᵀ X = B correspondingly.
private struct TriangularSolve<Scalar: TensorScalar>: TensorOperation {
  let triangle: MatrixTriangle
  let isTransposed: Bool
  let matrixShape: [Int]
  let rightShape: [Int]
  var name: String { "triangular solve" }
  func reads(operand: Int) -> Bool { operand == 0 }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let product = tangents[0].map { change -> TracedTensor<Scalar> in
      let inside = change.triangle(triangle, diagonal: 1)
      return -matmul(isTransposed ? inside.transposed() : inside, step.value)
    }
    return sum(tangents[1], product).map {
      solution(step.operand(0), $0, triangle, transposed: isTransposed)
    }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let right = solution(step.operand(0), cotangent, triangle, transposed: !isTransposed)
    func matrix() -> TracedTensor<Scalar> {
      let product = matmul(right, step.value.transposed())
      return -(isTransposed ? product.transposed() : product).triangle(triangle, diagonal: 1)
        .summed(to: matrixShape)
    }
    return [needed[0] ? matrix() : nil, needed[1] ? right.summed(to: rightShape) : nil]
  }
}

/// X = A⁻¹ B: Ẋ = A⁻¹(Ḃ − Ȧ X), B̄ = A⁻ᵀ X̄, Ā = −B̄ Xᵀ.
private struct Solve<Scalar: TensorScalar>: TensorOperation {
  let matrixShape: [Int]
  let rightShape: [Int]
  var name: String { "solve" }
  func reads(operand: Int) -> Bool { operand == 0 }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let right = sum(tangents[1], tangents[0].map { -matmul($0, step.value) })
    return right.map { solution(step.operand(0), $0) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let right = solution(step.operand(0).transposed(), cotangent)
    return [
      needed[0] ? -matmul(right, step.value.transposed()).summed(to: matrixShape) : nil,
      needed[1] ? right.summed(to: rightShape) : nil,
    ]
  }
}

/// Y = A⁻¹: Ẏ = −Y Ȧ Y, Ā = −Yᵀ Ȳ Yᵀ.
private struct Inverse<Scalar: TensorScalar>: TensorOperation {
  var name: String { "inverse" }
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { -matmul(matmul(step.value, $0), step.value) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let y = step.value.transposed()
    return [-matmul(matmul(y, cotangent), y)]
  }
}

/// A = L Lᵀ: L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ), Ā = ½(S + Sᵀ) with S = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹; Φ takes the lower triangle and
/// half of the diagonal.
private struct Cholesky<Scalar: TensorScalar>: TensorOperation {
  var name: String { "cholesky" }
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let l = step.value
    return tangents[0].map { change in
      // Only the lower triangle of A is read; its change stands for a symmetric one.
      let symmetric = change.triangle(diagonal: 0.5)
      let left = solution(l, symmetric + symmetric.transposed(), .lower, transposed: false)
      let both = solution(l, left.transposed(), .lower, transposed: false)
      return matmul(l, both.triangle(diagonal: 0.5))
    }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let l = step.value
    let inner = matmul(l.transposed(), cotangent.triangle(diagonal: 1)).triangle(diagonal: 0.5)
    let left = solution(l, inner, .lower, transposed: true)
    let s = solution(l, left.transposed(), .lower, transposed: true)
    return [(s + s.transposed()) * 0.5]
  }
}

/// y = log|det A|: ẏ = tr(A⁻¹ Ȧ), Ā = ȳ A⁻ᵀ.
private struct LogAbsDeterminant<Scalar: TensorScalar>: TensorOperation {
  var name: String { "log|det|" }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { false }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func inverse(_ a: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    (try? LinearAlgebra.inverse(a)) ?? a * TracedTensor(Scalar.nan)
  }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { (inverse(step.operand(0)).transposed() * $0).sum(axes: [-2, -1]) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [inverse(step.operand(0)).transposed() * cotangent.expanded(axis: -1).expanded(axis: -1)]
  }
}
