// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

extension Function {
  /// The function whose outputs are the Taylor coefficients c₀ … c of this one at a point: a graph like any other, so
  /// that a kernel computes them at millions of points.
  ///
  ///     let series = Function { x in exp(-x * x) }.taylorFunction(order: 20)
  ///     series.value(at: points)  // points [N, 1], coefficients [N, 21]
  ///
  /// In several variables the coefficients are those along a direction v, of t ↦ f(x + t v), whose components are the
  /// last of the result's parameters: give them behind this function's own.
  ///
  /// The coefficients are those of double precision: the errors of the recurrences, which
  /// ``taylorCoefficients(at:order:parameters:)`` avoids, are in them. Where there is no series a kernel does not
  /// fail: from the order on at which the formulas divide by zero or take a root of zero the coefficients are
  /// infinite or NaN, as they are where the leading terms of a quotient cancel (sin(x)/x at 0); at a kink or a jump
  /// of an operation they are NaN from order 1 on. A choice takes the branch that holds at the point.
  ///
  /// - Parameter order: K ≥ 0.
  /// - Throws: ``TaylorError`` of the reason `tooLarge`, or where there is no series at any point (sqrt(x − x)).
  /// - Precondition: a scalar function of at least one variable.
  /// - Complexity: O(m K²) nodes for a function of m operations.
  public func taylorFunction(order: Int) throws(TaylorError) -> Function {
    precondition(isScalar, "Taylor series are of scalar functions; this one has a list of outputs")
    precondition(order >= 0, "the order of a Taylor series is 0 or more, not \(order)")
    try checkKernelSize(order: order)
    let direction = variables.count == 1 ? [1] : Expr.traced("v", variables.count)
    let jet = try taylorJet(order: order) { order in
      zip(variables, direction).map { Jet.line($0, $1, order: order) }
        + parameters.map { Jet(constant: $0, order: order) }
    }
    return Function(
      jet.coefficients, of: variables, parameters: parameters + (variables.count == 1 ? [] : direction))
  }

  /// The function whose outputs are the Taylor coefficients in all variables at a point, in the order of
  /// ``MultivariateTaylorPolynomial/powers``. See ``taylorFunction(order:)`` for where there is no series.
  ///
  /// - Parameter order: K ≥ 0, the highest total order.
  /// - Throws: ``TaylorError`` of the reason `tooLarge`, or where there is no series at any point.
  /// - Precondition: a scalar function.
  /// - Complexity: O(m C(2n+K, K)) nodes for a function of m operations.
  public func multivariateTaylorFunction(order: Int) throws(TaylorError) -> Function {
    precondition(isScalar, "Taylor series are of scalar functions; this one has a list of outputs")
    precondition(order >= 0, "the order of a Taylor series is 0 or more, not \(order)")
    let basis = try monomialBasis(order: order)
    try checkKernelSize(order: order, work: MonomialBasis.count(upTo: order, variables: 2 * variables.count))
    let jet = try taylorJet(order: order) { [self] workingOrder throws(TaylorError) in
      let basis = workingOrder == order ? basis : try monomialBasis(order: workingOrder)
      return basis.jets(at: variables, order: workingOrder)
        + parameters.map { Jet(constant: HomogeneousForm(scalar: $0), order: workingOrder) }
    }
    let outputs = jet.coefficients.enumerated().flatMap { degree, form in
      (0..<basis.count(degree)).map { form[$0] }
    }
    return Function(outputs, of: variables, parameters: parameters)
  }

  /// Some nodes that a graph may have: beyond, its kernel would take minutes to make and gigabytes.
  private func checkKernelSize(order: Int, work: Int? = nil) throws(TaylorError) {
    let products = Double(work ?? (order + 1) * (order + 2) / 2)
    let nodes = products * Double(Expr.operationCount(of: outputs))
    if order > Self.taylorOrderLimit || nodes > 2e7 {
      throw TaylorError(
        .tooLarge, nil,
        "the graph of the coefficients to order \(order) would have more than 20 million operations")
    }
  }
}
