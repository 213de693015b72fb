// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// Integrals of one function over one range for many rows of parameters, by a rule that all share.
///
/// Ranges on which the function is smooth for all parameters, and damped far out, take Gauss–Legendre rules, others a
/// double-exponential one. A node is evaluated for all rows in one run of the kernel. Enclosures that hold for all
/// parameters say whether the nodes are close enough for whatever the function may do. Rows for which the shared rule does
/// not reach the tolerance are left to be integrated by themselves.
struct BatchIntegrator {
  let rows: ParameterRows
  private let options: IntegrationOptions
  private let enclosures: Enclosures

  /// - Parameter parameters: [K, p] with K > 0.
  init(_ function: Function, parameters: Tensor<Double>, options: IntegrationOptions) {
    rows = ParameterRows(function.valueKernel, parameters)
    self.options = options
    enclosures = Enclosures(function, parameterRanges: rows.ranges)
  }

  /// What is known of each row.
  struct Result {
    private(set) var values: [Double]
    /// ∫|f|.
    private(set) var sizes: [Double]
    private(set) var errors: [Double]
    /// Whether it is within the tolerance.
    private(set) var converged: [Bool]
    /// The number of nodes.
    var evaluations: [Int]
    var intervalEvaluations = 0
    let method: IntegrationMethod

    init(count: Int, method: IntegrationMethod) {
      values = Array(repeating: .nan, count: count)
      (sizes, errors) = (values, values)
      converged = Array(repeating: false, count: count)
      evaluations = Array(repeating: 0, count: count)
      self.method = method
    }

    /// Takes what is within the tolerance.
    mutating func set(_ row: Int, _ value: Double, size: Double, error: Double) {
      (values[row], sizes[row], errors[row], converged[row]) = (value, size, error, true)
    }
  }

  /// Whether a row's value will do, where rounding allows what is asked for. NaN will not.
  func isConverged(_ value: Double, size: Double, error: Double) -> Bool {
    error <= Swift.max(options.target(for: value), 80 * size * .ulpOfOne)
  }

  /// - Precondition: `lower < upper`.
  /// - Returns: nil where no shared rule suits.
  func run(from lower: Double, to upper: Double) -> Result? {
    var isRough = false
    let breaks = enclosures.breakPoints(from: lower, to: upper) { points in
      isRough = true
      return points
    }
    if isRough || !breaks.interior.isEmpty || !options.breakPoints.isEmpty { return nil }
    let isSmooth = !breaks.isLowerEndSingular && !breaks.isUpperEndSingular
    if isSmooth && !enclosures(lower, upper).isSmooth { return nil }
    if lower.isFinite && upper.isFinite && isSmooth && options.method != .doubleExponential {
      return gaussLegendre(lower, upper)
    }
    // Beside other ends than 0 the distance loses digits: those have forms of their own.
    if (breaks.isLowerEndSingular && lower != 0) || (breaks.isUpperEndSingular && upper != 0) { return nil }
    // A damped integrand ends where its enclosures say that nothing follows: what is left is smooth and finite.
    if isSmooth && options.method == .automatic, lower.isFinite != upper.isFinite {
      let end = lower.isFinite ? lower : upper
      if let reach = reach(from: end, direction: lower.isFinite ? 1 : -1) {
        let result = lower.isFinite ? gaussLegendre(end, end + reach) : gaussLegendre(end - reach, end)
        if result != nil { return result }
      }
    }
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): return doubleExponential(.finite(lower: lower, upper: upper))
    case (true, false): return doubleExponential(.right(lower: lower, scale: 1))
    case (false, true): return doubleExponential(.left(upper: upper, scale: 1))
    case (false, false): return doubleExponential(.line(center: 0, scale: 1))
    }
  }

  /// The length of a range beside an end beyond which the integrand is negligible for all parameters; nil if there is none.
  private func reach(from end: Double, direction: Double) -> Double? {
    func magnitude(_ near: Double, _ far: Double) -> Double {
      let value = enclosures(
        direction > 0 ? end + near : end - far, direction > 0 ? end + far : end - near
      ).value
      return value.isEmpty ? .infinity : value.magnitude
    }
    let largest = magnitude(0, 1)
    guard largest > 0, largest.isFinite else { return nil }
    // What follows is then damped at least like a power of high order: parts in geometric progression show it.
    let limit = 1e-19 * largest
    var near = 1.0
    while near < 1e3 {
      if magnitude(near, 1.125 * near) * near <= limit {
        var (far, isDamped) = (near, true)
        while far < 1e100 && isDamped {
          let next = far * Swift.max(4, far)
          isDamped = magnitude(far, next) * next <= limit || magnitude(far, next) <= 1e-300
          far = next
        }
        return isDamped ? near : nil
      }
      near *= 1.125
    }
    return nil
  }

  /// What is left to say of rows that converged: whether their rule can have missed something.
  ///
  /// - Parameter nodes: in ascending order.
  func finish(_ result: Result, _ nodes: [Double]) -> Result? {
    var (least, size) = (Double.infinity, Double.infinity)
    for row in 0..<rows.count where result.converged[row] {
      least = Swift.min(least, Swift.abs(result.values[row]))
      size = Swift.min(size, result.sizes[row])
    }
    guard least < .infinity, shows(nodes, smallest: Swift.max(least, 1e-6 * size)) else { return nil }
    var result = result
    result.intervalEvaluations = enclosures.evaluations
    return result
  }

  // MARK: - Comparison with enclosures

  /// Whether nodes are so close that nothing can hide between two of them, whatever the parameters: over each gap w the
  /// second derivative is at most 144 max|f|/w² (a peak of
  /// that height is wider than w/12), unless what there is does not matter.
  ///
  /// - Parameter smallest: the smallest of the integrals' magnitudes.
  private func shows(_ nodes: [Double], smallest: Double) -> Bool {
    let negligible = 0.1 * Swift.max(options.relativeTolerance, .ulpOfOne) * smallest / Double(nodes.count)
    // Two gaps at a time.
    for index in stride(from: 0, to: nodes.count - 1, by: 2) {
      let last = Swift.min(index + 2, nodes.count - 1)
      let width = Swift.max(nodes[index + 1] - nodes[index], nodes[last] - nodes[last - 1])
      guard nodes[index] < nodes[last] else { continue }
      var cells = [(nodes[index], nodes[last])]
      var depth = 0
      while !cells.isEmpty {
        var open: [(Double, Double)] = []
        for (low, high) in cells {
          let f = enclosures(low, high)
          if f.value.isEmpty { return false }
          if f.value.magnitude * (high - low) <= negligible { continue }
          if f.bend * width * width <= 144 * f.value.magnitude { continue }
          let middle = 0.5 * low + 0.5 * high
          open += [(low, middle), (middle, high)]
        }
        cells = open
        depth += 1
        if depth > 5 && !cells.isEmpty { return false }
      }
    }
    return true
  }
}
