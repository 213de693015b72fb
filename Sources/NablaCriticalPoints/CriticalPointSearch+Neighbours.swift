// SPDX-License-Identifier: Apache-2.0

internal import NablaOptimization

// Starts that what is known suggests: images of the found points under symmetries of the function, and the surroundings
// of the found points with these points divided out.

extension CriticalPointSearch {
  /// The most points whose surroundings are searched.
  private static let largestCrowd = 64

  /// Searches at the images of points under symmetries.
  mutating func searchImages(of points: [[Double]], under symmetries: [Symmetry]) {
    let images = points.flatMap { point in symmetries.map { $0.image(of: point) } }
      .filter { inspector.box.contains($0) && !isFound($0) }
    statistics.images += images.count
    _ = search(from: images, newton: options.newton, countsHits: false)
  }

  private func isFound(_ x: [Double]) -> Bool {
    found.contains { inspector.distance($0.point.point, x) <= 1e-9 }
  }

  /// Searches beside the found points by Newton's method on the deflated gradient M(x) ∇f(x) with
  /// M = Πᵢ (‖x−xᵢ‖⁻² + 1), which has the zeros of the gradient but for the known xᵢ, from which it leads away: where
  /// points crowd, plain iterations from far away all end at one of them (Farrell, Birkisson and Funke, "Deflation
  /// techniques for finding distinct solutions of nonlinear partial differential equations", SIAM J. Sci. Comput. 37,
  /// 2015). Returns whether a point was new.
  mutating func searchCrowds() -> Bool {
    let simple = found.filter { !$0.point.isDegenerate }.map(\.point.point)
    guard !simple.isEmpty, simple.count <= Self.largestCrowd else { return false }
    var newton = options.newton
    newton.isDamped = false
    newton.maxIterations = 30
    newton.deflatedPoints = simple
    let n = inspector.box.dimension
    var starts: [[Double]] = []
    for (k, point) in simple.enumerated() {
      for reach in [1e-2, 1e-4] {
        // All axes of few variables, two of many.
        for axis in n <= 4 ? Array(0..<n) : [k % n, (k + n / 2) % n] {
          for sign in [1.0, -1] {
            var start = point
            start[axis] += sign * reach * inspector.scales[axis]
            if inspector.box.contains(start) { starts.append(start) }
          }
        }
      }
    }
    statistics.deflatedStarts += starts.count
    return search(from: starts, newton: newton, countsHits: false)
  }
}
