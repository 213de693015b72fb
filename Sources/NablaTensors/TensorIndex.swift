// SPDX-License-Identifier: Apache-2.0

/// What may stand between the brackets of a slice: an `Int`, a range of `Int`, or a ``TensorIndex``.
public protocol TensorIndexing {
  /// The entry of a slice that it stands for.
  var tensorIndex: TensorIndex { get }
}

/// One entry of a slice such as `t[0..<3, .all, 1]`.
///
/// | written | meaning for its axis |
/// |---|---|
/// | `2`, `-1` | that index; the axis disappears; negative counts from the end |
/// | `0..<3`, `0...2`, `1...`, `..<4` | that range, which must lie inside the axis |
/// | `.all` | everything |
/// | `.every(2)`, `.every(2, from: 1)`, `.every(2, from: 1, to: 7)` | every second element, the first at 1, all before 7 |
/// | `.every(-1)`, `.every(-2, from: 8, to: 2)` | backwards: from the last; from 8, all behind 2 |
/// | `.reversed` | everything, last to first |
/// | `.newAxis` | a new axis of extent 1 |
/// | `.ellipsis`, or `...` in first place | as many `.all` as there are axes not mentioned |
///
/// Axes not mentioned are taken whole.
public struct TensorIndex: TensorIndexing, Sendable {
  enum Kind {
    case at(Int)
    /// Bounds as written: nil is open.
    case range(from: Int?, to: Int?)
    /// Bounds as written: nil is the end that the step comes from or goes to.
    case every(step: Int, from: Int?, to: Int?)
    case reversed
    case newAxis
    case ellipsis
  }
  let kind: Kind
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexing where Self == TensorIndex {
  /// The whole axis.
  public static var all: TensorIndex { TensorIndex(kind: .range(from: nil, to: nil)) }
  /// Every `step`-th element of the axis, beginning at index `start` and ending before index `end` is reached
  /// (NumPy's `start:end:step`).
  ///
  /// A negative step goes backwards. Without `start` a step begins at the end of the axis that it comes from (index 0, or
  /// the last one), without `end` it goes on to the other. Both are counted from the beginning and lie in the axis, `end`
  /// perhaps just behind it; where `end` does not lie ahead, the slice is empty. A step of 0 traps.
  public static func every(_ step: Int, from start: Int? = nil, to end: Int? = nil) -> TensorIndex {
    precondition(step != 0, "A step of 0 does not advance.")
    return TensorIndex(kind: .every(step: step, from: start, to: end))
  }
  /// The whole axis, last to first.
  public static var reversed: TensorIndex { TensorIndex(kind: .reversed) }
  /// A new axis of extent 1.
  public static var newAxis: TensorIndex { TensorIndex(kind: .newAxis) }
  /// All axes that are not mentioned.
  public static var ellipsis: TensorIndex { TensorIndex(kind: .ellipsis) }
}

extension Int: TensorIndexing {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .at(self)) }
}
extension Range: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .range(from: lowerBound, to: upperBound)) }
}
extension ClosedRange: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .range(from: lowerBound, to: upperBound + 1)) }
}
extension PartialRangeFrom: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .range(from: lowerBound, to: nil)) }
}
extension PartialRangeUpTo: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .range(from: nil, to: upperBound)) }
}
extension PartialRangeThrough: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { TensorIndex(kind: .range(from: nil, to: upperBound + 1)) }
}

extension TensorLayout {
  /// The layout of a slice.
  func sliced(_ indices: [TensorIndex]) -> TensorLayout {
    var mentioned = 0
    var ellipses = 0
    for index in indices {
      switch index.kind {
      case .newAxis: break
      case .ellipsis: ellipses += 1
      default: mentioned += 1
      }
    }
    precondition(mentioned <= rank, "\(mentioned) indices are too many for a tensor of shape \(shape).")
    precondition(ellipses <= 1, "A slice can have one ellipsis; this one has \(ellipses).")

    var newShape: [Int] = []
    var newStrides: [Int] = []
    var newOffset = offset
    var axis = 0
    func keep(from start: Int, extent: Int, step: Int) {
      newShape.append(extent)
      newStrides.append(strides[axis] * step)
      if extent > 0 { newOffset += start * strides[axis] }
      axis += 1
    }
    for index in indices {
      switch index.kind {
      case .at(let i):
        newOffset += checked(i, axis: axis) * strides[axis]
        axis += 1
      case .range(let from, let to):
        let (start, end) = (from ?? 0, to ?? shape[axis])
        precondition(
          start >= 0 && start <= end && end <= shape[axis],
          "The range \(start)..<\(end) does not lie inside axis \(axis) of a tensor of shape \(shape).")
        keep(from: start, extent: end - start, step: 1)
      case .every(let step, let from, let to):
        let extent = shape[axis]
        // Backwards the places are −1 (before the axis, where an open end is) to extent − 1.
        let start = from ?? (step > 0 ? 0 : extent - 1)
        let end = to ?? (step > 0 ? extent : -1)
        precondition(
          (from ?? 0) >= 0 && start <= extent && (to ?? 0) >= 0 && end <= extent
            && (step > 0 || from == nil || start < extent),
          "The steps from \(start) to \(end) do not lie inside axis \(axis) of a tensor of shape \(shape).")
        let distance = step > 0 ? end - start : start - end
        let length = step.magnitude > UInt(extent) ? extent + 1 : Int(step.magnitude)
        keep(
          from: start, extent: distance <= 0 ? 0 : (distance - 1) / length + 1,
          step: step > 0 ? length : -length)
      case .reversed:
        keep(from: shape[axis] - 1, extent: shape[axis], step: -1)
      case .newAxis:
        newShape.append(1)
        newStrides.append(0)
      case .ellipsis:
        for _ in 0..<(rank - mentioned) { keep(from: 0, extent: shape[axis], step: 1) }
      }
    }
    while axis < rank { keep(from: 0, extent: shape[axis], step: 1) }
    return TensorLayout(shape: newShape, strides: newStrides, offset: newOffset)
  }
}
