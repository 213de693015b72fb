import NablaTensors
import Testing

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
}
