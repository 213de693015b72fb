// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaOptimization
internal import NablaTensors

/// A transformation under which a function seems not to change: an exchange of two variables, or a change of sign.
///
/// It is found by comparing values at a few points, and only suggests where to look.
struct Symmetry {
  private let exchanged: (Int, Int)?
  private let flipped: [Bool]

  /// Beyond this number of variables the pairs are too many.
  private static let largestDimension = 12

  func image(of point: [Double]) -> [Double] {
    var image = zip(point, flipped).map { $1 ? -$0 : $0 }
    if let (i, j) = exchanged { image.swapAt(i, j) }
    return image
  }

  /// The symmetries of a function, as far as values at points of the box tell.
  static func all(of inspector: PointInspector) -> [Symmetry] {
    let n = inspector.box.dimension
    guard n > 0, n <= largestDimension else { return [] }
    let none = Array(repeating: false, count: n)
    var candidates = [Symmetry(exchanged: nil, flipped: none.map { _ in true })]
    for i in 0..<n {
      if n > 1 {
        var flipped = none
        flipped[i] = true
        candidates.append(Symmetry(exchanged: nil, flipped: flipped))
      }
      for j in 0..<i { candidates.append(Symmetry(exchanged: (j, i), flipped: none)) }
    }
    var sequence = StartSequence(in: inspector.box)
    // The first points of the sequence are symmetric themselves.
    let probes = sequence.points(40).suffix(3)
    let points = probes.flatMap { probe in [probe] + candidates.map { $0.image(of: probe) } }
    let values = inspector.function.value(at: Tensor(points), parameters: inspector.parameterTensor).scalars
    let row = candidates.count + 1
    return candidates.indices.filter { k in
      (0..<probes.count).allSatisfy { p in
        let (value, other) = (values[p * row], values[p * row + k + 1])
        return Swift.abs(other - value) <= 1e-9 * Swift.abs(value)
      }
    }.map { candidates[$0] }
  }
}
