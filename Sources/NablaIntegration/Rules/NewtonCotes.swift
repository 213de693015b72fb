// SPDX-License-Identifier: Apache-2.0

// Rules with equally spaced nodes, as every course begins with. For a result with an error estimate use `integrate`.

/// The composite trapezoidal rule, h (f₀/2 + f₁ + … + fₙ₋₁ + fₙ/2) with h = (b − a)/n; its error is −(b − a) h² f″/12
/// for smooth f, and falls faster than any power of h for periodic f over whole periods.
///
/// - Precondition: `intervals` is at least 1.
public func trapezoid(
  from a: Double, to b: Double, intervals: Int, _ f: (Double) -> Double
) -> Double {
  precondition(intervals >= 1, "the trapezoidal rule takes 1 interval or more, not \(intervals)")
  let step = (b - a) / Double(intervals)
  var sum = 0.5 * (f(a) + f(b))
  for k in 1..<Swift.max(1, intervals) { sum += f(a + Double(k) * step) }
  return sum * step
}

/// The composite Simpson rule, h/3 (f₀ + 4f₁ + 2f₂ + … + 4fₙ₋₁ + fₙ); its error is −(b − a) h⁴ f⁗/180: exact for
/// polynomials up to degree 3.
///
/// - Precondition: `intervals` is even and positive.
public func simpson(
  from a: Double, to b: Double, intervals: Int, _ f: (Double) -> Double
) -> Double {
  precondition(
    intervals >= 2 && intervals % 2 == 0,
    "Simpson's rule takes an even number of intervals, not \(intervals)")
  let step = (b - a) / Double(intervals)
  var (odd, even) = (0.0, 0.0)
  for k in 1..<intervals {
    if k % 2 == 1 { odd += f(a + Double(k) * step) } else { even += f(a + Double(k) * step) }
  }
  return (f(a) + 4 * odd + 2 * even + f(b)) * step / 3
}

/// A result of Romberg's method.
public struct RombergIntegral: Sendable {
  /// The triangle of estimates: row k begins with the trapezoidal rule of 2ᵏ intervals, and its entry j has an error of
  /// O(h^(2j+2)).
  public let table: [[Double]]
  /// The last entry of the last row.
  public var value: Double { table[table.count - 1][table.count - 1] }
  /// How much the last row's last two entries differ: no bound, and meaningless where f is not smooth.
  public var difference: Double {
    let row = table[table.count - 1]
    return row.count > 1 ? Swift.abs(row[row.count - 1] - row[row.count - 2]) : .infinity
  }
}

/// Romberg's method: trapezoidal rules with 1, 2, 4, … intervals, extrapolated to step 0 by Richardson's method.
///
/// - Parameters:
///   - a: the lower end.
///   - b: the upper end.
///   - levels: the number of halvings; 2^levels + 1 values are computed.
///   - f: the integrand.
/// - Precondition: `levels` is from 0 to 30.
///
/// Romberg, "Vereinfachte numerische Integration", Det Kongelige Norske Videnskabers Selskab Forhandlinger 28 (1955).
public func romberg(
  from a: Double, to b: Double, levels: Int = 10, _ f: (Double) -> Double
) -> RombergIntegral {
  precondition((0...30).contains(levels), "Romberg's method takes 0 to 30 halvings, not \(levels)")
  var step = b - a
  var table = [[0.5 * step * (f(a) + f(b))]]
  for level in stride(from: 1, through: levels, by: 1) {
    step *= 0.5
    var sum = 0.0
    for k in 0..<(1 << (level - 1)) { sum += f(a + (2 * Double(k) + 1) * step) }
    var row = [0.5 * table[level - 1][0] + step * sum]
    var factor = 1.0
    for j in 1...level {
      factor *= 4
      row.append(row[j - 1] + (row[j - 1] - table[level - 1][j - 1]) / (factor - 1))
    }
    table.append(row)
  }
  return RombergIntegral(table: table)
}
