// SPDX-License-Identifier: Apache-2.0

/// What the Hessian says about a point with a small gradient: is a stationary point near, and of which kind?
///
/// A small gradient alone says neither: along an asymptote a + c/x both derivatives go to zero, and the Newton step
/// x/2 grows; on the floor of a narrow valley a gradient that is small beside the start's may still stand for
/// digits of x. So the Newton step p is computed, with the Hessian scaled to about 1 along its diagonal so that small
/// curvatures are not lost beside large ones, and
///
///     ‖p‖₂ ≤ 10⁻³ (‖x‖₂ + ‖x₀‖₂)
///
/// is asked for, which no asymptote satisfies, and one of
///
///     ½ |gᵀp| ≤ 10⁻¹⁰ |f|,   |pⱼ| ≤ 10⁻⁸ sⱼ,   |gⱼ| ≤ the bound of its rounding error
///
/// (for all j, with sⱼ the largest |xⱼ| on the way): hardly anything of f is left to gain, or of x, or of
/// either in this precision. Directions along which the Hessian is zero to rounding are probed: f has to
/// rise on both sides or on none, as a plateau that is an asymptote to one side does not. Where there are such
/// directions and ‖x‖₂ > 10⁹ max(1, ‖x₀‖₂), the run went after a limit at infinity.
struct StationarityTest {
  let kind: StationaryKind
  /// Whether the point is stationary.
  var isStationary: Bool { kind != .notStationary && kind != .unknown }

  private init(kind: StationaryKind) { self.kind = kind }

  static let unknown = StationarityTest(kind: .unknown)

  /// - Parameters:
  ///   - gradient: of the variables that are free.
  ///   - hessian: of the same, row-major; nil if there is none.
  ///   - point: x, the same variables.
  ///   - lengths: ‖x‖₂ + ‖x₀‖₂.
  ///   - scales: sⱼ.
  ///   - allowedDecrease: the bound of the decrease.
  ///   - gradientErrors: bounds of the rounding errors of the gradient, computed where they are needed.
  ///   - rise: f(x + v) − f(x), or 0 where that is hardly anything of f.
  init(
    gradient: [Double], hessian: [Double]?, point: [Double], lengths: Double, scales sizes: [Double],
    allowedDecrease: Double, gradientErrors: () -> [Double]?, rise: ([Double]) -> Double
  ) {
    let n = gradient.count
    guard n > 0 else {
      // All variables lie on bounds that hold them.
      self = StationarityTest(kind: .minimum)
      return
    }
    guard var matrix = hessian, isFinite(matrix), isFinite(gradient) else {
      self = .unknown
      return
    }
    let scales = equilibrate(&matrix, order: n)
    let solver = SymmetricEigensolver(order: n)
    guard solver.decompose(matrix) else {
      self = .unknown
      return
    }
    let largest = Swift.max(Swift.abs(solver.values[0]), Swift.abs(solver.values[n - 1]))
    let threshold = Double(n) * 0x1p-50 * largest
    // The Newton step without and with the directions along which the Hessian is zero to rounding; there the
    // threshold stands for the curvature, which makes the step as long as it may be.
    var (step, longest) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    // The decrease that the model predicts for the longest step, ½ Σ cₖ²/|λₖ|.
    var decrease = 0.0
    var (zeros, negatives) = (0, 0)
    var flatDirections: [[Double]] = []
    for (k, eigenvalue) in solver.values.enumerated() {
      let vector = (0..<n).map { solver.vectors[k * n + $0] * scales[$0] }
      let slope = dot(vector, gradient)
      // A negative eigenvalue beyond this is none that rounding makes of zero.
      if eigenvalue < -1e-10 * largest { negatives += 1 }
      let isZero = Swift.abs(eigenvalue) <= threshold
      if isZero { flatDirections.append(vector) }
      if isZero || (eigenvalue < 0 && eigenvalue >= -1e-10 * largest) { zeros += 1 }
      guard slope != 0 else { continue }
      let curvature = isZero ? threshold : eigenvalue
      if !isZero { step = sum(step, slope / curvature, vector) }
      longest = sum(longest, slope / curvature, vector)
      decrease += 0.5 * slope * (slope / Swift.abs(curvature))
    }
    func isLostInRounding() -> Bool {
      guard length(step) <= 1e-3 * lengths, let errors = gradientErrors() else { return false }
      return zip(gradient, errors).allSatisfy { Swift.abs($0) <= $1 }
    }
    let isShort =
      length(longest) <= 1e-3 * lengths
      && (decrease <= allowedDecrease
        || longest.indices.allSatisfy { Swift.abs(longest[$0]) <= 1e-8 * sizes[$0] })
    var isStationary = isShort || isLostInRounding()
    // A degenerate point that ran away is a limit at infinity.
    if zeros > 0 && length(point) > 1e9 * Swift.max(1, lengths - length(point)) { isStationary = false }
    if isStationary && zeros > 0 {
      isStationary = Self.probes(flatDirections, point).allSatisfy { direction in
        let norm = length(direction)
        guard norm > 0, norm.isFinite else { return true }
        // Where everything is zero nothing but further probes can tell a plateau from a constant.
        return (largest == 0 ? [0.05, 0.45, 0.5, 2] : [0.5, 2]).allSatisfy { extent in
          var step = scaled(direction, by: extent * lengths / norm)
          // What rounding left of other variables is no part of the direction.
          for j in 0..<n where Swift.abs(step[j]) <= 1e-6 * sizes[j] { step[j] = 0 }
          let (ahead, behind) = (rise(step), rise(scaled(step, by: -1)))
          return ahead >= 0 && behind >= 0 && (ahead > 0) == (behind > 0)
        }
      }
    }
    let kind: StationaryKind =
      if !isStationary {
        .notStationary
      } else if negatives > 0 {
        negatives == n ? .maximum : .saddle
      } else {
        zeros > 0 ? .degenerate : .minimum
      }
    self.init(kind: kind)
  }

  /// The directions themselves or, of many, two combinations of all and what x has along them.
  private static func probes(_ directions: [[Double]], _ point: [Double]) -> [[Double]] {
    guard directions.count > 2 else { return directions }
    let unit = directions.map { scaled($0, by: 1 / length($0)) }
    var radial = point.map { _ in 0.0 }
    for direction in unit { radial = sum(radial, dot(direction, point), direction) }
    return [radial]
      + [1.0, -1].map { sign in
        var total = unit[0]
        for (k, direction) in unit.enumerated().dropFirst() {
          total = sum(total, k % 2 == 0 ? 1 : sign, direction)
        }
        return total
      }
  }
}
