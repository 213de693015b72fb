// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import RealModule

/// Several methods on one problem, side by side: what each uses, how long it takes, and how fast it converges.
public struct MethodComparison: Sendable {
  /// One method's run.
  public struct Row: Sendable {
    /// The method's name.
    public let method: String
    /// With its trace.
    public let result: OptimizationResult
    /// The order q of ‖x₊ − x*‖ ≈ C ‖x − x*‖^q as the trace's last steps show it, x* the best point of all runs; nil
    /// where too few steps are above rounding. 1 is linear, 2 quadratic.
    public let convergenceOrder: Double?

    /// A row of the table.
    public init(method: String, result: OptimizationResult, convergenceOrder: Double? = nil) {
      self.method = method
      self.result = result
      self.convergenceOrder = convergenceOrder
    }
  }

  /// The runs, in the order of the methods.
  public let rows: [Row]

  /// A table of these runs.
  public init(rows: [Row]) { self.rows = rows }
}

/// Runs methods on one problem: a measured table of methods.
///
///     print(compareMethods(f, from: [-1.2, 1], methods: [.gradientDescent(), .lbfgs(), .trustRegion()]))
///
/// - Parameters: as for ``minimize(_:from:parameters:within:method:options:)``; traces are kept.
public func compareMethods(
  _ f: Function, from start: [Double], parameters: [Double] = [], within bounds: Bounds? = nil,
  methods: [MinimizationMethod], options: OptimizationOptions = OptimizationOptions()
) -> MethodComparison {
  var options = options
  options.keepsTrace = true
  let results = methods.map {
    minimize(f, from: start, parameters: parameters, within: bounds, method: $0, options: options)
  }
  return MethodComparison(
    rows: zip(methods, results).map { method, result in
      // Ends in different minima have nothing to do with each other.
      let near = results.filter {
        $0.converged && length(difference($0.point, result.point)) <= 1e-3 * (1 + length(result.point))
      }
      let end = near.min { $0.gradientNorm < $1.gradientNorm }?.point ?? result.point
      return MethodComparison.Row(
        method: method.name, result: result,
        convergenceOrder: result.converged ? convergenceOrder(of: result.trace, towards: end) : nil)
    })
}

/// The median of log(eₖ₊₁/eₖ) / log(eₖ/eₖ₋₁) with eₖ = ‖xₖ − x*‖ over the last steps whose errors fall and lie above
/// the rounding of x; of long traces every s-th step, as slow methods zigzag.
func convergenceOrder(of trace: [OptimizationState], towards end: [Double]) -> Double? {
  let floor = 1e-14 * Swift.max(1e-300, length(end))
  let all = trace.map { length(difference($0.point, end)) }.filter { $0 > floor }
  let stride = Swift.max(1, all.count / 10)
  let errors = Swift.stride(from: (all.count - 1) % stride, to: all.count, by: stride).map { all[$0] }
  guard errors.count >= 4 else { return nil }
  var orders: [Double] = []
  for k in 1..<(errors.count - 1) {
    let (before, after) = (errors[k] / errors[k - 1], errors[k + 1] / errors[k])
    if before < 1 && after < 1 { orders.append(Double.log(after) / Double.log(before)) }
  }
  guard !orders.isEmpty else { return nil }
  // The last ones are the asymptotic ones.
  let last = orders.suffix(3).sorted()
  return last[last.count / 2]
}

extension MethodComparison: CustomStringConvertible {
  /// A table, a line for each method.
  public var description: String {
    let head = [
      "method", "iterations", "values", "gradients", "Hessians", "products", "time", "f", "|g|", "order",
      "end",
    ]
    let body = rows.map { row in
      let (r, e) = (row.result, row.result.evaluations)
      return [
        row.method, "\(r.iterations)", "\(e.values)", "\(e.gradients)", "\(e.hessians)", "\(e.products)",
        "\(microseconds(r.elapsed)) µs", short(r.value), short(r.gradientNorm),
        row.convergenceOrder.map { "\(($0 * 10).rounded() / 10)" } ?? "–",
        (r.converged ? "" : "not converged: ") + r.reason.rawValue,
      ]
    }
    let widths = head.indices.map { column in ([head] + body).map { $0[column].count }.max() ?? 0 }
    return ([head] + body).map { cells in
      cells.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return column == 0 || column == head.count - 1 ? cells[column] + padding : padding + cells[column]
      }.joined(separator: "  ").trimmingEnd()
    }.joined(separator: "\n")
  }

  private func microseconds(_ duration: Duration) -> Int {
    Int(duration.components.seconds) * 1_000_000 + Int(duration.components.attoseconds / 1_000_000_000_000)
  }

  /// Seven digits.
  private func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    let text = "\(Float(value))"
    return Float(value).isFinite && Float(value) != 0 ? text : "\(value)"
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
