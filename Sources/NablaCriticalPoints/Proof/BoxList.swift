// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Boxes of one dimension, side after side in one piece of memory: a proof has them by the ten thousands.
struct BoxList {
  let dimension: Int
  private var sides: [Interval] = []

  init(dimension: Int) { self.dimension = dimension }

  init(_ boxes: [[Interval]], dimension: Int) {
    self.dimension = dimension
    for box in boxes { append(box) }
  }

  var count: Int { dimension == 0 ? 0 : sides.count / dimension }
  var isEmpty: Bool { sides.isEmpty }

  subscript(_ i: Int) -> ArraySlice<Interval> { sides[i * dimension..<(i + 1) * dimension] }

  /// All of them, each as an array of its own.
  var boxes: [[Interval]] { (0..<count).map { Array(self[$0]) } }

  mutating func append(_ box: [Interval]) { sides += box }

  /// A box with another side `j`.
  mutating func append(_ box: [Interval], replacing j: Int, by side: Interval) {
    sides += box
    sides[sides.count - dimension + j] = side
  }

  /// Removes and returns the last boxes.
  mutating func removeLast(_ count: Int) -> BoxList {
    var last = BoxList(dimension: dimension)
    last.sides = Array(sides.suffix(count * dimension))
    sides.removeLast(count * dimension)
    return last
  }

  /// Calls a function with the sides of all boxes, if there are any; those of box i begin at i times the dimension.
  func withUnsafeSides(_ body: (UnsafePointer<Interval>) -> Void) {
    sides.withUnsafeBufferPointer { if let sides = $0.baseAddress { body(sides) } }
  }
}
