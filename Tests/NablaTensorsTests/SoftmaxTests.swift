// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule
import Testing

#if arch(x86_64) && !os(Windows)
  private typealias Wide = Float80
#else
  private typealias Wide = Double
#endif

@Suite struct SoftmaxTests {
  private static let seed: UInt64 = 21

  @Test(arguments: [0, 1, 2]) func againstTheDefinitions(axis: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let base = Tensor<Double>.normal([3, 4, 5], standardDeviation: 3, using: &generator)
    for x in [base, base.permuted([2, 0, 1]), base[.reversed, .every(2)]] {
      let sums = exp(x).sum(axis: axis, keepingDims: true)
      #expect(
        logsumexp(x, axis: axis).isApproximatelyEqual(
          to: log(sums).squeezed(axis: axis), relativeTolerance: 1e-14, absoluteTolerance: 1e-14))
      #expect(softmax(x, axis: axis).isApproximatelyEqual(to: exp(x) / sums, relativeTolerance: 1e-14))
      #expect(
        logSoftmax(x, axis: axis).isApproximatelyEqual(
          to: x - log(sums), relativeTolerance: 1e-13, absoluteTolerance: 1e-14))
    }
    let single = Tensor<Float>(converting: base)
    #expect(
      softmax(single, axis: axis).isApproximatelyEqual(
        to: Tensor(converting: softmax(base, axis: axis)), relativeTolerance: 1e-5))
  }

  @Test func edges() {
    #expect(logsumexp(Tensor<Double>([1000, 1000])).item == 1000 + 0.6931471805599453)
    #expect(softmax(Tensor<Double>([-1000, 0, 1000])) == [0, 0, 1])
    #expect(logSoftmax(Tensor<Double>([-1000, 1000])) == [-2000, 0])
    let infinity = Double.infinity
    #expect(logsumexp(Tensor<Double>([-infinity, -infinity])).item == -infinity)
    #expect(logsumexp(Tensor<Double>([-infinity, 2])).item == 2)
    #expect(logsumexp(Tensor<Double>([infinity, 2])).item == infinity)
    #expect(logsumexp(Tensor<Double>([.nan, 2])).item.isNaN && softmax(Tensor<Double>([.nan, 2]))[1].isNaN)
    #expect(logsumexp(Tensor<Double>.zeros([3, 0])) == Tensor<Double>([-infinity, -infinity, -infinity]))
    #expect(softmax(Tensor<Double>.zeros([3, 0])).shape == [3, 0])
    #expect(logsumexp(Tensor<Double>.zeros([2, 3]), axis: 0, keepingDims: true).shape == [1, 3])
  }

  /// Against the formulas without a shift in a wider type: few and many, short and long rows.
  @Test(arguments: [(256, 10), (3, 1000), (1, 5000), (1000, 1)])
  func againstWideNumbers(_ m: Int, _ n: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.normal([m, n], standardDeviation: 4, using: &generator)
    let (shares, logarithms, sums) = (softmax(x), logSoftmax(x), logsumexp(x, keepingDims: true))
    let rows = x.transposed().copied()
    #expect(softmax(rows, axis: 0).isApproximatelyEqual(to: shares.transposed(), relativeTolerance: 1e-14))
    #expect(sums.shape == [m, 1])
    for i in 0..<m {
      let exponentials = x.row(i).scalars.map { Wide.exp(Wide($0)) }
      let total = exponentials.reduce(0, +)
      #expect((Wide(sums[i, 0]) - .log(total)).magnitude <= 1e-15 * (1 + Wide.log(total).magnitude))
      // The difference to the maximum, up to 2⁵, is rounded; the exponential makes that relative.
      for j in 0..<n {
        let share = exponentials[j] / total
        #expect((Wide(shares[i, j]) - share).magnitude <= 1e-14 * share, "seed \(Self.seed)")
        let error = (Wide(logarithms[i, j]) - .log(share)).magnitude
        #expect(error <= 1e-15 * (1 + Wide.log(share).magnitude), "seed \(Self.seed)")
      }
    }
  }

  /// As SciPy has it: the softmax of ∞ − ∞ is NaN throughout the slice, of its logarithm only there.
  @Test func infinities() {
    let infinity = Double.infinity
    let rows = Tensor<Double>(
      shape: [4, 2], scalars: [infinity, 0, -infinity, -infinity, -infinity, 0, .nan, 0])
    let sums = logsumexp(rows).scalars
    #expect(sums[0] == infinity && sums[1] == -infinity && sums[2] == 0 && sums[3].isNaN)
    #expect(logsumexp(Tensor<Double>([infinity, -infinity])).item == infinity)
    #expect(
      logsumexp(Tensor<Double>([infinity, .nan])).item.isNaN
        && logsumexp(Tensor<Double>([-infinity, .nan])).item.isNaN)
    let shares = softmax(rows)
    #expect((0..<2).allSatisfy { shares[0, $0].isNaN && shares[1, $0].isNaN && shares[3, $0].isNaN })
    #expect(shares.row(2) == [0, 1])
    let logarithms = logSoftmax(rows)
    #expect(logarithms[0, 0].isNaN && logarithms[0, 1] == -infinity)
    #expect(logarithms.row(2).scalars == [-infinity, 0])
    #expect(logsumexp(Tensor<Float>([-.infinity, -.infinity])).item == -.infinity)
    #expect(logsumexp(Tensor<Float>([200, 200])).item == 200 + Float.log(2))
    #expect(
      logSoftmax(Tensor<Double>([1e300, -1e300])) == [0, -2e300]
        && softmax(Tensor<Double>([5])) == [1])
  }
}
