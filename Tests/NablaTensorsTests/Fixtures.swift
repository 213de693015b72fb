import NablaTensors

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
