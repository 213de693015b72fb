// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The powers Aᵏ of square matrices `[..., n, n]` by squaring; A⁰ is the identity, and a negative power one of
  /// the inverse. NaN and infinity follow IEEE 754 for k > 0.
  ///
  /// - Throws: for a negative power `singular` and `notFinite`, as ``inverse(_:)``.
  /// - Complexity: O(n³ log |k|).
  public static func matrixPower<S: TensorScalar>(
    _ a: Tensor<S>, _ exponent: Int
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(a, "matrixPower")
    if exponent == 0 { return Tensor.identity(n).broadcast(to: a.shape).copied() }
    var square = exponent < 0 ? try inverse(a) : a
    var remaining = exponent.magnitude
    while remaining & 1 == 0 {
      square = matmul(square, square)
      remaining >>= 1
    }
    var power = square
    remaining >>= 1
    while remaining > 0 {
      square = matmul(square, square)
      if remaining & 1 == 1 { power = matmul(power, square) }
      remaining >>= 1
    }
    return power
  }

  /// The Kronecker product A ⊗ B: every element aᵢⱼ replaced by the block aᵢⱼ B.
  ///
  /// `[m, n]` and `[p, q]` give `[m p, n q]`; two vectors `[m]` and `[p]` give `[m p]`. As NumPy's `kron`, it takes
  /// tensors of any rank, multiplies all extents, and takes a missing leading axis to have extent 1.
  ///
  /// - Complexity: O(size of the result).
  public static func kroneckerProduct<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
    let rank = max(a.rank, b.rank)
    func extents(_ x: Tensor<S>) -> [Int] { Array(repeating: 1, count: rank - x.rank) + x.shape }
    let (outer, inner) = (extents(a), extents(b))
    // [m, 1, n, 1] times [1, p, 1, q].
    let product =
      a.reshaped(outer.flatMap { [$0, 1] }) * b.reshaped(inner.flatMap { [1, $0] })
    return product.reshaped(zip(outer, inner).map { $0 * $1 })
  }
}
