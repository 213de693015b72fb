// SPDX-License-Identifier: Apache-2.0

/// The loops over up to four operands of one shape, with axes of extent 1 dropped and axes merged
/// where every operand allows it, so that contiguous operands are one single run.
///
/// Lane k of every SIMD value belongs to operand k. Runs come in row-major order.
@usableFromInline
package struct LoopNest {
  /// The number of elements of each run.
  @usableFromInline package let innerCount: Int
  /// The distance between neighbours within a run.
  @usableFromInline package let innerStrides: SIMD4<Int>
  /// The axes around the runs, innermost first.
  @usableFromInline package let outer: [(extent: Int, strides: SIMD4<Int>)]
  @usableFromInline package let isEmpty: Bool

  @usableFromInline
  package init(shape: [Int], _ a: [Int], _ b: [Int]? = nil, _ c: [Int]? = nil) {
    var axes: [(extent: Int, strides: SIMD4<Int>)] = []
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      let strides = SIMD4(a[axis], b?[axis] ?? 0, c?[axis] ?? 0, 0)
      if let last = axes.last, strides == last.strides &* SIMD4(repeating: last.extent) {
        axes[axes.count - 1].extent *= shape[axis]
      } else {
        axes.append((shape[axis], strides))
      }
    }
    isEmpty = shape.contains(0)
    innerCount = axes.first?.extent ?? 1
    innerStrides = axes.first?.strides ?? SIMD4(repeating: 0)
    outer = Array(axes.dropFirst())
  }
}

/// The positions, relative to each operand's first element, at which the runs start.
///
/// An iterator rather than a method with a closure: a closure inside a closure is called through its
/// context for every element, and a loop is not.
extension LoopNest: Sequence {
  @usableFromInline
  package struct Iterator: IteratorProtocol {
    private let outer: [(extent: Int, strides: SIMD4<Int>)]
    private var index: [Int]
    private var positions = SIMD4<Int>(repeating: 0)
    private var isAtEnd: Bool

    fileprivate init(_ nest: LoopNest) {
      outer = nest.outer
      index = [Int](repeating: 0, count: nest.outer.count)
      isAtEnd = nest.isEmpty
    }

    @usableFromInline
    package mutating func next() -> SIMD4<Int>? {
      if isAtEnd { return nil }
      let start = positions
      for axis in outer.indices {
        index[axis] += 1
        positions &+= outer[axis].strides
        if index[axis] < outer[axis].extent { return start }
        positions &-= outer[axis].strides &* SIMD4(repeating: outer[axis].extent)
        index[axis] = 0
      }
      isAtEnd = true
      return start
    }
  }

  @usableFromInline
  package func makeIterator() -> Iterator { Iterator(self) }
}
