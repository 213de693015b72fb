// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorTakingTests {
  private let t = Tensor<Double>.arange(24).reshaped([2, 3, 4])

  @Test func takesSlices() {
    #expect(t.taking([1, 0, 1]) == Tensor.stack([t.row(1), t.row(0), t.row(1)]))
    #expect(t.taking([-1, 0], axis: 1) == Tensor.stack([t[.all, 2], t[.all, 0]], axis: 1))
    #expect(t.transposed().taking([2], axis: -1) == t[.all, 2].expanded(axis: -1))
    #expect(t[.reversed, .all, .every(2)].taking([0, 0], axis: 2)[0, 0, 1] == 12)
    #expect(t.taking([], axis: 1).shape == [2, 0, 4])
    #expect(Tensor<Float>([5, 6]).taking([1]) == [6])
  }

  /// numpy.take_along_axis (NumPy 2.4).
  @Test func takesAlongAnAxis() {
    let a: Tensor<Double> = [[10, 30, 20], [60, 40, 50]]
    #expect(a.takingAlong([[0, 2, 1, 1], [-2, 0, -1, 0]]) == [[10, 20, 30, 30], [40, 60, 50, 60]])
    #expect(a.takingAlong([[1], [0], [-1]], axis: 0) == [[60, 30, 50]])
    #expect(a.takingAlong([[], []]).shape == [2, 0] && Tensor<Float>([7, 8]).takingAlong([[1]]) == [8])
    #expect(Tensor<Double>.zeros([0, 3]).takingAlong([]).shape == [0, 0])
    let views = [t, t.transposed(), t[.reversed, .every(-2), 1...], t.row(0).broadcast(to: [2, 3, 4])]
    for (i, view) in views.enumerated() {
      for axis in -1...1 {
        #expect(
          view.takingAlong(view.argsort(axis: axis), axis: axis) == view.sorted(axis: axis),
          "view \(i), axis \(axis)")
      }
    }
  }

  @Test func mistakesTrap() async {
    let lists = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>.zeros([2, 3]).takingAlong([[0], [1], [2]])
    }
    let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Double>.zeros([2, 3]).takingAlong([[0], [-4]])
    }
    #if DEBUG
      let listText = String(decoding: lists?.standardErrorContent ?? [], as: UTF8.self)
      #expect(listText.contains("Axis 1 of a tensor of shape [2, 3] has 2 slices"))
      let indexText = String(decoding: index?.standardErrorContent ?? [], as: UTF8.self)
      #expect(indexText.contains("Index -4 is out of range for axis 1 of a tensor of shape [2, 3]."))
    #endif
  }

  /// Views share memory until one is written; what is taken is a copy.
  @Test func takenElementsAreTheirOwn() {
    var source = t
    let view = source.taking([0], axis: 0)
    let mask = source .> 20
    source.replace(where: mask, by: Tensor(-1))
    #expect(view == t.taking([0]) && t[1, 2, 3] == 23 && source[1, 2, 3] == -1 && source[1, 2, 0] == 20)
    var row = source.row(0)
    row.replace(where: row.broadcast(to: [3, 4]) .== 5, by: Tensor(99))
    #expect(source[0, 1, 1] == 5 && row[1, 1] == 99)
  }

  /// ⟨take(x), y⟩ = ⟨x, scatter(y)⟩, on integers, so exactly.
  @Test func scatteringIsTheTranspose() {
    let indices = [2, 0, -1, 2, 1]
    let y = Tensor<Double>.arange(40).reshaped([2, 5, 4])
    let scattered = y.scatteringAdd(to: indices, extent: 3, axis: 1)
    #expect((t.taking(indices, axis: 1) * y).sum() == (t * scattered).sum())
    #expect(scattered[.all, 0] == y[.all, 1] && scattered[.all, 2] == y[.all, 0] + y[.all, 2] + y[.all, 3])
    #expect(y.transposed().scatteringAdd(to: indices, extent: 3, axis: 2) == scattered.transposed())
    #expect(Tensor<Double>.zeros([0, 2]).scatteringAdd(to: [], extent: 3) == .zeros([3, 2]))
  }

  @Test func productsWithTheOwnTranspose() {
    let a = t.reshaped([6, 4])
    let copy = a.transposed() + 0
    #expect(matmul(a, a.transposed()) == matmul(a, copy))
    #expect(matmul(a.transposed(), a) == matmul(copy, a))
    let b = a[.every(2), 1..<3]
    #expect(matmul(b, b.transposed()) == matmul(b, b.transposed() + 0))
  }
}
