// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors
internal import RealModule

/// A table of draws, a row a quantity; it prints itself.
public struct DrawsSummary: Sendable {
  /// One quantity over all chains.
  public struct Row: Sendable {
    /// The quantity's name.
    public let variable: String
    /// The mean of all draws.
    public let mean: Double
    /// The Monte Carlo standard error of the mean.
    public let meanError: Double
    /// The standard deviation of all draws.
    public let standardDeviation: Double
    /// The Monte Carlo standard error of the standard deviation.
    public let standardDeviationError: Double
    /// The 5 % quantile, the median and the 95 % quantile.
    public let quantiles: (lower: Double, median: Double, upper: Double)
    /// As ``ConvergenceDiagnostics/bulkEffectiveSampleSize(_:)`` has it.
    public let bulkEffectiveSampleSize: Double
    /// As ``ConvergenceDiagnostics/tailEffectiveSampleSize(_:)`` has it.
    public let tailEffectiveSampleSize: Double
    /// As ``ConvergenceDiagnostics/rHat(_:)`` has it.
    public let rHat: Double
  }

  /// The quantities, in the order of the draws.
  public let rows: [Row]

  init(_ draws: Draws) {
    rows = draws.variableNames.map { name in
      let values = draws[name].contiguous()
      let sorted = values.flattened().sorted()
      func quantile(_ q: Double) -> Double { sorted.quantile(q).item }
      return Row(
        variable: name, mean: values.mean(), meanError: ConvergenceDiagnostics.meanError(values),
        standardDeviation: values.standardDeviation(correction: 1),
        standardDeviationError: ConvergenceDiagnostics.standardDeviationError(values),
        quantiles: (quantile(0.05), quantile(0.5), quantile(0.95)),
        bulkEffectiveSampleSize: ConvergenceDiagnostics.bulkEffectiveSampleSize(values),
        tailEffectiveSampleSize: ConvergenceDiagnostics.tailEffectiveSampleSize(values),
        rHat: ConvergenceDiagnostics.rHat(values))
    }
  }

  /// The row of a quantity; nil if there is none.
  public subscript(variable: String) -> Row? { rows.first { $0.variable == variable } }

  func warnings(chains: Int) -> [SamplingWarning] {
    rows.flatMap { row -> [SamplingWarning] in
      guard !row.rHat.isNaN else { return [.undefined(variable: row.variable)] }
      var warnings: [SamplingWarning] = []
      if row.rHat >= 1.01 { warnings.append(.rHat(variable: row.variable, value: row.rHat)) }
      let (bulk, tail) = (row.bulkEffectiveSampleSize, row.tailEffectiveSampleSize)
      if Swift.min(bulk, tail) < 100 * Double(chains) {
        warnings.append(.lowEffectiveSampleSize(variable: row.variable, bulk: bulk, tail: tail))
      }
      return warnings
    }
  }
}

extension DrawsSummary: CustomStringConvertible {
  /// A table with four significant digits; R̂ with three decimals.
  public var description: String {
    let head = ["", "mean", "mcse", "sd", "5 %", "50 %", "95 %", "ESS bulk", "ESS tail", "R-hat"]
    let body = rows.map { row in
      [
        row.variable, short(row.mean), short(row.meanError), short(row.standardDeviation),
        short(row.quantiles.lower), short(row.quantiles.median), short(row.quantiles.upper),
        short(row.bulkEffectiveSampleSize), short(row.tailEffectiveSampleSize), short(row.rHat),
      ]
    }
    let widths = head.indices.map { column in ([head] + body).map { $0[column].count }.max() ?? 0 }
    return ([head] + body).map { cells in
      cells.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return column == 0 ? cells[column] + padding : padding + cells[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// A number of four significant digits, or more where more stand before the point: those behind are noise.
package func fourDigits(_ value: Double) -> Double {
  guard value.isFinite, value != 0 else { return value }
  let places = Swift.max(0, 3 - Int(Double.log10(abs(value)).rounded(.down)))
  guard places < 300 else { return value }
  let scale = Double.pow(10, places)
  let scaled = (value * scale).rounded()
  return scaled.isFinite ? scaled / scale : value
}

/// ``fourDigits(_:)``, without a point where there are none behind it.
func short(_ value: Double) -> String {
  let rounded = fourDigits(value)
  return abs(rounded) >= 1000 && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
}
