// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// MARK: - One variable

extension Function {
  /// The Taylor coefficients c₀ … c of f(a + t) = Σ cₖ tᵏ, cₖ = f⁽ᵏ⁾(a)/k!, of a scalar function of one variable.
  ///
  ///     try Function { x in exp(x) }.taylorCoefficients(at: 0, order: 3)  // [1, 1, 0.5, 0.16666666666666666]
  ///
  /// They are computed by recurrences in double-double arithmetic with an estimate of the error, and rounded once:
  /// as a rule all but the last digit is right. A coefficient that is not larger than its estimated error is 0, as
  /// those are in which everything cancels; where errors are more than 10⁻¹² of a coefficient and its neighbours, there
  /// are none. Log Γ, its derivatives and the derivatives of sinc are of double
  /// precision. A removable singularity is removed, as series division does: sin(x)/x
  /// at 0 has the coefficients 1, 0, −1/6, …. Parts that have no series do not matter where a choice does not take
  /// them, nor does a choice that changes at the point between two ways to write one function.
  ///
  /// At many points use ``taylorFunction(order:)``.
  ///
  /// - Parameters:
  ///   - point: a.
  ///   - order: K ≥ 0, the highest order.
  ///   - parameters: the function's parameters.
  /// - Returns: K + 1 finite numbers.
  /// - Throws: ``TaylorError`` where there is no series at the point: at poles, branch points (√x and x^x at 0),
  ///   kinks and jumps, where the function is not defined, where a coefficient is no finite double, and where too much
  ///   cancels (sin(x)/x at 1, beyond order 20).
  /// - Precondition: a scalar function of one variable.
  /// - Complexity: O(m K²) for m operations.
  public func taylorCoefficients(
    at point: Double, order: Int, parameters: [Double] = []
  ) throws(TaylorError) -> [Double] {
    precondition(
      variables.count == 1,
      "this function has \(variables.count) variables: give a point of as many coordinates, and a direction")
    return try taylorCoefficients(at: [point], along: [1], order: order, parameters: parameters)
  }

  /// The Taylor polynomial of a scalar function of one variable: see ``taylorCoefficients(at:order:parameters:)``.
  public func taylorPolynomial(
    at point: Double, order: Int, parameters: [Double] = []
  ) throws(TaylorError) -> TaylorPolynomial {
    TaylorPolynomial(
      try taylorCoefficients(at: point, order: order, parameters: parameters), at: point,
      variable: variableNames[0])
  }

  /// The Taylor coefficients of t ↦ f(a + t v): the k-th is the k-th derivative along v over k!.
  ///
  /// As ``taylorCoefficients(at:order:parameters:)`` for one variable; in several it costs no more than in one.
  ///
  /// - Precondition: a scalar function, and as many coordinates as it has variables.
  public func taylorCoefficients(
    at point: [Double], along direction: [Double], order: Int, parameters: [Double] = []
  ) throws(TaylorError) -> [Double] {
    precondition(
      direction.count == variables.count,
      "a direction has a component for each of the \(variables.count) variables, not \(direction.count)")
    try checkTaylor(point, direction, order: order, parameters: parameters)
    let jet = try numberJet(at: point, along: direction, order: order, parameters: parameters)
    try jet.checkAccuracy()
    var coefficients: [Double] = []
    for c in jet.coefficients { coefficients.append(try c.finite(order: coefficients.count)) }
    return coefficients
  }

  /// An estimate of the radius of convergence of the Taylor series at a point, of a scalar function of one variable:
  /// see ``TaylorPolynomial/radiusOfConvergence``.
  ///
  /// - Parameters:
  ///   - point: a.
  ///   - order: that of the coefficients from which it is estimated; less where rounding errors leave too few
  ///     digits of the last ones, or they are beyond the range of a double.
  ///   - parameters: the values of the function's parameters.
  /// - Throws: ``TaylorError`` where there is no series.
  /// - Precondition: a scalar function of one variable.
  public func radiusOfConvergence(
    at point: Double, order: Int = 60, parameters: [Double] = []
  ) throws(TaylorError) -> Double? {
    precondition(variables.count == 1, "the radius of convergence is of one variable, not \(variables.count)")
    try checkTaylor([point], [], order: order, parameters: parameters)
    let jet = try numberJet(at: [point], along: [1], order: order, parameters: parameters)
    let usable = Swift.min(
      jet.firstInaccurateOrder ?? .max, jet.coefficients.firstIndex { !$0.isFinite } ?? .max)
    guard usable > 0 else { return nil }
    return TaylorPolynomial(
      jet.coefficients.prefix(usable).map { $0.isZero ? 0 : $0.high }, at: point
    ).radiusOfConvergence
  }
}

// MARK: - Several variables

extension Function {
  /// The Taylor polynomial of a scalar function in all its variables: Σ c_α (x − a)^α over the multi-indices α of at
  /// most a total order, c_α = ∂^α f(a)/α!.
  ///
  /// The series are truncated polynomials in all variables, multiplied as such: nothing is interpolated, so that the
  /// accuracy is that of one variable. See ``taylorCoefficients(at:order:parameters:)`` for where there is a series.
  ///
  /// - Parameters:
  ///   - point: a.
  ///   - order: K ≥ 0, the highest total order.
  ///   - parameters: the values of the function's parameters.
  /// - Throws: ``TaylorError``, also where there would be more than 200,000 coefficients, C(n+K, K), or the product
  ///   of two such series would take more than 2²³ multiplications, C(2n+K, K).
  /// - Precondition: a scalar function, and as many coordinates as it has variables.
  /// - Complexity: O(m C(2n+K, K)) for m operations in n variables.
  public func taylorPolynomial(
    at point: [Double], order: Int, parameters: [Double] = []
  ) throws(TaylorError) -> MultivariateTaylorPolynomial {
    try checkTaylor(point, [], order: order, parameters: parameters)
    typealias Form = HomogeneousForm<DoubleDouble>
    let basis = try monomialBasis(order: order)
    let jet = try taylorJet(order: order) { [self] workingOrder throws(TaylorError) in
      let basis = workingOrder == order ? basis : try monomialBasis(order: workingOrder)
      return basis.jets(at: point.map { DoubleDouble($0) }, order: workingOrder)
        + parameters.map { Jet(constant: Form(scalar: DoubleDouble($0)), order: workingOrder) }
    }
    try jet.checkAccuracy()
    var coefficients: [Double] = []
    for (degree, form) in jet.coefficients.enumerated() {
      for place in 0..<basis.count(degree) {
        coefficients.append(try form[place].finite(order: degree))
      }
    }
    return MultivariateTaylorPolynomial(
      coefficients, basis: basis, center: point, variables: variableNames)
  }
}

// MARK: - Running

extension Function {
  private func numberJet(
    at point: [Double], along direction: [Double], order: Int, parameters: [Double]
  ) throws(TaylorError) -> Jet<DoubleDouble> {
    try taylorJet(order: order) { order in
      zip(point, direction).map { Jet.line(DoubleDouble($0), DoubleDouble($1), order: order) }
        + parameters.map { Jet(constant: DoubleDouble($0), order: order) }
    }
  }

  /// More orders than any use has; the work grows with the square.
  static let taylorOrderLimit = 10_000

  private func checkTaylor(
    _ point: [Double], _ direction: [Double], order: Int, parameters: [Double]
  ) throws(TaylorError) {
    precondition(isScalar, "Taylor series are of scalar functions; this one has a list of outputs")
    precondition(order >= 0, "the order of a Taylor series is 0 or more, not \(order)")
    precondition(
      point.count == variables.count,
      "a point has a coordinate for each of the \(variables.count) variables, not \(point.count)")
    precondition(
      parameters.count == self.parameters.count,
      "this function has \(self.parameters.count) parameters, and \(parameters.count) are given")
    if order > Self.taylorOrderLimit {
      throw TaylorError(.tooLarge, nil, "the order \(order) is above \(Self.taylorOrderLimit)")
    }
    guard (point + direction + parameters).allSatisfy(\.isFinite) else {
      throw TaylorError(.undefined, nil, "the coordinates, the direction and the parameters must be finite")
    }
  }

  func monomialBasis(order: Int) throws(TaylorError) -> MonomialBasis {
    guard let basis = MonomialBasis(variableCount: variables.count, degree: order) else {
      throw TaylorError(
        .tooLarge, nil,
        "a series in \(variables.count) variables to order \(order) has too many coefficients, or takes too long; "
          + "the limits are \(MonomialBasis.monomialLimit) coefficients, and \(MonomialBasis.productLimit) "
          + "multiplications for a product of two series")
    }
    return basis
  }

  /// The function's series to an order.
  ///
  /// Each division by a series that vanishes loses orders; then, or where all coefficients so far are zero, the
  /// computation is repeated to a higher order.
  ///
  /// - Parameter inputs: the series of variables and parameters to an order.
  func taylorJet<Coefficient>(
    order: Int, _ inputs: (Int) throws(TaylorError) -> [Jet<Coefficient>]
  ) throws(TaylorError) -> Jet<Coefficient> {
    let graph = JetGraph(outputs: outputs, variables: variables, parameters: parameters)
    var extra = 0
    while true {
      do throws(TaylorError) {
        let jet = try graph.run(try inputs(order + extra), order: order + extra)[0].get()
        if jet.order >= order { return jet.truncated(to: order) }
        guard extra < 1000 else {
          throw TaylorError(.tooLarge, nil, "divisions cancel more than 1000 leading coefficients")
        }
        extra += order - jet.order
      } catch  where error.mayEndAtHigherOrder && extra < 64 {
        extra = Swift.max(4, 2 * extra)
      }
    }
  }
}

extension Jet {
  /// a + v t.
  static func line(_ point: Coefficient, _ direction: Coefficient, order: Int) -> Jet {
    order == 0 ? Jet([point]) : Jet([point, direction] + Array(repeating: .zero, count: order - 1))
  }
}

extension Jet where Scalar == DoubleDouble {
  /// The first order with a coefficient of few digits: one that is not zero to within its error, but has an estimated
  /// error above 2⁻⁴⁰ of the coefficients of that order and its neighbours.
  ///
  /// Where digits are lost, coefficients come to be of the size of their errors step by step. A zero in which
  /// everything cancels is below them at once.
  var firstInaccurateOrder: Int? {
    let sizes = coefficients.map { $0.elements.reduce(0) { Swift.max($0, $1.high.magnitude) } }
    return coefficients.indices.first { k in
      let scale = sizes[Swift.max(0, k - 2)...Swift.min(order, k + 2)].max()!
      return coefficients[k].elements.contains { !$0.isZero && $0.error > 0x1p-40 * scale }
    }
  }

  fileprivate func checkAccuracy() throws(TaylorError) {
    guard let k = firstInaccurateOrder else { return }
    throw TaylorError(
      .roundingErrors, nil,
      "rounding errors leave too few digits of the coefficients from order \(k) on; ask for a lower order")
  }
}

extension MonomialBasis {
  /// The variables' series aᵢ + hᵢ.
  func jets<Scalar>(at point: [Scalar], order: Int) -> [Jet<HomogeneousForm<Scalar>>] {
    point.enumerated().map { i, value in
      let direction = (0..<variableCount).map { Scalar($0 == i ? 1 : 0) }
      return .line(
        HomogeneousForm(scalar: value), HomogeneousForm(linear: direction, basis: self), order: order)
    }
  }
}

extension DoubleDouble {
  /// The nearest double, 0 where nothing is left but errors.
  fileprivate func finite(order: Int) throws(TaylorError) -> Double {
    if isZero { return 0 }
    if high.isFinite { return high }
    throw TaylorError(.overflow, nil, "the coefficient of order \(order) is beyond the largest double")
  }
}
