// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TensorViewsTests {
  /// t[i, j, k] = 100 i + 10 j + k.
  let t = Tensor<Double>.arange(24).reshaped([2, 3, 4]).map { value in
    let k = Int(value)
    return Double(k / 12 * 100 + k / 4 % 3 * 10 + k % 4)
  }

  @Test func elements() {
    #expect(t[1, 2, 3] == 123 && t[-1, -1, -1] == 123 && t[0, 1, -2] == 12)
    let vector: Tensor<Double> = [5, 6]
    #expect(vector[-1] == 6)
  }

  @Test func slices() {
    #expect(t[1, 0..<2, 3] == [103, 113])
    #expect(t[..., 2] == [[2, 12, 22], [102, 112, 122]])
    #expect(t[..., 1, 2...] == [[12, 13], [112, 113]])
    #expect(t[.all, -1, ...1] == [[20, 21], [120, 121]])
    #expect(t[0, ..<1] == [[0, 1, 2, 3]])
    #expect(t[0, 0, .every(2, from: 1)] == [1, 3])
    #expect(t[0, 0, .every(3)] == [0, 3])
    #expect(t[0, 0, .reversed] == [3, 2, 1, 0])
    #expect(t[0, .newAxis, 0].shape == [1, 4])
    #expect(t[0, .ellipsis, 0] == [0, 10, 20])
    #expect(t[0, 1...2, 1...1] == [[11], [21]])
    #expect(t[0..<0].shape == [0, 3, 4])
    let row: Tensor<Double> = t[1]
    #expect(row == t.row(1) && row.shape == [3, 4])
  }

  @Test func slicesAreWrittenWithBroadcasting() {
    var t = t
    t[0, .all, .every(2)] = [-1, -2]
    #expect(t[0] as Tensor == [[-1, 1, -2, 3], [-1, 11, -2, 13], [-1, 21, -2, 23]])
    t[..., 3] = Tensor(0)
    #expect(t[..., 3] == .zeros([2, 3]))
    t[1, 1, .all] += 1000
    #expect(t[1, 1, .all] == [1110, 1111, 1112, 1000])
    t[1, 0, .reversed] = [1, 2, 3, 4]
    #expect(t[1, 0, .all] == [4, 3, 2, 1])
  }

  @Test func shapes() {
    #expect(t.reshaped([6, -1]).shape == [6, 4])
    #expect(t.permuted([2, 0, 1])[3, 1, 2] == 123)
    #expect(t.transposed()[1, 3, 2] == 123)
    #expect(t[0..<1].squeezed().shape == [3, 4] && t[0..<1].squeezed(axis: 0).shape == [3, 4])
    #expect(t.expanded(axis: -1).shape == [2, 3, 4, 1] && t.expanded(axis: 1).shape == [2, 1, 3, 4])
    #expect(t[0].diagonal() as Tensor == [0, 11, 22])
    #expect(t.flattened().scalars == t.scalars)
  }

  @Test func reshapeIsAViewWhereTheLayoutAllows() {
    let every = t[..., .every(2)]  // [2, 3, 2] with strides [12, 4, 2]
    #expect(every.reshaped([6, 2]).strides == [4, 2])
    #expect(every.reshaped([12]).strides == [2])
    #expect(every.reshaped([12]).scalars == every.scalars)
    let part = t[.all, .all, 0..<3]
    #expect(part.reshaped([6, 3]).strides == [4, 1])
    #expect(part.reshaped([18]).strides == [1])  // copied
    #expect(part.reshaped([18]).scalars == part.scalars)
    #expect(t.transposed().reshaped([24]).scalars == t.transposed().scalars)
    #expect(t.transposed().reshaped([2, 2, 2, 3]).scalars == t.transposed().scalars)
  }

  @Test func broadcastIsAViewOfStrideZero() {
    let row: Tensor<Double> = [1, 2]
    let wide = row.broadcast(to: [3, 2])
    #expect(wide.strides == [0, 1] && wide == [[1, 2], [1, 2], [1, 2]])
    #expect(!wide.isContiguous)
  }

  /// Against a loop over the places; that is also what NumPy's `start:end:step` gives within the axis.
  @Test func stepsForwardAndBackward() {
    for n in 0...5 {
      let t = Tensor<Double>.arange(2 * n).reshaped([2, n])[.reversed, .all]
      for step in [-7, -3, -2, -1, 1, 2, 3, 7, .max, .min] {
        let starts: [Int?] = [nil] + (0..<n).map { $0 }
        let ends: [Int?] = [nil] + (0...n).map { $0 }
        for start in starts {
          for end in ends {
            var places: [Int] = []
            var i = start ?? (step > 0 ? 0 : n - 1)
            while i >= 0 && i < n && (step > 0 ? i < end ?? n : i > end ?? -1) {
              places.append(i)
              let (next, overflow) = i.addingReportingOverflow(step)
              if overflow { break }
              i = next
            }
            #expect(
              t[.all, .every(step, from: start, to: end)] == t.taking(places, axis: 1),
              "n \(n), step \(step), from \(String(describing: start)) to \(String(describing: end))")
          }
        }
      }
    }
    var u = Tensor<Double>.arange(5)
    u[.every(-2)] = [10, 20, 30]
    #expect(u == [30, 1, 20, 3, 10])
  }
}
