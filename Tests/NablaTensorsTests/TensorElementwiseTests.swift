// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule
import Testing

@Suite struct TensorElementwiseTests {
  @Test(arguments: sizes, sizes)
  func everyLayoutGivesTheSame(_ m: Int, _ n: Int) {
    let a: Tensor<Double> = randomMatrix(m, n)
    let b: Tensor<Double> = randomMatrix(m, n, seed: seed + 1)
    let sum = Tensor(shape: [m, n], scalars: zip(a.scalars, b.scalars).map { $0 + $1 })
    let square = Tensor(shape: [m, n], scalars: a.scalars.map { $0 * $0 })
    for (nameA, x) in layouts(of: a) {
      #expect(x.map { $0 * $0 } == square, "\(nameA), seed \(seed)")
      #expect(x == a)
      var squared = x
      squared.apply { $0 * $0 }
      #expect(squared == square, "in place, \(nameA), seed \(seed)")
      for (nameB, y) in layouts(of: b) {
        #expect(x + y == sum, "\(nameA) + \(nameB), seed \(seed)")
        var inPlace = x
        inPlace += y
        inPlace -= 0
        #expect(inPlace == sum, "\(nameA) += \(nameB), seed \(seed)")
      }
    }
  }

  @Test func arithmeticBroadcasts() {
    let column: Tensor<Double> = [[1], [2]]
    let row: Tensor<Double> = [10, 20, 30]
    #expect(column + row == [[11, 21, 31], [12, 22, 32]])
    #expect(row - column == [[9, 19, 29], [8, 18, 28]])
    #expect(row * column == [[10, 20, 30], [20, 40, 60]])
    #expect(row / column == [[10, 20, 30], [5, 10, 15]])
    #expect(1 + row == row + 1)
    #expect(1 - row == -(row - 1))
    #expect(row / 10 == [1, 2, 3])
    #expect(60 / row == [6, 3, 2])
    #expect(row * 2 == 2 * row)
    #expect(Tensor(1) + Tensor(2) == Tensor(3))
    #expect((Tensor<Double>.zeros([0, 3]) + row).shape == [0, 3])
    var t: Tensor<Double> = [[1, 2], [3, 4]]
    t -= [1, 1]
    t *= 2
    t /= [[1], [2]]
    #expect(t == [[0, 2], [2, 3]])
    t /= t.transposed() + 1
    #expect(t == Tensor([[0, 2.0 / 3], [2.0 / 3, 0.75]]))
  }

  @Test func masksAndSelection() {
    let a = Tensor([1, 2, .nan])
    #expect((a .< 2) == [1, 0, 0])
    #expect((a .<= 2) == [1, 1, 0])
    #expect((a .> [0, 3, 0]) == [1, 0, 0])
    #expect((a .>= 2) == [0, 1, 0])
    #expect((a .== 1) == [1, 0, 0] && (a .!= 1) == [0, 1, 1])
    #expect(select(a .< 2, Tensor(9), Tensor([7, 2, .nan])).scalars.prefix(2) == [9, 2])
    #expect(select(a .> 1, a, Tensor(0))[1] == 2)
  }

  @Test func equalityAndApproximation() {
    #expect(Tensor([0.0]) == Tensor([-0.0]) && Tensor([Double.nan]) != Tensor([Double.nan]))
    #expect(Tensor<Double>.zeros([2, 1]) != Tensor<Double>.zeros([1, 2]))
    let a: Tensor<Double> = [1, 1000]
    #expect(a.isApproximatelyEqual(to: a * (1 + 1e-9)))
    #expect(!a.isApproximatelyEqual(to: a + [1e-6, 0]))
    #expect(a.isApproximatelyEqual(to: a + [1e-6, 0], absoluteTolerance: 2e-6))
    #expect(!Tensor([Double.nan]).isApproximatelyEqual(to: Tensor([.nan])))
    for position in 0..<9 {
      var x = Tensor<Double>.ones([9])
      #expect(x.allFinite)
      x[position] = position % 2 == 0 ? .nan : .infinity
      #expect(!x.allFinite)
    }
    #expect(Tensor<Double>.zeros([0]).allFinite)
  }
}
