// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorHistogramTests {
  private static let seed: UInt64 = 815

  /// numpy.histogram (NumPy 2.4).
  @Test func countsAsNumPy() {
    let x: Tensor<Double> = [7, 1, 3, 10, 3, 1, -2.5]
    let automatic = x.histogram(bins: 4)
    #expect(automatic.counts == [1, 4, 0, 2] && automatic.edges == [-2.5, 0.625, 3.75, 6.875, 10])
    #expect(x.histogram(bins: 3, in: 0...7).counts == [2, 2, 1])
    // Tenths, which are not exact: the edges decide.
    let tenths = Tensor<Double>((0...10).map { 0.1 * Double($0) })
    #expect(tenths.histogram(bins: 10).counts == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    let single = Tensor<Double>([5]).histogram(bins: 2)
    #expect(single.counts == [0, 1] && single.edges == [4.5, 5, 5.5])
    let empty = Tensor<Double>.zeros([0]).histogram(bins: 2)
    #expect(empty.counts == [0, 0] && empty.edges == [0, 0.5, 1])
    #expect(x.histogram(edges: [0, 1, 3, 10]) == [0, 2, 4])
  }

  @Test func whatIsNotCounted() {
    let x = Tensor<Float>([.nan, 1, 2, .infinity, -.infinity, 3])
    let (counts, edges) = x.histogram(bins: 2)
    #expect(counts == [1, 2] && edges == [1, 2, 3])
    #expect(x.histogram(edges: [2, 3]) == [2] && x.histogram(edges: [4, 5]) == [0])
    #expect(x.histogram(edges: Tensor([1, .infinity])) == [4])
    #expect(Tensor<Double>([1e300]).histogram(bins: 3).counts.reduce(0, +) == 1)
    #expect(Tensor<Double>(4).histogram(bins: 1).counts == [1])
  }

  /// Both ways of counting agree, on views too.
  @Test func equalBinsAreEdges() {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.integers([30, 20], in: -40..<41, using: &generator).transposed() / 10
    for view in [x, x[.reversed, .every(3)], x.row(0).broadcast(to: [5, 30]), x.sorted(axis: 0)] {
      for bins in [1, 3, 7, 80, 1000] {
        let (counts, edges) = view.histogram(bins: bins)
        #expect(counts == view.histogram(edges: edges), "\(bins) bins, seed \(Self.seed)")
        #expect(counts.reduce(0, +) == view.count, "\(bins) bins, seed \(Self.seed)")
      }
    }
  }
}
