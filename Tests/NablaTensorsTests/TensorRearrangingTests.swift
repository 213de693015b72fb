// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorRearrangingTests {
  private let t = Tensor<Double>.arange(12).reshaped([3, 4])

  @Test func parts() {
    #expect(t.split(into: 2, axis: 1) == [t[.all, 0..<2], t[.all, 2..<4]])
    #expect(t.split(at: [1, 1], axis: 0) == [t[0..<1], t[1..<1], t[1..<3]])
    #expect(Tensor.concatenate(t.split(at: [1, 3], axis: -1), axis: -1) == t)
  }

  /// As numpy.tile and numpy.repeat.
  @Test func repetitions() {
    let a: Tensor<Double> = [[1, 2], [3, 4]]
    #expect(a.tiled([1, 2]) == [[1, 2, 1, 2], [3, 4, 3, 4]])
    #expect(a.tiled([2, 1]) == [[1, 2], [3, 4], [1, 2], [3, 4]])
    #expect(a.transposed().tiled([1, 2]) == [[1, 3, 1, 3], [2, 4, 2, 4]])
    #expect(a.repeated(2, axis: 0) == [[1, 2], [1, 2], [3, 4], [3, 4]])
    #expect(a.repeated(2, axis: -1) == [[1, 1, 2, 2], [3, 3, 4, 4]])
    #expect(a.repeated(0, axis: 0).shape == [0, 2])
  }

  @Test func orders() {
    #expect(t.flipped(axes: [1]) == t[.all, .reversed] && t.flipped() == t[.reversed, .reversed])
    #expect(t.rolled(1, axis: 1)[0] == [3, 0, 1, 2] && t.rolled(-5, axis: 1)[0] == [1, 2, 3, 0])
    #expect(t.rolled(3, axis: 0) == t)
    let c = Tensor<Double>.arange(24).reshaped([2, 3, 4])
    #expect(
      c.movedAxis(0, to: -1) == c.permuted([1, 2, 0]) && c.movedAxis(2, to: 0) == c.permuted([2, 0, 1]))
  }

  /// As numpy.tril, numpy.triu, numpy.pad, numpy.meshgrid(indexing='ij'), numpy.diff.
  @Test func trianglesPaddingGrids() {
    let a: Tensor<Double> = [[1, 2, 3], [4, 5, 6]]
    #expect(
      a.lowerTriangle() == [[1, 0, 0], [4, 5, 0]]
        && a.lowerTriangle(diagonal: -1) == [[0, 0, 0], [4, 0, 0]])
    #expect(
      a.upperTriangle() == [[1, 2, 3], [0, 5, 6]] && a.upperTriangle(diagonal: 1) == [[0, 2, 3], [0, 0, 6]])
    #expect(
      a.padded(before: [1, 0], after: [0, 1], with: 9) == [[9, 9, 9, 9], [1, 2, 3, 9], [4, 5, 6, 9]])
    let grid = meshgrid([Tensor<Double>([1, 2]), Tensor<Double>([5, 6, 7])])
    #expect(grid[0] == [[1, 1, 1], [2, 2, 2]] && grid[1] == [[5, 6, 7], [5, 6, 7]])
    #expect(a.differences() == [[1, 1], [1, 1]] && a.differences(axis: 0) == [[3, 3, 3]])
  }

  @Test func masks() {
    let mask = t .> 4
    #expect(t.elements(where: mask) == [5, 6, 7, 8, 9, 10, 11])
    #expect(t.transposed().elements(where: mask.transposed()) == [8, 5, 9, 6, 10, 7, 11])
    #expect((t .== 6).indicesOfNonzero() == [[1, 2]] && Tensor<Double>(1).indicesOfNonzero() == [[]])
    var u = t
    u.replace(where: mask, by: Tensor([-1, -2, -3, -4]))
    #expect(u == [[0, 1, 2, 3], [4, -2, -3, -4], [-1, -2, -3, -4]] && t[2, 3] == 11)
  }

  @Test func selectNamesTheShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = select(Tensor<Double>.zeros([2, 3]), Tensor.zeros([1, 3]), Tensor.zeros([4]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #if DEBUG
      #expect(text.contains("select of a mask of shape [2, 3] and values of shapes [1, 3] and [4]"))
    #endif
  }
}
