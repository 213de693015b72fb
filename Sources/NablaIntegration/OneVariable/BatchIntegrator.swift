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
  private let kernel: any Kernel<Double>
  private let function: Function
  private let parameters: Tensor<Double>
  private let options: IntegrationOptions
  private let count: Int
  /// Sums over nodes, and those of magnitudes.
  private var sums: [Double]
  private var sizes: [Double]
  private var values: [Double]
  private(set) var evaluations = 0
  private let enclosures: Enclosures

  private static let lastLevel = 5

  /// - Parameter parameters: [K, p] with K > 0.
  init(_ function: Function, parameters: Tensor<Double>, options: IntegrationOptions) {
    kernel = function.valueKernel
    self.function = function
    self.parameters = parameters
    self.options = options
    count = parameters.shape[0]
    sums = Array(repeating: 0, count: count)
    sizes = sums
    values = sums
    // The ranges of the parameters.
    let (rows, width) = (count, parameters.shape[1])
    let ranges = parameters.withUnsafeStridedPointer { base, strides in
      (0..<width).map { j -> Interval in
        var (low, high) = (base[j * strides[1]], base[j * strides[1]])
        for k in 0..<rows {
          let value = base[k * strides[0] + j * strides[1]]
          if !value.isFinite { return .entire }
          low = Swift.min(low, value)
          high = Swift.max(high, value)
        }
        return Interval(low, high)
      }
    }
    enclosures = Enclosures(function, parameterRanges: ranges)
  }

  struct Result {
    var values: [Double]
    var errors: [Double]
    /// For each row whether it is within the tolerance.
    var converged: [Bool]
    /// The number of nodes, the same for all rows.
    var evaluations: Int
    var intervalEvaluations: Int
    var method: IntegrationMethod
  }

  /// - Precondition: `lower < upper`.
  /// - Returns: nil where no shared rule suits.
  mutating func run(from lower: Double, to upper: Double) -> Result? {
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
        clear()
      }
    }
    let map: DoubleExponential
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): map = .finite(lower: lower, upper: upper)
    case (true, false): map = .right(lower: lower, scale: 1)
    case (false, true): map = .left(upper: upper, scale: 1)
    case (false, false): map = .line(center: 0, scale: 1)
    }
    return doubleExponential(map)
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

  // MARK: - Nodes

  /// Adds weight · f(x) of all rows to the sums.
  private mutating func add(_ x: Double, weight: Double) {
    evaluate(x)
    let count = count
    sums.withUnsafeMutableBufferPointer { sums in
      sizes.withUnsafeMutableBufferPointer { sizes in
        values.withUnsafeBufferPointer { values in
          guard let s = sums.baseAddress, let a = sizes.baseAddress, let f = values.baseAddress else {
            return
          }
          for k in 0..<count {
            let term = weight * f[k]
            s[k] += term
            a[k] += Swift.abs(term)
          }
        }
      }
    }
  }

  /// f(x) of all rows.
  private mutating func evaluate(_ x: Double) {
    evaluations += 1
    var x = x
    let (kernel, parameters, count) = (kernel, parameters, count)
    let width = parameters.shape[1]
    withUnsafePointer(to: &x) { place in
      parameters.withUnsafeStridedPointer { base, strides in
        values.withUnsafeMutableBufferPointer { values in
          withUnsafeTemporaryAllocation(of: InputColumn<Double>.self, capacity: width + 1) { inputs in
            inputs.initializeElement(at: 0, to: InputColumn(base: place, stride: 0))
            for j in 0..<width {
              inputs.initializeElement(
                at: j + 1, to: InputColumn(base: base + j * strides[1], stride: strides[0]))
            }
            withUnsafeTemporaryAllocation(of: OutputColumn<Double>.self, capacity: 1) { outputs in
              outputs.initializeElement(at: 0, to: OutputColumn(base: values.baseAddress!, stride: 1))
              kernel.run(count: count, inputs: inputs.baseAddress!, outputs: outputs.baseAddress!)
            }
          }
        }
      }
    }
  }

  // MARK: - Double-exponential rules

  private mutating func doubleExponential(_ map: DoubleExponential) -> Result? {
    let limit = DoubleExponential.limit
    var nodes: [(t: Double, x: Double)] = []
    func place(_ t: Double) -> (x: Double, weight: Double)? {
      let node = map.node(t)
      guard node.distance.isFinite, node.weight.isFinite, node.weight > 1e-290 else { return nil }
      let end = node.origin == .lower ? map.lower : node.origin == .upper ? map.upper : 0
      if node.origin != .none && end != 0 && node.distance < 4 * end.ulp { return nil }
      return (map.abscissa(node), node.weight)
    }
    // From the middle outwards, until the terms of all rows are negligible, three times.
    var (low, high) = (0.0, 0.0)
    for side in [1.0, -1.0] {
      var quiet = 0
      var k = side > 0 ? 0 : 1
      while quiet < 3 {
        let t = side * 0.5 * Double(k)
        guard Swift.abs(t) <= limit, let (x, weight) = place(t) else { return nil }
        add(x, weight: weight)
        nodes.append((t, x))
        var isNegligible = true
        for row in 0..<count {
          let term = weight * values[row]
          if !(Swift.abs(term) <= 1e-18 * sizes[row]) { isNegligible = false }
        }
        if isNegligible && k > 2 {
          quiet += 1
        } else {
          quiet = 0
          if side > 0 { high = t } else { low = t }
        }
        k += 1
      }
    }
    let (first, last) = (low - 0.5, high + 0.5)
    // Three levels from the second on: the first is too coarse to say anything.
    var before = [Double](repeating: .nan, count: count)
    var now = sums.map { 0.5 * $0 }
    var result = Result(
      values: now, errors: sums, converged: Array(repeating: false, count: count), evaluations: 0,
      intervalEvaluations: 0, method: .doubleExponential)
    for level in 2...Self.lastLevel {
      let step = Double(sign: .plus, exponent: -level, significand: 1)
      var t = first + step
      while t < last {
        guard let (x, weight) = place(t) else { return nil }
        add(x, weight: weight)
        nodes.append((t, x))
        t += 2 * step
      }
      if judge(&result, &now, &before, step: step) { break }
    }
    nodes.sort { $0.t < $1.t }
    return finish(&result, nodes.map(\.x))
  }

  // MARK: - Gauss–Legendre rules

  private static let rules = [24, 40, 60, 88].map { GaussLegendre($0) }

  private mutating func clear() {
    sums = Array(repeating: 0, count: count)
    sizes = sums
  }

  private mutating func gaussLegendre(_ lower: Double, _ upper: Double) -> Result? {
    let (middle, half) = (0.5 * lower + 0.5 * upper, 0.5 * (upper - lower))
    var nodes = [lower, upper]
    var now = [Double](repeating: .nan, count: count)
    var before = now
    var result = Result(
      values: now, errors: now, converged: Array(repeating: false, count: count), evaluations: 0,
      intervalEvaluations: 0, method: .gaussLegendre)
    for rule in Self.rules {
      clear()
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let x = middle + half * node
        nodes.append(x)
        add(x, weight: half * weight)
      }
      if judge(&result, &now, &before, step: 1) { break }
    }
    return finish(&result, nodes.sorted())
  }

  /// Compares the sums of a level with those of the two before.
  ///
  /// - Returns: whether all rows are within the tolerance.
  private func judge(
    _ result: inout Result, _ now: inout [Double], _ before: inout [Double], step: Double
  ) -> Bool {
    var isDone = true
    for row in 0..<count {
      let (value, size) = (step * sums[row], step * sizes[row])
      let change = Swift.abs(value - now[row])
      let earlier = Swift.abs(now[row] - before[row])
      // As for a single integral. NaN, as long as there are not three levels, is no convergence.
      let fast = Swift.max(100 * change * (change / earlier), 1e-8 * earlier)
      let error = (change < 0.1 * earlier ? Swift.min(change, fast) : change) + 64 * size * .ulpOfOne
      result.values[row] = value
      result.errors[row] = error
      let isConverged =
        earlier.isFinite && error <= Swift.max(options.target(for: value), 80 * size * .ulpOfOne)
      result.converged[row] = isConverged
      isDone = isDone && isConverged
      before[row] = now[row]
      now[row] = value
    }
    return isDone
  }

  private func finish(_ result: inout Result, _ nodes: [Double]) -> Result? {
    var (least, size) = (Double.infinity, Double.infinity)
    for row in 0..<count where result.converged[row] {
      least = Swift.min(least, Swift.abs(result.values[row]))
      size = Swift.min(size, sizes[row])
    }
    guard least < .infinity, shows(nodes, smallest: Swift.max(least, 1e-6 * size)) else { return nil }
    result.evaluations = evaluations
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
