// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

private func product<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
  var result = Tensor<S>.zeros([m, n])
  for i in 0..<m {
    for j in 0..<n { result[i, j] = (0..<k).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
  }
  return result
}

@Suite struct MatrixProductTests {
  @Test(arguments: [0, 1, 2, 3, 9, 17], [0, 1, 2, 8, 17])
  func everyLayoutGivesTheSame(_ m: Int, _ k: Int) {
    for n in [0, 1, 2, 7] {
      let a: Tensor<Double> = randomMatrix(m, k)
      let b: Tensor<Double> = randomMatrix(k, n)
      let expected = product(a, b)
      for (nameA, x) in layouts(of: a) {
        for (nameB, y) in layouts(of: b) {
          // Up to 17 products of order 1, each rounded once.
          #expect(
            largestDifference(matmul(x, y), expected) <= 1e-13,
            "\(m) × \(k) \(nameA), \(k) × \(n) \(nameB), seed \(seed)")
        }
      }
    }
  }

  @Test func singlePrecision() {
    let (a, b): (Tensor<Float>, Tensor<Float>) = (randomMatrix(9, 17), randomMatrix(17, 8))
    #expect(largestDifference(matmul(a, b.transposed().copied().transposed()), product(a, b)) < 1e-5)
    #expect(matmul([1, 2], [[1, 2], [3, 4]] as Tensor<Float>) == [7, 10])
  }

  @Test func largeProductsUseAllThreads() {
    let a: Tensor<Double> = randomMatrix(300)
    let b: Tensor<Double> = randomMatrix(300)
    #expect(largestDifference(matmul(a, b).row(7), matmul(a.row(7), b)) < 1e-11, "seed \(seed)")
  }

  /// Into memory that is there, added to what is there, and never into what another tensor sees.
  @Test func resultsInPlace() {
    let (a, b): (Tensor<Double>, Tensor<Double>) = (randomMatrix(9, 17), randomMatrix(17, 8))
    let expected = matmul(a, b)
    for (name, x) in layouts(of: a) {
      var result = Tensor<Double>.ones([9, 8])
      let kept = result
      matmul(x, b, into: &result)
      #expect(largestDifference(result, expected) <= 1e-13, "\(name), seed \(seed)")
      matmul(x, b, into: &result, adding: true)
      #expect(largestDifference(result, expected + expected) <= 1e-13, "\(name), seed \(seed)")
      #expect(kept == .ones([9, 8]))
    }
    // A part of memory that nothing else refers to any more.
    for isAdded in [false, true] {
      var part = Tensor<Double>.ones([20, 8])[5..<14]
      matmul(a, b, into: &part, adding: isAdded)
      #expect(largestDifference(part, expected + (isAdded ? 1 : 0)) <= 1e-13, "seed \(seed)")
      var none = Tensor<Double>.ones([4, 2])[2..<4]
      matmul(Tensor<Double>.zeros([2, 0]), Tensor<Double>.zeros([0, 2]), into: &none, adding: isAdded)
      #expect(none == (isAdded ? .ones([2, 2]) : .zeros([2, 2])))
    }
    var column = Tensor<Double>.ones([8, 9]).transposed()
    matmul(a, b, into: &column, adding: true)
    #expect(largestDifference(column, expected + 1) <= 1e-13, "seed \(seed)")
    let many = Tensor<Double>.arange(24).reshaped([2, 3, 4])
    var sums = Tensor<Double>.ones([2, 3])
    matmul(many, Tensor.ones([4]), into: &sums, adding: true)
    #expect(sums == many.sum(axis: 2) + 1)
    var pairs = Tensor<Double>.ones([2, 3, 3])
    matmul(many, many.permuted([0, 2, 1]), into: &pairs, adding: true)
    #expect(pairs == matmul(many, many.permuted([0, 2, 1])) + 1)
    var square = Tensor<Double>.ones([9, 9])
    matmul(a, a.transposed(), into: &square, adding: true)
    #expect(largestDifference(square, matmul(a, a.transposed()) + 1) <= 1e-12, "seed \(seed)")
    var empty = Tensor<Double>.ones([2, 2])
    matmul(Tensor<Double>.zeros([2, 0]), Tensor<Double>.zeros([0, 2]), into: &empty, adding: true)
    #expect(empty == .ones([2, 2]))
    matmul(Tensor<Double>.zeros([2, 0]), Tensor<Double>.zeros([0, 2]), into: &empty)
    #expect(empty == .zeros([2, 2]))
  }

  @Test func vectors() {
    let a: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    #expect(matmul(a, [1, 1, 1]) == [6, 15])
    #expect(matmul([1, 1], a) == [5, 7, 9])
    #expect(matmul([1, 2, 3], [4, 5, 6] as Tensor<Double>) == Tensor(32))
    #expect(matmul(a[..., 1], a) == [22, 29, 36])
    #expect(matmul(a.transposed(), a[.all, 2]) == [27, 36, 45])
    #expect(dot([1, 2, 3], [4, 5, 6] as Tensor<Double>) == 32)
    #expect(dot(a.row(0)[.reversed], a.row(1)) == 28)
    #expect(dot(a[.all, 0], Tensor(2.0).broadcast(to: [2])) == 10)
    #expect(dot(Tensor<Double>.zeros([0]), Tensor<Double>.zeros([0])) == 0)
    #expect(outer([1, 2], [3, 4, 5] as Tensor<Double>) == [[3, 4, 5], [6, 8, 10]])
    #expect(matmul(a, Tensor([1]).broadcast(to: [3])) == [6, 15])
  }

  @Test func batches() {
    let a = Tensor<Double>.arange(24).reshaped([2, 3, 4])
    let b = Tensor<Double>.arange(40).reshaped([2, 4, 5])
    let both = matmul(a, b)
    let shared = matmul(a, b.row(1))
    let left = matmul(a.row(1), b)
    for i in 0..<2 {
      #expect(both.row(i) == product(a.row(i), b.row(i)))
      #expect(shared.row(i) == product(a.row(i), b.row(1)))
      #expect(left.row(i) == product(a.row(1), b.row(i)))
    }
    let grid = matmul(a.expanded(axis: 1), b.transposed().copied().transposed())
    #expect(grid.shape == [2, 2, 3, 5])
    #expect(grid[1, 0, .all, .all] == product(a.row(1), b.row(0)))
    #expect(matmul(a, Tensor.ones([4])) == a.sum(axis: 2))
    #expect(matmul(a.transposed(), Tensor.ones([3])) == a.sum(axis: 1))
    #expect(matmul(Tensor<Double>.zeros([2, 3, 0]), Tensor<Double>.zeros([0, 4])) == .zeros([2, 3, 4]))
  }

  @Test func wrongShapesTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = matmul(Tensor<Double>.zeros([2, 3]), Tensor<Double>.zeros([2, 3]))
    }
  }
}
