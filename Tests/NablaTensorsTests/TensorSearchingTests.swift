// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorSearchingTests {
  private static let seed: UInt64 = 4711

  /// numpy.searchsorted (NumPy 2.4).
  @Test func placesAsNumPy() {
    let sorted = Tensor<Double>([1, 2, 2, 3, .nan])
    let values = Tensor<Double>([0, 1, 2, 2.5, 3, 9, .nan])
    #expect(sorted.searchSorted(values) == [0, 0, 1, 3, 3, 4, 4])
    #expect(sorted.searchSorted(values, side: .right) == [0, 1, 3, 3, 4, 4, 5])
    #expect(sorted[.reversed][.reversed].searchSorted(values.expanded(axis: 1)) == [0, 0, 1, 3, 3, 4, 4])
    #expect(Tensor<Float>.zeros([0]).searchSorted(Tensor(3)) == [0])
    #expect(Tensor<Float>([1]).searchSorted(.zeros([0]), side: .right) == [])
  }

  @Test(arguments: [1, 2, 5, 100]) func placesByCounting(count: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.integers([count], in: -5..<6, using: &generator).sorted()
    let values = Tensor<Double>.arange(-6, 7, step: 0.5)
    #expect(
      x.searchSorted(values) == values.scalars.map { v in x.scalars.count { $0 < v } }, "seed \(Self.seed)")
    #expect(
      x.searchSorted(values, side: .right) == values.scalars.map { v in x.scalars.count { $0 <= v } },
      "seed \(Self.seed)")
  }

  /// numpy.unique with return_counts and return_inverse (NumPy 2.4).
  @Test func differentNumbers() {
    let x = Tensor<Double>([3, 1, .nan, 3, 0, -0.0, .nan, 1])
    let (values, counts, inverse) = x.uniqueWithCounts()
    #expect(Array(values.scalars[..<3]) == [0, 1, 3] && values[3].isNaN && values.count == 4)
    #expect(counts == [2, 2, 2, 2] && inverse == [2, 1, 3, 2, 0, 0, 3, 1])
    #expect(values[0].sign == .plus && Tensor<Double>([-0.0, .nan, 0]).unique()[0].sign == .minus)
    let t: Tensor<Double> = [[2, 1], [1, 2]]
    #expect(t.unique() == [1, 2] && t.transposed()[.reversed].uniqueWithCounts().inverse == [0, 1, 1, 0])
    #expect(Tensor<Float>(5).unique() == [5] && Tensor<Float>.zeros([0, 3]).unique().shape == [0])
    #expect(Tensor<Double>.ones([1]).broadcast(to: [3, 2]).uniqueWithCounts().counts == [6])
  }

  @Test func inverseGivesTheElements() {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Float>.integers([40, 5], in: 0..<17, using: &generator).transposed()
    let (values, counts, inverse) = x.uniqueWithCounts()
    #expect(values.taking(inverse) == x.flattened() && counts.reduce(0, +) == 200, "seed \(Self.seed)")
    #expect(values == Tensor(Set(x.scalars).sorted()), "seed \(Self.seed)")
  }
}
