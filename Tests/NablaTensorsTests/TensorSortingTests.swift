// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorSortingTests {
  private static let seed: UInt64 = 99

  @Test(arguments: [0, 1, 2, 17, 1000]) func sortsWithNaNLast(count: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    var x = Tensor<Double>.uniform([count], using: &generator)
    for i in stride(from: 0, to: count, by: 5) { x[i] = i % 2 == 0 ? .nan : -.infinity }
    let expected = x.scalars.filter { !$0.isNaN }.sorted()
    let sorted = x.sorted().scalars
    #expect(
      Array(sorted.prefix(expected.count)) == expected
        && sorted.dropFirst(expected.count).allSatisfy { $0.isNaN })
    let order = x.argsort()[0]
    #expect(order.sorted() == Array(0..<count))
    #expect(zip(x.taking(order).scalars, sorted).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    let single = Tensor<Float>(converting: x)
    #expect(Array(single.sorted().scalars.prefix(expected.count)) == expected.map { Float($0) })
  }

  @Test func alongAxesAndStable() {
    let t: Tensor<Double> = [[3, 1, 2], [0, 5, 4]]
    #expect(t.sorted() == [[1, 2, 3], [0, 4, 5]] && t.sorted(axis: 0) == [[0, 1, 2], [3, 5, 4]])
    #expect(
      t.transposed().sorted(axis: 0) == t.sorted().transposed() && t[.reversed].sorted()[0] == [0, 4, 5])
    #expect(t.argsort(axis: 0) == [[1, 0], [0, 1], [0, 1]])
    #expect(Tensor<Double>([2, 1, 2, 1, -0.0, 0.0]).argsort() == [[4, 5, 1, 3, 0, 2]])
    #expect(
      Tensor<Double>.zeros([2, 0]).sorted().shape == [2, 0]
        && Tensor<Double>.zeros([2, 0]).argsort() == [[], []])
  }

  /// numpy.quantile(x, q) of these numbers (NumPy 2.4).
  @Test func quantiles() {
    let x: Tensor<Double> = [7, 1, 3, 10]
    #expect(x.median().item == 5 && x.quantile(0).item == 1 && x.quantile(1).item == 10)
    #expect(x.quantile(0.25).item == 2.5 && abs(x.quantile(0.9).item - 9.1) < 1e-14)
    let t = Tensor.stack([x, x * 2])
    #expect(t.median(axis: 1) == [5, 10] && t.median(axis: 0, keepingDims: true).shape == [1, 4])
    #expect(Tensor<Double>([1, .nan]).median().item.isNaN && Tensor<Double>.zeros([0]).median().item.isNaN)
  }

  /// Equal numbers keep their order among NaN too, and infinities are numbers.
  @Test func zerosAndInfinities() {
    let x = Tensor<Double>([.nan, -0.0, 0.0, .nan, -0.0])
    #expect(x.sorted().scalars.prefix(3).map(\.sign) == [.minus, .plus, .minus])
    #expect(x.sorted().scalars.suffix(2).allSatisfy { $0.isNaN })
    let infinite = Tensor<Double>([1, .infinity, .infinity])
    #expect(infinite.quantile(0.75).item == .infinity && infinite.quantile(0.25).item == .infinity)
    #expect(Tensor<Double>([-.infinity, 1]).median().item == -.infinity)
    #expect(Tensor<Double>([-.infinity, .infinity]).median().item.isNaN)
  }

  @Test func scans() {
    let t = Tensor<Double>.arange(1, 7).reshaped([2, 3])
    #expect(
      t.cumulativeSum() == [[1, 3, 6], [4, 9, 15]] && t.cumulativeSum(axis: 0) == [[1, 2, 3], [5, 7, 9]])
    #expect(t.cumulativeProduct() == [[1, 2, 6], [4, 20, 120]])
    #expect(t.transposed().cumulativeSum(axis: 0) == t.cumulativeSum().transposed())
    #expect(Tensor<Double>.zeros([0]).cumulativeSum() == .zeros([0]))
  }
}
