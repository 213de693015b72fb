// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// A change of variable after which the trapezoidal rule over all of R integrates analytic functions with an error of
/// about exp(−c N/log N) for N nodes, whatever algebraic or logarithmic singularities there are at the ends.
///
/// With u = (π/2) sinh t:
///
///     finite ranges      x = l + w/(1 + e^(−2u))            (tanh-sinh)
///     [l, ∞)             x = l + s e^u                       (exp-sinh)
///     (−∞, ∞)            x = c + s sinh u                    (sinh-sinh)
///
/// Nodes are given by their distance from the nearer end, which keeps its digits where x does not.
///
/// Takahasi and Mori, "Double exponential formulas for numerical integration", Publ. RIMS 9 (1974).
enum DoubleExponential: Sendable {
  case finite(lower: Double, upper: Double)
  case right(lower: Double, scale: Double)
  case left(upper: Double, scale: Double)
  case line(center: Double, scale: Double)

  /// Nodes lie at −limit ≤ t ≤ limit; beyond, distances leave the range of doubles.
  static let limit = 6.5

  enum Origin { case lower, upper, none }

  struct Node {
    var t: Double
    /// The end from which the distance is measured; the abscissa itself if there is none.
    var origin: Origin
    var distance: Double
    /// dx/dt.
    var weight: Double
  }

  func node(_ t: Double) -> Node {
    let u = 0.5 * .pi * Double.sinh(t)
    let du = 0.5 * .pi * Double.cosh(t)
    switch self {
    case .finite(let lower, let upper):
      let width = upper - lower
      let q = Double.exp(-2 * Swift.abs(u))
      let distance = width * q / (1 + q)
      return Node(
        t: t, origin: t < 0 ? .lower : .upper, distance: distance,
        weight: width * 2 * du * q / ((1 + q) * (1 + q)))
    case .right(_, let scale):
      let e = scale * Double.exp(u)
      return Node(t: t, origin: .lower, distance: e, weight: e * du)
    case .left(_, let scale):
      // t is mirrored, so that x ascends with t.
      let e = scale * Double.exp(-u)
      return Node(t: t, origin: .upper, distance: e, weight: e * du)
    case .line(let center, let scale):
      return Node(
        t: t, origin: .none, distance: center + scale * Double.sinh(u), weight: scale * du * Double.cosh(u))
    }
  }

  var lower: Double {
    switch self {
    case .finite(let lower, _), .right(let lower, _): lower
    case .left, .line: -.infinity
    }
  }

  var upper: Double {
    switch self {
    case .finite(_, let upper), .left(let upper, _): upper
    case .right, .line: .infinity
    }
  }

  /// Where a node lies, rounded.
  func abscissa(_ node: Node) -> Double {
    switch node.origin {
    case .lower: lower + node.distance
    case .upper: upper - node.distance
    case .none: node.distance
    }
  }
}
