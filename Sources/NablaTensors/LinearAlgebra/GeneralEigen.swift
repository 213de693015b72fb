// SPDX-License-Identifier: Apache-2.0

/// The eigenvalues and eigenvectors of general square matrices, made by ``LinearAlgebra/eigen(_:)``:
/// A vⱼ = λⱼ vⱼ, in real and imaginary parts.
///
/// Complex eigenvalues come as neighbours, λ with a positive imaginary part and then its conjugate.
public struct GeneralEigen<Scalar: TensorScalar>: Sendable {
  /// Re λ, shape `[..., n]`.
  public let realParts: Tensor<Scalar>
  /// Im λ, shape `[..., n]`; exactly zero for a real eigenvalue.
  public let imaginaryParts: Tensor<Scalar>
  /// Re v, shape `[..., n, n]`: column j belongs to value j.
  public let vectorRealParts: Tensor<Scalar>
  /// Im v, shape `[..., n, n]`; zero for a real eigenvalue.
  public let vectorImaginaryParts: Tensor<Scalar>

  /// Whether no eigenvalue has an imaginary part.
  public var isReal: Bool { imaginaryParts.scalars.allSatisfy { $0 == 0 } }
}

extension LinearAlgebra {
  /// The eigenvalues and right eigenvectors of general square matrices `[..., n, n]`.
  ///
  /// The vectors have Euclidean length 1, and of a complex one the largest element is real. The order of the
  /// values is LAPACK's and means nothing. A defective matrix has fewer than n independent vectors: some of
  /// those returned are then parallel to working precision. For symmetric matrices ``symmetricEigen(_:)`` is
  /// faster and gives real, orthonormal vectors.
  ///
  /// The errors of the values are of the order of ulp(‖A‖) times the condition number of the matrix of
  /// vectors, and so may be large though A is well-conditioned.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `geev`: balancing, Hessenberg form, QR iteration.
  public static func eigen<S: TensorScalar>(_ a: Tensor<S>) throws(LinearAlgebraError) -> GeneralEigen<S> {
    let n = order(a, "eigen")
    let (real, imaginary, packed) = try generalEigen(a, n, withVectors: true)
    // A pair of columns holds the parts of the vector of a complex pair of values.
    let vectorReal = Tensor<S>(uninitialized: packed.shape)
    let vectorImaginary = Tensor<S>.zeros(packed.shape)
    var column = 0
    while column < real.count {
      let from = packed.storage.base + column * n
      let (re, im) = (vectorReal.storage.base + column * n, vectorImaginary.storage.base + column * n)
      re.update(from: from, count: n)
      column += 1
      if imaginary.storage.base[column - 1] == 0 { continue }
      (re + n).update(from: from, count: n)
      im.update(from: from + n, count: n)
      for i in 0..<n { im[n + i] = -from[n + i] }
      column += 1
    }
    return GeneralEigen(
      realParts: real, imaginaryParts: imaginary, vectorRealParts: vectorReal.transposed(),
      vectorImaginaryParts: vectorImaginary.transposed())
  }

  /// The eigenvalues of general square matrices, each part of shape `[..., n]` for `[..., n, n]`, as
  /// ``eigen(_:)`` gives them.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(n³), about a third of the work of ``eigen(_:)``.
  /// - Source: LAPACK `geev`.
  public static func eigenvalues<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> (realParts: Tensor<S>, imaginaryParts: Tensor<S>) {
    let (real, imaginary, _) = try generalEigen(a, order(a, "eigenvalues"), withVectors: false)
    return (real, imaginary)
  }

  /// The vectors come by columns, one after the other, those of a complex pair as their two parts.
  private static func generalEigen<S: TensorScalar>(
    _ a: Tensor<S>, _ n: Int, withVectors: Bool
  ) throws(LinearAlgebraError) -> (real: Tensor<S>, imaginary: Tensor<S>, vectors: Tensor<S>) {
    try requireFinite(a)
    let batch = Array(a.shape.dropLast(2))
    let real = Tensor<S>(uninitialized: batch + [n])
    let imaginary = Tensor<S>(uninitialized: batch + [n])
    let vectors = Tensor<S>(uninitialized: batch + (withVectors ? [n, n] : [0, 0]))
    let copy = a.transposed().copied()
    if copy.count == 0 { return (real, imaginary, vectors) }
    let order = lapackInt(n)
    let job: CChar = .letter(withVectors ? "V" : "N")
    let work = Workspace("geev") {
      S._routines.geev(
        columnMajor, .letter("N"), job, order, nil, order, nil, nil, nil, order, nil, order, $0, $1)
    }
    for matrix in 0..<batch.reduce(1, *) {
      let (re, im) = (real.storage.base + matrix * n, imaginary.storage.base + matrix * n)
      let right = withVectors ? vectors.storage.base + matrix * n * n : nil
      let info = work.run(flops: cube(n) * (withVectors ? 25 : 10)) {
        S._routines.geev(
          columnMajor, .letter("N"), job, order, copy.storage.base + matrix * n * n, order, re, im, nil,
          order,
          right, order, $0, $1)
      }
      if info > 0 { throw .notConverged(offDiagonals: info, matrix: matrix) }
    }
    return (real, imaginary, vectors)
  }
}
