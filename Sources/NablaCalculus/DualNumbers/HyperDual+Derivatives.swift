// SPDX-License-Identifier: Apache-2.0

extension HyperDual where Gradient: DualScalar, Gradient.Scalar == Gradient {
  /// The value and the first two derivatives of a function of one variable.
  ///
  ///     HyperDual.derivatives(of: { .exp(2 * $0) }, at: 0.0)  // (1, 2, 4)
  ///
  /// - Precondition: see ``Dual/valueAndDerivative(of:at:)``.
  /// - Complexity: one run of the function.
  @inlinable
  public static func derivatives<Failure: Error>(
    of function: (HyperDual) throws(Failure) -> HyperDual, at x: Gradient
  ) throws(Failure) -> (value: Gradient, first: Gradient, second: Gradient) {
    try derivativeRun { () throws(Failure) in
      [try function(HyperDual(x))]
    } _: { () throws(Failure) in
      let y = try function(HyperDual(variable: x))
      return (y.value, y.derivative(), y.secondDerivative())
    }
  }
}

extension HyperDual where Gradient: SIMD {
  /// The value, the gradient, [n], and the Hessian, [n, n], of a function of n variables.
  ///
  /// Where n exceeds the number L of directions, pairs of chunks of L/2 variables share a run. The Hessian is
  /// symmetric bit by bit.
  ///
  /// - Precondition: see ``Dual/valueAndDerivative(of:at:)``.
  /// - Complexity: one run of the function for n ≤ L, otherwise k(k−1)/2 for k = ⌈2n/L⌉.
  @inlinable
  public static func valueGradientAndHessian<Failure: Error>(
    of function: ([HyperDual]) throws(Failure) -> HyperDual, at x: [Value]
  ) throws(Failure) -> (value: Value, gradient: [Value], hessian: [[Value]]) {
    let (value, gradient, elements) = try flatDerivatives(of: function, at: x)
    let n = x.count
    return (value, gradient, (0..<n).map { Array(elements[($0 * n)..<(($0 + 1) * n)]) })
  }

  /// The Hessian of a function of n variables: see `valueGradientAndHessian(of:at:)`.
  @inlinable
  public static func hessian<Failure: Error>(
    of function: ([HyperDual]) throws(Failure) -> HyperDual, at x: [Value]
  ) throws(Failure) -> [[Value]] {
    try valueGradientAndHessian(of: function, at: x).hessian
  }

  /// The Hessian in row-major order.
  @inlinable
  static func flatDerivatives<Failure: Error>(
    of function: ([HyperDual]) throws(Failure) -> HyperDual, at x: [Value]
  ) throws(Failure) -> (value: Value, gradient: [Value], hessian: [Value]) {
    try derivativeRun { () throws(Failure) in
      [try function(x.map { HyperDual($0) })]
    } _: { () throws(Failure) in
      let n = x.count
      var value = Value.nan
      var gradient = [Value](repeating: 0, count: n)
      var hessian = [Value](repeating: 0, count: n * n)
      var variables = x.map { HyperDual($0) }
      try forPairsOfChunks(n) { (low, high) throws(Failure) in
        func variable(_ direction: Int) -> Int {
          direction < low.count ? low.lowerBound + direction : high.lowerBound + direction - low.count
        }
        let directions = 0..<(low.count + high.count)
        for p in directions { variables[variable(p)].gradient = ._unit(p) }
        let y = try function(variables)
        value = y.value
        for p in directions {
          let i = variable(p)
          variables[i].gradient = .zero
          gradient[i] = y.derivative(p)
          for q in directions { hessian[i * n + variable(q)] = y.secondDerivative(p, q) }
        }
      }
      return (value, gradient, hessian)
    }
  }

  /// Calls `body` with pairs of ranges of together at most `directionCount` variables, such that each two of
  /// the n variables are together in one of them; if all fit, with one range of all and an empty one.
  @inlinable
  static func forPairsOfChunks<Failure: Error>(
    _ n: Int, _ body: (_ low: Range<Int>, _ high: Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    if n <= Gradient.directionCount { return try body(0..<n, n..<n) }
    let half = Gradient.directionCount / 2
    for high in stride(from: half, to: n, by: half) {
      for low in stride(from: 0, to: high, by: half) {
        try body(low..<(low + half), high..<Swift.min(high + half, n))
      }
    }
  }
}

extension Dual {
  /// The gradient ∇f(x) and the product H v of the Hessian with a direction, for dual numbers over dual
  /// numbers: the outer level differentiates along v what the inner one gives in chunks.
  ///
  ///     Dual<Dual<SIMD4<Double>>>.hessianVectorProduct(of: rosenbrock, at: x, along: v)
  ///
  /// - Precondition: v is as long as x. See also ``valueAndDerivative(of:at:)``.
  /// - Complexity: ⌈n/L⌉ runs of the function for L directions of the inner numbers; no Hessian is formed.
  @inlinable
  public static func hessianVectorProduct<Inner: TangentVector, Failure: Error>(
    of function: ([Dual]) throws(Failure) -> Dual, at x: [Inner.Scalar], along v: [Inner.Scalar]
  ) throws(Failure) -> (gradient: [Inner.Scalar], product: [Inner.Scalar]) where Tangent == Dual<Inner> {
    precondition(x.count == v.count, "A direction of \(v.count) components at a point of \(x.count).")
    let lanes = Inner.directionCount
    let constants = x.map { Dual(Tangent($0)) }
    // Both levels are at work here, and an outer derivative of either type could be captured.
    return try Tangent.derivativeRun { () throws(Failure) in
      let y = try function(constants)
      return [y.value, y.tangent]
    } _: { () throws(Failure) in
      try derivativeRun { () throws(Failure) in
        [try function(constants)]
      } _: { () throws(Failure) in
        var gradient: [Inner.Scalar] = []
        var product: [Inner.Scalar] = []
        for start in stride(from: 0, to: x.count, by: lanes) {
          let chunk = start..<Swift.min(start + lanes, x.count)
          let y = try function(
            x.indices.map { i in
              let inner = chunk ~= i ? Tangent(variable: x[i], direction: i - start) : Tangent(x[i])
              return Dual(value: inner, tangent: Tangent(v[i]))
            })
          for j in chunk {
            gradient.append(y.value.derivative(j - start))
            product.append(y.tangent.derivative(j - start))
          }
        }
        return (gradient, product)
      }
    }
  }
}
