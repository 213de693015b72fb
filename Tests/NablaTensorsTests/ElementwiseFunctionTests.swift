// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaTensors
import Testing

@Suite struct ElementwiseFunctionTests {
  private static let seed: UInt64 = 2718

  private static let fused = ElementwiseFunction<Double> { x in exp(-x * x) * sin(x) }

  /// Counts around the lanes of vectors and the blocks of threads.
  @Test(arguments: [0, 1, 3, 4, 5, 7, 8, 9, 17, 1023, 1024, 4099])
  func isTheChainOfOperations(count: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.normal([count], standardDeviation: 2, using: &generator)
    let y = Self.fused(x)
    // Three rounded operations of 1 ulp and fused products: some ulps.
    #expect(y.isApproximatelyEqual(to: exp(-x * x) * sin(x), relativeTolerance: 8 * Double.ulpOfOne))
    // The same bits at any place.
    for i in stride(from: 0, to: count, by: Swift.max(1, count / 7)) {
      #expect(Self.fused(Tensor([x[i]]))[0] == y[i])
    }
  }

  @Test func layoutsAndBroadcasting() {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.normal([6, 10], using: &generator)
    let expected = Self.fused(x)
    #expect(Self.fused(x.transposed()) == expected.transposed())
    #expect(Self.fused(x[.reversed, .every(3)]) == expected[.reversed, .every(3)])
    #expect(
      Self.fused(x[2, 3...].expanded(axis: 0).broadcast(to: [4, 7]))
        == expected[2, 3...].expanded(axis: 0).broadcast(to: [4, 7]))
    #expect(Self.fused(Tensor(x[0, 0])).shape == [])

    let lerp = ElementwiseFunction<Double> { a, b, t in a + t * (b - a) }
    let (a, b) = (x[.all, 0..<1], x.row(0))
    let expectedLerp = a + (b - a) * 0.25
    #expect(
      lerp(a, b, Tensor(0.25)).isApproximatelyEqual(
        to: expectedLerp, relativeTolerance: 4 * Double.ulpOfOne, absoluteTolerance: 1e-15))
  }

  @Test func severalOutputsAndManyInputs() {
    let f = ElementwiseFunction<Double>(8) { (x: [Expr]) -> [Expr] in [x.reduce(0, +), x[0] * x[7]] }
    let inputs = (0..<8).map { Tensor<Double>.arange(5) + Double($0) }
    let outputs = f.outputs(at: inputs)
    #expect(outputs == [inputs.dropFirst().reduce(inputs[0]) { $0 + $1 }, inputs[0] * inputs[7]])
    // More shared inputs than there is code for.
    let shared = f.outputs(at: (0..<8).map { Tensor(Double($0)) })
    #expect(shared[0].item == 28 && shared[1].item == 0)
    let mixed = f.outputs(at: [Tensor<Double>.arange(5)] + (1..<8).map { Tensor(Double($0)) })
    #expect(mixed[0] == Tensor<Double>.arange(5) + 28 && mixed[1] == Tensor<Double>.arange(5) * 7)
  }

  @Test func intoMemoryThatIsThere() {
    let x = Tensor<Double>.arange(20).reshaped([4, 5])
    var y = Tensor<Double>.zeros([5, 4]).transposed()
    let kept = y
    Self.fused([x], into: &y)
    #expect(y == Self.fused(x) && kept == .zeros([4, 5]))
    var z = x
    z.apply(Self.fused)
    #expect(z == Self.fused(x) && x[0, 1] == 1)
  }

  @Test func singlePrecision() {
    let f = ElementwiseFunction<Float> { x in exp(-x * x) * sin(x) }
    let x = Tensor<Float>.linspace(-3, 3, count: 101)
    let expected = Tensor<Float>(converting: Self.fused(Tensor<Double>(converting: x)))
    #expect(f(x).isApproximatelyEqual(to: expected, relativeTolerance: 16 * Float.ulpOfOne))
  }

  @Test(arguments: [1, 8, 100, 5000]) func twoNumbers(_ count: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let (a, b) = (
      Tensor<Double>.normal([count], using: &generator), Tensor<Double>.normal([count], using: &generator)
    )
    let f = ElementwiseFunction<Double> { x, y in exp(x) / (1 + y * y) }
    // The sum of two positive terms, fused or not.
    #expect(f(a, b).isApproximatelyEqual(to: exp(a) / (1 + b * b), relativeTolerance: 4 * Double.ulpOfOne))
    #expect(f(a, Tensor(b[0]))[count - 1] == f(Tensor(a[count - 1]), Tensor(b[0])).item)
    #expect(f(Tensor(a[0]), b)[count - 1] == f(Tensor(a[0]), Tensor(b[count - 1])).item)
    let table = f(a[0..<1].reshaped([1, 1]), b.reshaped([1, count]))
    #expect(table.shape == [1, count] && table[0, count - 1] == f(Tensor(a[0]), Tensor(b[count - 1])).item)
  }

  @Test func inPlaceInAnyLayout() {
    let x = Tensor<Double>.arange(24).reshaped([4, 6]) / 10
    let expected = Self.fused(x)
    for start in [x.copied(), x.transposed().copied().transposed()] {
      var y = start
      y.apply(Self.fused)
      #expect(y == expected && start == x)
    }
    let single = ElementwiseFunction<Float> { a, b, c in a * b + c }
    let (a, b) = (Tensor<Float>.arange(4), Tensor<Float>([[2], [3]]))
    #expect(single(a, b, Tensor(1)) == [[1, 3, 5, 7], [1, 4, 7, 10]])
  }
}
