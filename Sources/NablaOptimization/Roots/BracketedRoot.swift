// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors
public import NablaCalculus

/// A root of a function of one variable, between two points.
public struct BracketedRoot: Sendable {
  /// The end of ``bracket`` with the smaller |f|.
  public let root: Double
  /// f there.
  public let value: Double
  /// Where f changes its sign: the root lies in it. Of width 0 where f is exactly zero.
  public let bracket: ClosedRange<Double>
  /// The number of values computed.
  public let evaluations: Int
}

/// Why no root was found.
public enum RootError: Error, Hashable, Sendable, CustomStringConvertible {
  /// f has one sign at both ends: there may be no root, or an even number of them.
  case noSignChange(lower: Double, upper: Double)
  /// f is NaN there.
  case notANumber(at: Double)
  /// An end of the interval is not finite.
  case infiniteInterval

  public var description: String {
    switch self {
    case .noSignChange(let lower, let upper):
      "the function has the same sign at both ends (\(lower) and \(upper)): give an interval over which it changes"
    case .notANumber(let x): "the function is not a number at \(x): give an interval inside its domain"
    case .infiniteInterval: "the interval has an infinite end: give a bounded one"
    }
  }
}

/// A root of a continuous function in an interval at whose ends it has opposite signs, to the last digit.
///
///     let root = try findRoot(in: 0...2) { x in x * x - 2 }.root      // 1.4142135623730951
///
/// Inverse cubic interpolation with secant steps of double length and bisection, so that the interval at least halves
/// with every few evaluations: about eight for a simple root, and never many more than bisection. Where f jumps over
/// zero or has a pole with a change of sign, that place is found.
///
/// - Parameters:
///   - interval: finite, f of opposite signs at its ends.
///   - tolerance: ends where the interval is this wide; the default, 0, is a few ulps of the root.
///   - f: the function.
/// - Throws: ``RootError``, and what `f` throws.
///
/// Source: Alefeld, Potra, Shi, "Algorithm 748: Enclosing zeros of continuous functions", ACM TOMS 21 (1995).
public func findRoot(
  in interval: ClosedRange<Double>, tolerance: Double = 0, of f: (Double) throws -> Double
) throws -> BracketedRoot {
  guard interval.lowerBound.isFinite, interval.upperBound.isFinite else { throw RootError.infiniteInterval }
  var search = Enclosure(a: interval.lowerBound, b: interval.upperBound, tolerance: tolerance)
  return try search.run(f)
}

/// A root of a function of one variable: see ``findRoot(in:tolerance:of:)``.
///
/// - Precondition: the function is scalar and of one variable.
public func findRoot(
  of f: Function, parameters: [Double] = [], in interval: ClosedRange<Double>, tolerance: Double = 0
) throws -> BracketedRoot {
  precondition(
    f.isScalar && f.variables.count == 1,
    "an interval holds the root of a scalar function of one variable, not of \(f.variables.count)")
  let row = parameters.isEmpty ? nil : Tensor(parameters)
  var evaluation = Evaluation()
  return try findRoot(in: interval, tolerance: tolerance) { x in
    f.evaluate(.value, at: Tensor([x]), parameters: row, into: &evaluation)
    return evaluation.value.item
  }
}

/// The state of algorithm 748; the names a, b, d and e are its own.
private struct Enclosure {
  /// The interval.
  var (a, fa): (Double, Double)
  var (b, fb): (Double, Double)
  /// The last two points that fell out of it.
  var (d, fd) = (Double.nan, Double.nan)
  var (e, fe) = (Double.nan, Double.nan)
  let tolerance: Double
  var evaluations = 0

  init(a: Double, b: Double, tolerance: Double) {
    (self.a, fa) = (a, .nan)
    (self.b, fb) = (b, .nan)
    self.tolerance = tolerance
  }

  private var isDone: Bool {
    fa == 0 || fb == 0 || b - a <= Swift.max(tolerance, 2 * Swift.max(a.magnitude, b.magnitude).ulp)
  }

  private mutating func value(_ x: Double, _ f: (Double) throws -> Double) throws -> Double {
    evaluations += 1
    let value = try f(x)
    if value.isNaN { throw RootError.notANumber(at: x) }
    return value
  }

  mutating func run(_ f: (Double) throws -> Double) throws -> BracketedRoot {
    fa = try value(a, f)
    fb = try value(b, f)
    if fa != 0 && fb != 0 && (fa < 0) == (fb < 0) { throw RootError.noSignChange(lower: fa, upper: fb) }
    if !isDone { try narrow(secant(), f) }
    if !isDone {
      let c = quadratic(2)
      (e, fe) = (d, fd)
      try narrow(c, f)
    }
    while !isDone {
      let width = b - a
      for steps in [2, 3] where !isDone {
        let c = areDistinct ? cubic(steps) : quadratic(steps)
        (e, fe) = (d, fd)
        try narrow(c, f)
      }
      if isDone { break }
      let (u, fu) = fa.magnitude < fb.magnitude ? (a, fa) : (b, fb)
      var c = u - 2 * (fu / (fb - fa)) * (b - a)
      if !((c - u).magnitude <= 0.5 * (b - a)) { c = a + 0.5 * (b - a) }
      (e, fe) = (d, fd)
      try narrow(c, f)
      if !isDone && b - a >= 0.5 * width {
        (e, fe) = (d, fd)
        try narrow(a + 0.5 * (b - a), f)
      }
    }
    if fa == 0 { return BracketedRoot(root: a, value: 0, bracket: a...a, evaluations: evaluations) }
    if fb == 0 { return BracketedRoot(root: b, value: 0, bracket: b...b, evaluations: evaluations) }
    let (root, value) = fa.magnitude <= fb.magnitude ? (a, fa) : (b, fb)
    return BracketedRoot(root: root, value: value, bracket: a...b, evaluations: evaluations)
  }

  /// Evaluates a point inside and keeps the part with the change of sign.
  private mutating func narrow(_ point: Double, _ f: (Double) throws -> Double) throws {
    var c = point
    let margin = 2 * Swift.max(a.magnitude, b.magnitude).ulp
    if !(b - a > 4 * margin) || !c.isFinite {
      c = a + 0.5 * (b - a)
    } else if c <= a + margin {
      c = a + margin
    } else if c >= b - margin {
      c = b - margin
    }
    if c == a || c == b { c = a + 0.5 * (b - a) }
    let fc = try value(c, f)
    if fc == 0 {
      (a, fa) = (c, 0)
    } else if (fa < 0) != (fc < 0) {
      (d, fd) = (b, fb)
      (b, fb) = (c, fc)
    } else {
      (d, fd) = (a, fa)
      (a, fa) = (c, fc)
    }
  }

  private func secant() -> Double {
    let c = a - (fa / (fb - fa)) * (b - a)
    return c > a && c < b ? c : a + 0.5 * (b - a)
  }

  private var areDistinct: Bool {
    let values = [fa, fb, fd, fe]
    for i in values.indices {
      for j in 0..<i where !((values[i] - values[j]).magnitude > 32 * Double.leastNormalMagnitude) {
        return false
      }
    }
    return true
  }

  /// Newton steps on the parabola through a, b and d.
  private func quadratic(_ steps: Int) -> Double {
    let slope = (fb - fa) / (b - a)
    let curvature = ((fd - fb) / (d - b) - slope) / (d - a)
    guard curvature != 0, curvature.isFinite else { return secant() }
    var c = (curvature < 0) == (fa < 0) ? a : b
    for _ in 0..<steps {
      c -= (fa + (slope + curvature * (c - b)) * (c - a)) / (slope + curvature * (2 * c - a - b))
    }
    return c > a && c < b ? c : secant()
  }

  /// Inverse cubic interpolation through a, b, d and e.
  private func cubic(_ steps: Int) -> Double {
    let q11 = (d - e) * fd / (fe - fd)
    let q21 = (b - d) * fb / (fd - fb)
    let q31 = (a - b) * fa / (fb - fa)
    let d21 = (b - d) * fd / (fd - fb)
    let d31 = (a - b) * fb / (fb - fa)
    let q22 = (d21 - q11) * fb / (fe - fb)
    let q32 = (d31 - q21) * fa / (fd - fa)
    let d32 = (d31 - q21) * fd / (fd - fa)
    let q33 = (d32 - q22) * fa / (fe - fa)
    let c = a + (q31 + q32 + q33)
    return c > a && c < b ? c : quadratic(steps)
  }
}
