// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaOptimization

extension Function {
  /// The most variables over which integrals are computed: what direction numbers of Sobol' points there are.
  public static var integrationVariableLimit: Int { SobolSequence.dimensionLimit }

  /// The integral of a scalar function over a box.
  ///
  ///     let f = Function { x, y in exp(-x * x - y * y) }
  ///     f.integral(over: try Box(lower: [-1, -1], upper: [1, 1])).value
  ///
  /// Smooth integrands of few variables take products of Gauss–Legendre rules, those with singularities on the boundary
  /// products of double-exponential rules, others adaptive cubature with the Genz–Malik rule; kinks and jumps that
  /// depend on one variable alone become faces of boxes. Beyond 6 variables the box is sampled by randomised Sobol' points,
  /// whose error estimate is statistical. Bounds from enclosures of the integrand are compared with the result.
  ///
  /// - Parameters:
  ///   - box: may be unbounded.
  ///   - parameters: the values of the function's parameters.
  ///   - options: ``IntegrationOptions/maxEvaluations`` counts a hundred times as much as with one variable.
  /// - Returns: a value with an error estimate, also where the tolerance was not reached: ``Integral/reason``.
  /// - Precondition: the function has one output and no more than ``integrationVariableLimit`` variables, and the box as
  ///   many sides.
  public func integral(
    over box: Box, parameters: [Double] = [], options: IntegrationOptions = IntegrationOptions()
  ) -> Integral {
    integral(over: zip(box.lower, box.upper).map { ($0, $1) }, parameters: parameters, options: options)
  }

  /// The integral of a scalar function over ranges, one for each variable, which may be reversed: each reversal changes the
  /// sign. An empty range gives 0.
  ///
  /// - Precondition: as for a box; the bounds are not NaN.
  public func integral(
    over ranges: [(lower: Double, upper: Double)], parameters: [Double] = [],
    options: IntegrationOptions = IntegrationOptions()
  ) -> Integral {
    precondition(outputs.count == 1, "integral(over:) needs a function of one output, not \(self)")
    precondition(
      ranges.count == variables.count && parameters.count == parameterNames.count,
      """
      \(self) takes \(variables.count) ranges and \(parameterNames.count) parameters, not \(ranges.count) and \
      \(parameters.count)
      """)
    precondition(
      ranges.allSatisfy { !$0.lower.isNaN && !$0.upper.isNaN }, "the bounds of ranges are numbers")
    precondition(
      ranges.count <= Self.integrationVariableLimit,
      "integration takes up to \(Self.integrationVariableLimit) variables, not \(ranges.count)")
    options.check()
    if ranges.count == 1 {
      return integral(from: ranges[0].lower, to: ranges[0].upper, parameters: parameters, options: options)
    }
    if ranges.contains(where: { $0.lower == $0.upper }) {
      return Integral(value: 0, errorEstimate: 0, evaluations: 0, reason: .converged, method: .genzMalik)
    }
    let result = Cubature.integral(
      self, lower: ranges.map { Swift.min($0.lower, $0.upper) },
      upper: ranges.map { Swift.max($0.lower, $0.upper) }, parameters: parameters, options: options)
    return ranges.filter { $0.lower > $0.upper }.count % 2 == 0 ? result : result.negated
  }
}

/// The choice among the ways to integrate over a box.
enum Cubature {
  /// The most variables of adaptive cubature.
  static let dimensionLimit = 6
  /// The most boxes into which kinks and jumps cut the box.
  private static let boxLimit = 4096

  static func integral(
    _ function: Function, lower: [Double], upper: [Double], parameters: [Double], options: IntegrationOptions
  ) -> Integral {
    let integrand = CubatureIntegrand(function, lower: lower, upper: upper, parameters: parameters)
    let n = integrand.dimension
    let limit = options.maxEvaluations * (n <= 2 ? 20 : 100)
    let method = options.method
    if n > dimensionLimit && n <= 10 && method == .automatic {
      // A few nodes a side are enough for the smoothest.
      let whole = [(lower: integrand.lower, upper: integrand.upper)]
      if integrand.enclosure(integrand.lower, integrand.upper).isContinuous, !integrand.isMapped,
        let result = ProductRules(integrand: integrand, options: options, limit: limit / 10).gaussLegendre(
          whole),
        MassBracket(integrand, whole, budget: 2000).allows(result.value, error: result.errorEstimate)
      {
        return result
      }
    }
    if method == .quasiMonteCarlo || (n > dimensionLimit && method == .automatic) {
      return QuasiMonteCarlo(integrand, options: options, limit: limit / 5).run()
    }
    let boxes = boxes(integrand)
    let bracket = MassBracket(integrand, boxes, budget: 2000)
    if method == .automatic || method == .productDoubleExponential {
      let rules = ProductRules(integrand: integrand, options: options, limit: limit / 4)
      let isSmooth = boxes.allSatisfy { integrand.enclosure($0.lower, $0.upper).isContinuous }
      let attempts =
        method == .productDoubleExponential
        ? [rules.doubleExponential]
        : isSmooth || integrand.isMapped
          ? integrand.isMapped
            ? [rules.doubleExponential, rules.gaussLegendre] : [rules.gaussLegendre, rules.doubleExponential]
          : [rules.doubleExponential, rules.gaussLegendre]
      for attempt in attempts {
        if let result = attempt(boxes), bracket.allows(result.value, error: result.errorEstimate) {
          return result
        }
      }
    }
    var cubature = AdaptiveCubature(integrand, options: options, limit: limit)
    // Where the integrand varies, the cells begin small.
    let cells = bracket.cells.count <= 2000 ? bracket.cells : boxes
    var result = cubature.run(cells)
    // No node has met anything, though there may be something.
    let isUnseen =
      result.value == 0 && result.errorEstimate == 0 && !(bracket.lower == 0 && bracket.upper == 0)
    if result.converged && (isUnseen || !bracket.allows(result.value, error: result.errorEstimate)) {
      result = Integral(
        value: result.value, errorEstimate: .infinity, evaluations: result.evaluations,
        intervalEvaluations: result.intervalEvaluations, reason: .noFurtherProgress, method: result.method)
    }
    return result
  }

  /// The box, cut at the planes on which the integrand is not smooth.
  private static func boxes(_ integrand: CubatureIntegrand) -> [(lower: [Double], upper: [Double])] {
    var boxes = [(lower: integrand.lower, upper: integrand.upper)]
    for (axis, places) in integrand.breakPlanes().enumerated() {
      for place in places where boxes.count < boxLimit {
        boxes = boxes.flatMap { box -> [(lower: [Double], upper: [Double])] in
          guard place > box.lower[axis], place < box.upper[axis] else { return [box] }
          var (below, above) = (box, box)
          below.upper[axis] = place
          above.lower[axis] = place
          return [below, above]
        }
      }
    }
    return boxes
  }
}
