// SPDX-License-Identifier: Apache-2.0

import NablaKernels
import NablaTensors
import RealModule
import Testing

@Suite struct TensorReductionsTests {
  /// Reductions of every layout against loops over the elements.
  @Test(arguments: sizes, sizes)
  func everyLayoutGivesTheSame(_ m: Int, _ n: Int) {
    let a: Tensor<Double> = randomMatrix(m, n)
    // At most 64 · 64 terms of order 1: rounding stays below 1e-12 in any order of summation.
    let tolerance = 1e-12
    let rows = (0..<m).map { i in (0..<n).map { j in a[i, j] } }
    let columns = (0..<n).map { j in (0..<m).map { i in a[i, j] } }
    for (name, x) in layouts(of: a) {
      let comment: Comment = "\(name), seed \(seed)"
      #expect(abs(x.sum() - rows.joined().reduce(0, +)) <= tolerance, comment)
      #expect(largestDifference(x.sum(axis: 1), Tensor(rows.map { $0.reduce(0, +) })) <= tolerance, comment)
      #expect(
        largestDifference(x.sum(axis: 0), Tensor(columns.map { $0.reduce(0, +) })) <= tolerance, comment)
      #expect(x.sum(axes: [0, 1], keepingDims: true).shape == [1, 1])
      #expect(x.product(axis: 0).isApproximatelyEqual(to: Tensor(columns.map { $0.reduce(1, *) })), comment)
      #expect(x.product(axis: 1).isApproximatelyEqual(to: Tensor(rows.map { $0.reduce(1, *) })), comment)
      if m > 0 && n > 0 {
        #expect(x.min() == rows.joined().min() && x.max() == rows.joined().max(), comment)
        #expect(x.min(axis: 0) == Tensor(columns.map { $0.min()! }), comment)
        #expect(x.max(axis: 0) == Tensor(columns.map { $0.max()! }), comment)
        #expect(x.min(axis: 1) == Tensor(rows.map { $0.min()! }), comment)
        #expect(x.max(axis: -1) == Tensor(rows.map { $0.max()! }), comment)
        #expect(x.argmax() == a.scalars.firstIndex(of: x.max()), comment)
        #expect(x.argmin(axis: 0) == columns.map { $0.firstIndex(of: $0.min()!)! }, comment)
        #expect(x.argmax(axis: 1) == rows.map { $0.firstIndex(of: $0.max()!)! }, comment)
        let mean = rows.joined().reduce(0, +) / Double(m * n)
        let variance = rows.joined().map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(m * n)
        #expect(abs(x.mean() - mean) <= tolerance, comment)
        #expect(abs(x.variance() - variance) <= tolerance, comment)
        #expect(
          abs(x.norm() - (rows.joined().map { $0 * $0 }.reduce(0, +)).squareRoot()) <= tolerance, comment)
      }
    }
  }

  /// numpy.arange(24).reshape(2, 3, 4), NumPy 2.4.6.
  @Test func severalAxes() {
    let t = Tensor<Double>.arange(24).reshaped([2, 3, 4])
    #expect(t.sum(axes: [0, 2]) == [60, 92, 124])
    #expect(t.sum(axes: [-1, 0], keepingDims: true).shape == [1, 3, 1])
    #expect(t.mean(axis: 1) == [[4, 5, 6, 7], [16, 17, 18, 19]])
    #expect(t.max(axes: [1, 2]) == [11, 23])
    #expect(t.variance(axis: 2) == Tensor(shape: [2, 3], repeating: 1.25))
    #expect(t.variance(axes: [0, 1, 2], correction: 1) == Tensor(50))
    #expect(t.standardDeviation(axis: 0) == Tensor(shape: [3, 4], repeating: 6))
    #expect(t.sum(axes: []) == t)
    #expect(t.permuted([2, 0, 1]).sum(axes: [0, 1]) == [60, 92, 124])
    #expect(t.argmax(axis: 1) == [Int](repeating: 2, count: 8))
  }

  /// NumPy 2.4.6 gives the same for `numpy.zeros((0, 3))` and `numpy.zeros(0)`.
  @Test func emptySlices() {
    let empty = Tensor<Double>.zeros([0, 3])
    #expect(empty.sum() == 0 && empty.product() == 1 && empty.norm() == 0 && empty.mean().isNaN)
    #expect(empty.sum(axis: 0) == [0, 0, 0] && empty.product(axis: 0) == [1, 1, 1])
    #expect(empty.sum(axis: 1).shape == [0] && empty.max(axis: 1).shape == [0])
    #expect(empty.variance().isNaN && Tensor([1.0]).variance(correction: 1).isNaN)
    #expect(Tensor([1.0, 2]).variance(correction: 2) == .infinity)
    #expect(empty.sum(axes: [0], keepingDims: true).shape == [1, 3])
  }

  @Test(arguments: [0, 1, 7, 8, 16])
  func nanSpreads(_ position: Int) {
    var t = Tensor<Double>.ones([17])
    t[position] = .nan
    #expect(t.sum().isNaN && t.product().isNaN && t.min().isNaN && t.max().isNaN && t.norm().isNaN)
    #expect(t.argmin() == position && t.argmax() == position)
    let columns = t.expanded(axis: 1).broadcast(to: [17, 3]).map { $0 }
    #expect(columns.min(axis: 0)[0].isNaN && columns.max(axis: 0)[2].isNaN)
    #expect(t.mean().isNaN && t.variance().isNaN)
  }

  @Test func tiesGoToTheFirst() {
    let t: Tensor<Double> = [3, 1, 3, 1]
    #expect(t.argmax() == 0 && t.argmin() == 1)
  }

  /// One running sum of 10⁶ times 0.1 as Float ends at 100958.34; by halves only log n roundings add up.
  @Test func sumsArePairwise() {
    let n = 1_000_000
    let t = Tensor<Float>(shape: [n], repeating: 0.1)
    let exact = Double(Float(0.1)) * Double(n)
    #expect(abs(Double(t.sum()) - exact) <= 4 * Double(Float(exact).ulp))
    let columns = t.expanded(axis: 1).broadcast(to: [n, 2]).map { $0 }.sum(axis: 0)
    #expect(abs(Double(columns[1]) - exact) <= 4 * Double(Float(exact).ulp))
  }

  @Test func normsNeitherOverflowNorUnderflow() {
    #expect(Tensor([3e300, 4e300]).norm().isApproximatelyEqual(to: 5e300, relativeTolerance: 1e-15))
    #expect(Tensor([3e-300, 4e-300]).norm().isApproximatelyEqual(to: 5e-300, relativeTolerance: 1e-15))
    let rows = Tensor([[3e300, 4e300], [3e-300, 4e-300], [0, 0], [3, 4]])
    #expect(rows.norm(axis: 1).isApproximatelyEqual(to: [5e300, 5e-300, 0, 5], relativeTolerance: 1e-15))
    #expect(rows.norm(axis: 1, keepingDims: true).shape == [4, 1])
    #expect(Tensor([1, Double.infinity]).norm() == .infinity)
    #expect(Tensor([Double.leastNonzeroMagnitude]).norm() == .leastNonzeroMagnitude)
  }

  /// Integers add exactly in any order: every element counts once, around the ends of lines, tiles and blocks.
  @Test(arguments: [1, 7, 8, 15, 16, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 1152, 4097, 100_003])
  func everyElementCountsOnce(_ n: Int) {
    everyElementCountsOnce(n, Double.self)
    everyElementCountsOnce(n, Float.self)
  }

  private func everyElementCountsOnce<S: TensorScalar>(_ n: Int, _: S.Type) {
    // Below 2²⁴, which Float holds: 13 values a period of 78.
    let values = (0..<n).map { S(($0 * 7) % 13) }
    let exact = S((0..<n).reduce(0) { $0 + ($1 * 7) % 13 })
    let squares = (0..<n).reduce(0) { $0 + (($1 * 7) % 13) * (($1 * 7) % 13) }
    let x = Tensor(shape: [n], scalars: values)
    let spread = Tensor(shape: [n, 3], scalars: values.flatMap { [$0, .nan, 2 * $0] })
    for (name, x) in [("row", x), ("column", spread[.all, 0]), ("reversed", x[.reversed])] {
      #expect(x.sum() == exact, "\(name), \(n)")
      #expect(x.mean() == exact / S(n), "\(name), \(n)")
      #expect(x.norm() == S(squares).squareRoot(), "\(name), \(n)")
      #expect(x.max() == values.max()! && x.min() == values.min()!, "\(name), \(n)")
      #expect(x[x.argmax()] == values.max()!, "\(name), \(n)")
    }
    #expect(spread[.all, .every(2)].sum(axis: 0).scalars == [exact, 2 * exact], "columns, \(n)")
    #expect(spread[.all, .every(2)].transposed().sum(axis: 1).scalars == [exact, 2 * exact], "rows, \(n)")
    #expect(x.broadcast(to: [3, n]).sum(axis: 1).scalars == [exact, exact, exact], "broadcast, \(n)")
    let middle = x.reshaped([1, n, 1]).broadcast(to: [2, n, 300]).sum(axis: 1)
    if n <= 1024 { #expect(middle.scalars.allSatisfy { $0 == exact }, "middle, \(n)") }
  }

  /// The bound that ``Tensor/sum()`` states, of numbers of all sizes and signs.
  @Test(arguments: [10, 100, 1000, 5000, 200_003])
  func errorsOfSums(_ n: Int) {
    var generator = SeededGenerator(seed: seed)
    let x = Tensor<Float>.normal([n], using: &generator) * exp(Tensor<Float>.normal([n], using: &generator))
    // Doubles add these floats with errors that do not matter.
    let exact = x.scalars.reduce(0) { $0 + Double($1) }
    let magnitudes = x.scalars.reduce(0) { $0 + Double($1.magnitude) }
    let bound = (0.7 * Double.log2(Double(n)) + 3) * Double(Float.ulpOfOne) * magnitudes
    #expect(abs(Double(x.sum()) - exact) <= bound, "seed \(seed)")
    let columns = x.expanded(axis: 1).broadcast(to: [n, 4]).copied().sum(axis: 0)
    #expect(abs(Double(columns[3]) - exact) <= bound, "columns, seed \(seed)")
  }

  /// The number of threads decides who folds a block, not what the blocks are.
  @Test func threadsDoNotMatter() {
    var generator = SeededGenerator(seed: seed)
    let x = Tensor<Double>.normal([700, 901], using: &generator)
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    var results: [[Double]] = []
    for threads in [1, 2, 3, 7] {
      Parallelism.threadCount = threads
      results.append(
        [x.sum(), x.mean(), x.variance(), x.norm(), x.transposed().sum(), x[.all, .every(2)].sum()]
          + x.sum(axis: 0).scalars + x.sum(axis: 1).scalars + x.variance(axis: 0).scalars
          + softmax(x).scalars.prefix(2000) + [Double(x.argmax()), Double(x.argmin())])
    }
    #expect(results.allSatisfy { $0 == results[0] }, "seed \(seed)")
  }

  /// Slices of many shapes, which go down columns, along rows, or through copies.
  @Test(arguments: [[1000, 3], [3, 1000], [40, 40, 40], [5, 300, 2], [2, 17, 400]])
  func extremaAndVariancesAlongAxes(_ shape: [Int]) {
    var generator = SeededGenerator(seed: seed)
    let x = Tensor<Double>.normal(shape, using: &generator)
    for axis in shape.indices {
      let order = shape.indices.filter { $0 != axis } + [axis]
      let length = shape[axis]
      let all = x.permuted(order).scalars
      let slices = stride(from: 0, to: all.count, by: length).map { Array(all[$0..<($0 + length)]) }
      #expect(x.min(axis: axis).scalars == slices.map { $0.min()! }, "\(shape), \(axis)")
      #expect(x.max(axis: axis).scalars == slices.map { $0.max()! }, "\(shape), \(axis)")
      #expect(x.argmin(axis: axis) == slices.map { $0.firstIndex(of: $0.min()!)! }, "\(shape), \(axis)")
      let variances = slices.map { slice in
        let mean = slice.reduce(0, +) / Double(length)
        return slice.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length - 1)
      }
      let found = x.variance(axis: axis, correction: 1)
      // Both are sums of at most 1000 positive terms.
      #expect(
        found.isApproximatelyEqual(
          to: Tensor(shape: found.shape, scalars: variances), relativeTolerance: 1e-12),
        "\(shape), \(axis), seed \(seed)")
    }
  }
}
