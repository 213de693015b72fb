internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// Integrals of one function over one range for many rows of parameters, by a rule that all share.
///
/// Finite ranges on which the function is smooth for all parameters take Gauss–Kronrod panels, others one
/// double-exponential rule. A node is evaluated for all rows in one run of the kernel. Enclosures that hold for all
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
  private static let panelLimit = 32

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
      return gaussKronrod(lower, upper)
    }
    // Beside other ends than 0 the distance loses digits: those have forms of their own.
    if (breaks.isLowerEndSingular && lower != 0) || (breaks.isUpperEndSingular && upper != 0) { return nil }
    let map: DoubleExponential
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): map = .finite(lower: lower, upper: upper)
    case (true, false): map = .right(lower: lower, scale: 1)
    case (false, true): map = .left(upper: upper, scale: 1)
    case (false, false): map = .line(center: 0, scale: 1)
    }
    return doubleExponential(map)
  }

  // MARK: - Nodes

  /// Adds weight · f(x) of all rows to the sums.
  private mutating func add(_ x: Double, weight: Double) {
    evaluate(x)
    let count = count
    sums.withUnsafeMutableBufferPointer { sums in
      sizes.withUnsafeMutableBufferPointer { sizes in
        values.withUnsafeBufferPointer { values in
          guard let s = sums.baseAddress, let a = sizes.baseAddress, let f = values.baseAddress else { return }
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
    var coarse = sums
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
          if k % 2 == 0 { coarse[row] += term }
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
    var before = coarse
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
      var worst = true
      for row in 0..<count {
        let value = step * sums[row]
        let size = step * sizes[row]
        let change = Swift.abs(value - now[row])
        let earlier = Swift.abs(now[row] - before[row])
        var error = change < 0.1 * earlier ? Swift.min(change, 100 * change * (change / earlier)) : change
        error += 64 * size * .ulpOfOne
        before[row] = now[row]
        now[row] = value
        result.values[row] = value
        result.errors[row] = error
        result.converged[row] = error <= Swift.max(options.target(for: value), 80 * size * .ulpOfOne)
        worst = worst && result.converged[row]
      }
      if worst { break }
    }
    nodes.sort { $0.t < $1.t }
    var least = Double.infinity
    for row in 0..<count where result.converged[row] { least = Swift.min(least, Swift.abs(result.values[row])) }
    guard least < .infinity, shows(nodes.map(\.x), smallest: least) else { return nil }
    result.evaluations = evaluations
    result.intervalEvaluations = enclosures.evaluations
    return result
  }

  // MARK: - Gauss–Kronrod panels

  private mutating func gaussKronrod(_ lower: Double, _ upper: Double) -> Result? {
    struct Panel {
      var lower: Double
      var upper: Double
      var values: [Double]
      var errors: [Double]
      var sizes: [Double]
    }
    var samples: [Double] = []
    func panel(_ lower: Double, _ upper: Double) -> Panel {
      let (middle, half) = (0.5 * lower + 0.5 * upper, 0.5 * (upper - lower))
      let zeros = [Double](repeating: 0, count: count)
      (sums, sizes) = (zeros, zeros)
      var gauss = zeros
      for (i, node) in GaussKronrod.nodes.enumerated() {
        let x = middle + half * node
        samples.append(x)
        add(x, weight: half * GaussKronrod.weights[i])
        let weight = half * GaussKronrod.gaussWeights[i]
        if weight > 0 { for row in 0..<count { gauss[row] += weight * values[row] } }
      }
      var panel = Panel(lower: lower, upper: upper, values: sums, errors: gauss, sizes: sizes)
      for row in 0..<count {
        // As a single integral's, with ∫|f| in place of ∫|f − mean|.
        let error = Swift.abs(sums[row] - gauss[row])
        let ratio = 200 * error / Swift.max(sizes[row], .leastNormalMagnitude)
        panel.errors[row] = sizes[row] * Swift.min(1, ratio * ratio.squareRoot()) + 4 * sizes[row] * .ulpOfOne
      }
      return panel
    }
    var panels = [panel(lower, upper)]
    var result = Result(
      values: values, errors: values, converged: Array(repeating: false, count: count), evaluations: 0,
      intervalEvaluations: 0, method: .gaussKronrod)
    while true {
      var isDone = true
      var needs = [Double](repeating: 0, count: panels.count)
      for row in 0..<count {
        var (value, error, size) = (0.0, 0.0, 0.0)
        for panel in panels {
          value += panel.values[row]
          error += panel.errors[row]
          size += panel.sizes[row]
        }
        let target = Swift.max(options.target(for: value), 16 * size * .ulpOfOne)
        result.values[row] = value
        result.errors[row] = error
        result.converged[row] = error <= target
        guard !(error <= target) else { continue }
        isDone = false
        for (index, panel) in panels.enumerated() {
          needs[index] = Swift.max(needs[index], panel.errors[row] / Swift.max(target, .leastNormalMagnitude))
        }
      }
      if isDone { break }
      let share = 0.5 / Double(panels.count)
      let chosen = panels.indices.filter { !(needs[$0] <= share) }
      if chosen.isEmpty || panels.count + chosen.count > Self.panelLimit { break }
      for index in chosen {
        let old = panels[index]
        let middle = 0.5 * old.lower + 0.5 * old.upper
        guard middle > old.lower, middle < old.upper else { return nil }
        panels[index] = panel(old.lower, middle)
        panels.append(panel(middle, old.upper))
      }
    }
    samples = [lower] + samples.sorted() + [upper]
    var least = Double.infinity
    for row in 0..<count where result.converged[row] { least = Swift.min(least, Swift.abs(result.values[row])) }
    guard least < .infinity, shows(samples, smallest: least) else { return nil }
    result.evaluations = evaluations
    result.intervalEvaluations = enclosures.evaluations
    return result
  }

  // MARK: - Comparison with enclosures

  /// Whether nodes are so close that nothing can hide between two of them, whatever the parameters: over each gap w the
  /// second derivative is at most 4 max|f|/w², unless what there is does not matter.
  ///
  /// - Parameter smallest: the smallest of the integrals' magnitudes.
  private func shows(_ nodes: [Double], smallest: Double) -> Bool {
    let negligible = 0.1 * Swift.max(options.relativeTolerance, .ulpOfOne) * smallest / Double(nodes.count)
    for (low, high) in zip(nodes, nodes.dropFirst()) where low < high {
      let width = high - low
      var cells = [(low, high)]
      var depth = 0
      while !cells.isEmpty {
        var open: [(Double, Double)] = []
        for (low, high) in cells {
          let f = enclosures(low, high)
          if f.value.isEmpty { return false }
          if f.value.magnitude * (high - low) <= negligible { continue }
          if f.bend * width * width <= 4 * f.value.magnitude { continue }
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
