/// What may stand between the brackets of a slice: an `Int`, a range of `Int`, or a ``TensorIndex``.
public protocol TensorIndexing {
  var tensorIndex: TensorIndex { get }
}

/// One entry of a slice such as `t[0..<3, .all, 1]`.
///
/// | written | meaning for its axis |
/// |---|---|
/// | `2`, `-1` | that index; the axis disappears; negative counts from the end |
/// | `0..<3`, `0...2`, `1...`, `..<4` | that range, which must lie inside the axis |
/// | `.all` | everything |
/// | `.every(2)`, `.every(2, from: 1)` | every second element, the first at 1 |
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
    case every(step: Int, from: Int)
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
  /// Every `step`-th element of the axis (`step` ≥ 1), beginning at index `from`.
  public static func every(_ step: Int, from start: Int = 0) -> TensorIndex {
    precondition(step >= 1, "A step of \(step) does not advance; .reversed turns an axis around.")
    return TensorIndex(kind: .every(step: step, from: start))
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
      case .every(let step, let start):
        precondition(
          start >= 0 && start <= shape[axis],
          "The start \(start) does not lie inside axis \(axis) of a tensor of shape \(shape).")
        keep(from: start, extent: (shape[axis] - start + step - 1) / step, step: step)
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
