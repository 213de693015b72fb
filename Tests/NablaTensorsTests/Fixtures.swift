// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule

/// Sizes around SIMD widths and accumulator counts, and the degenerate ones.
let sizes = [0, 1, 2, 3, 7, 8, 9, 17, 64]

/// Printed in the comment of every test that draws numbers.
let seed: UInt64 = 20_240_611

func randomMatrix<S: TensorScalar>(_ n: Int, _ m: Int? = nil, seed: UInt64 = seed) -> Tensor<S> {
  var generator = SeededGenerator(seed: seed &+ UInt64(n * 1000 + (m ?? n)))
  return Tensor.normal([n, m ?? n], using: &generator)
}

func randomSymmetric<S: TensorScalar>(_ n: Int) -> Tensor<S> {
  let a: Tensor<S> = randomMatrix(n)
  return (a + a.transposed()) / 2
}

/// A Aᵀ + I: condition number of order n.
func randomPositiveDefinite<S: TensorScalar>(_ n: Int) -> Tensor<S> {
  let a: Tensor<S> = randomMatrix(n)
  return matmul(a, a.transposed()) + .identity(n)
}

/// The same matrix in five layouts, which every operation must read alike.
func layouts<S: TensorScalar>(of matrix: Tensor<S>) -> [(name: String, tensor: Tensor<S>)] {
  let (m, n) = (matrix.shape[0], matrix.shape[1])
  var padded = Tensor<S>(shape: [2 * m, n + 3], repeating: .nan)
  padded[.every(2), 2..<(n + 2)] = matrix
  var spread = Tensor<S>(shape: [m, 2 * n], repeating: .nan)
  spread[.all, .every(2)] = matrix
  return [
    ("contiguous", matrix),
    ("transposed", matrix.transposed().copied().transposed()),
    ("rows with a step", padded[.every(2), 2..<(n + 2)]),
    ("columns with a step", spread[.all, .every(2)]),
    ("reversed", matrix[.reversed, .reversed].copied()[.reversed, .reversed]),
  ]
}

/// The largest |a − b|; 0 for empty tensors.
func largestDifference<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> S {
  a.count == 0 ? 0 : abs(a - b).max()
}

/// Shapes of matrices that are not square: tall, wide, and empty.
let rectangles = [(0, 3), (3, 0), (1, 5), (5, 1), (3, 2), (2, 3), (17, 8), (9, 64), (64, 7)]

/// 1 / (i + j + 1): condition number about e^(3.5 n).
func hilbert<S: TensorScalar>(_ n: Int) -> Tensor<S> {
  Tensor(shape: [n, n], scalars: (0..<n * n).map { 1 / S($0 / n + $0 % n + 1) })
}

/// The powers of n numbers from 1/n to 1, rows scaled down to 10⁻⁸: ill-conditioned and graded.
func gradedVandermonde<S: TensorScalar>(_ n: Int) -> Tensor<S> {
  Tensor(
    shape: [n, n],
    scalars: (0..<n * n).map { k in
      let (i, j) = (k / n, k % n)
      return S.pow(S(i + 1) / S(n), j) * S.exp10(-8 * S(i) / S(n))
    })
}

/// A product of m × rank and rank × n random matrices.
func randomOfRank<S: TensorScalar>(_ rank: Int, _ m: Int, _ n: Int, seed: UInt64 = seed) -> Tensor<S> {
  matmul(randomMatrix(m, rank, seed: seed), randomMatrix(rank, n, seed: seed &+ 7))
}

/// ‖Aᵀ A − I‖, elementwise.
func departureFromOrthonormal<S: TensorScalar>(_ a: Tensor<S>) -> S {
  largestDifference(matmul(a.transposed(), a), .identity(a.shape[a.rank - 1]))
}
