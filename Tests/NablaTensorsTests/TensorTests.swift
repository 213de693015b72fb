// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorTests {
  @Test func literalsNest() {
    let vector: Tensor<Double> = [1, 2.5, -3]
    let matrix: Tensor<Float> = [[1, 2], [3, 4], [5, 6]]
    #expect(vector.shape == [3] && vector.scalars == [1, 2.5, -3])
    #expect(matrix.shape == [3, 2] && matrix.strides == [2, 1])
    #expect(matrix.scalars == [1, 2, 3, 4, 5, 6])
    let empty: Tensor<Double> = []
    #expect(empty.shape == [0])
  }

  @Test func creation() {
    #expect(Tensor([[1.0, 2], [3, 4]]) == [[1, 2], [3, 4]])
    #expect(Tensor(2.0).shape == [] && Tensor(2.0).item == 2)
    #expect(Tensor<Double>.zeros([2, 3]).scalars == [Double](repeating: 0, count: 6))
    #expect(Tensor<Double>.ones([2]) == [1, 1])
    #expect(Tensor(shape: [2], repeating: 7.0) == [7, 7])
    #expect(Tensor<Double>.identity(2) == [[1, 0], [0, 1]])
    #expect(Tensor<Double>.identity(2, columns: 3) == [[1, 0, 0], [0, 1, 0]])
    #expect(Tensor<Double>.diagonal([1, 2]) == [[1, 0], [0, 2]])
    #expect(Tensor<Double>.arange(4) == [0, 1, 2, 3])
    #expect(Tensor<Double>.arange(1, 2, step: 0.25) == [1, 1.25, 1.5, 1.75])
    #expect(Tensor<Double>.arange(3, 0, step: -1) == [3, 2, 1])
    #expect(Tensor<Double>.arange(3, 0).shape == [0])
    #expect(Tensor<Double>.linspace(0, 1, count: 5) == [0, 0.25, 0.5, 0.75, 1])
    #expect(Tensor<Double>.linspace(2, 3, count: 1) == [2])
    #expect(Tensor<Double>.linspace(0, 0.1, count: 8)[-1] == 0.1)
    #expect(Tensor<Float>(converting: [1.5, 1e300] as Tensor<Double>) == Tensor([1.5, .infinity]))
  }

  @Test func joining() {
    let a: Tensor<Double> = [[1, 2], [3, 4]]
    #expect(Tensor.concatenate([a, a.transposed()], axis: 0) == [[1, 2], [3, 4], [1, 3], [2, 4]])
    #expect(Tensor.concatenate([a, a.transposed()], axis: -1) == [[1, 2, 1, 3], [3, 4, 2, 4]])
    #expect(Tensor.stack([a[0, .all], a[1, .all]], axis: 1) == [[1, 3], [2, 4]])
  }

  @Test(arguments: sizes)
  func memoryIsAligned(_ n: Int) {
    let tensor = Tensor<Double>.zeros([n])
    tensor.withUnsafeBufferPointer { #expect(Int(bitPattern: $0.baseAddress) % 64 == 0) }
  }

  @Test func writesCopyOnce() {
    let original: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    var copy = original
    copy[0, 0] = 10
    #expect(original[0, 0] == 1 && copy[0, 0] == 10)
    let address = copy.withUnsafeBufferPointer { $0.baseAddress }
    copy[1, 2] = 20
    copy += 1
    copy *= Tensor([1, 2, 3])
    #expect(copy.withUnsafeBufferPointer { $0.baseAddress } == address)
    #expect(copy == [[11, 6, 12], [5, 12, 63]])
  }

  @Test func viewsAndOriginsDoNotChangeOneAnother() {
    var origin: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    var view = origin.transposed()
    view[0, 1] = 40
    #expect(origin == [[1, 2, 3], [4, 5, 6]] && view == [[1, 40], [2, 5], [3, 6]])
    let slice = origin[.all, 1]
    origin[0, 1] = 20
    #expect(slice == [2, 5] && origin == [[1, 20, 3], [4, 5, 6]])
    var wide = Tensor<Double>([1, 2]).broadcast(to: [2, 2])
    wide[0, 0] = 9
    #expect(wide == [[9, 2], [1, 2]])
    origin[0..<1] = origin[1..<2]
    #expect(origin == [[4, 5, 6], [4, 5, 6]])
  }

  @Test func aViewThatOwnsItsMemoryIsWrittenInPlace() {
    var view = Tensor<Double>.arange(6).reshaped([2, 3]).transposed()
    view += 1
    #expect(view.strides == [1, 3])
    #expect(view == [[1, 4], [2, 5], [3, 6]])
    view.withUnsafeMutableStridedPointer { base, strides in base[2 * strides[0] + strides[1]] = 0 }
    #expect(view == [[1, 4], [2, 5], [3, 0]])
  }

  @Test func buffersAreRowMajor() {
    var view = Tensor<Double>.arange(4).reshaped([2, 2]).transposed()
    view.withUnsafeBufferPointer { #expect(Array($0) == [0, 2, 1, 3]) }
    view.withUnsafeMutableBufferPointer { $0[1] = 7 }
    #expect(view == [[0, 7], [1, 3]])
    #expect(view.withUnsafeStridedPointer { base, strides in base[strides[0]] } == 1)
  }

  @Test func contiguousLetsGoOfUnusedMemory() {
    let row = Tensor<Double>.arange(100).reshaped([10, 10]).row(3)
    #expect(row.isContiguous && row.contiguous() == row)
  }

  @Test func wrongShapesTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor<Double>.zeros([2, 3]) + Tensor<Double>.zeros([2])
    }
    await #expect(processExitsWith: .failure) { _ = Tensor<Double>.zeros([2, 3])[0, 3] }
    await #expect(processExitsWith: .failure) { _ = Tensor<Double>.zeros([0]).max() }
    await #expect(processExitsWith: .failure) { _ = [[1, 2], [3]] as Tensor<Double> }
  }
}
