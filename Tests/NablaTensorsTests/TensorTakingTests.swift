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
