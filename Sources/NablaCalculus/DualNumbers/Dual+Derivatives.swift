// SPDX-License-Identifier: Apache-2.0

extension Dual where Tangent: DualScalar, Tangent.Scalar == Tangent {
  /// The value and the derivative of a function of one variable.
  ///
  ///     Dual.valueAndDerivative(of: { .exp(2 * $0) }, at: 0.0)  // (1, 2)
  ///
  /// `x` is a `Double`, a `Float` or, for the derivative of an expression that contains a derivative, itself
  /// a dual number; then the function must lift the outer numbers that it uses by `Dual(...)`.
  ///
  /// - Precondition: within another derivative with the same type of numbers, the function uses none of its
  ///   variables (see ``Dual`` on perturbation confusion). To find out, it is called once more there.
  /// - Complexity: one run of the function, some 2 to 3 times as long as with plain numbers.
  @inlinable
  public static func valueAndDerivative<Failure: Error>(
    of function: (Dual) throws(Failure) -> Dual, at x: Tangent
  ) throws(Failure) -> (value: Tangent, derivative: Tangent) {
    try derivativeRun { () throws(Failure) in
      [try function(Dual(x))]
    } _: { () throws(Failure) in
      let y = try function(Dual(variable: x))
      return (y.value, y.tangent)
    }
  }

  /// The derivative of a function of one variable: see ``valueAndDerivative(of:at:)``.
  @inlinable
  public static func derivative<Failure: Error>(
    of function: (Dual) throws(Failure) -> Dual, at x: Tangent
  ) throws(Failure) -> Tangent {
    try valueAndDerivative(of: function, at: x).derivative
  }
}

extension Dual {
  /// The value and the gradient of a function of n variables, [n].
  ///
  /// The variables are taken in chunks of as many as `Tangent` has directions (the chunk mode of
  /// ForwardDiff.jl).
  ///
  ///     Dual<SIMD4<Double>>.valueAndGradient(of: { .hypot($0[0], $0[1]) }, at: [3, 4])  // (5, [0.6, 0.8])
  ///
  /// - Precondition: see ``valueAndDerivative(of:at:)``.
  /// - Complexity: ⌈n/L⌉ runs of the function for L directions, and one for n = 0.
  @inlinable
  public static func valueAndGradient<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> Dual, at x: [Value]
  ) throws(Failure) -> (value: Value, gradient: [Value]) {
    try derivativeRun { () throws(Failure) in
      [try function(x.map { Dual($0) })]
    } _: { () throws(Failure) in
      var value = Value.nan
      var gradient = [Value](repeating: 0, count: x.count)
      try runChunks(x) { (chunk, variables) throws(Failure) in
        let y = try function(variables)
        value = y.value
        for j in chunk { gradient[j] = y.derivative(j - chunk.lowerBound) }
      }
      return (value, gradient)
    }
  }

  /// The gradient of a function of n variables: see ``valueAndGradient(of:at:)``.
  @inlinable
  public static func gradient<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> Dual, at x: [Value]
  ) throws(Failure) -> [Value] {
    try valueAndGradient(of: function, at: x).gradient
  }

  /// The value of a function of n variables with m components, [m], and its Jacobian ∂yᵢ/∂xⱼ as m rows, [m,
  /// n].
  ///
  /// - Precondition: the number of components does not depend on the run. See also
  ///   ``valueAndDerivative(of:at:)``.
  /// - Complexity: ⌈n/L⌉ runs of the function for L directions, and one for n = 0.
  @inlinable
  public static func valueAndJacobian<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> [Dual], at x: [Value]
  ) throws(Failure) -> (value: [Value], jacobian: [[Value]]) {
    try derivativeRun { () throws(Failure) in
      try function(x.map { Dual($0) })
    } _: { () throws(Failure) in
      var value: [Value] = []
      var jacobian: [[Value]] = []
      try runChunks(x) { (chunk, variables) throws(Failure) in
        let y = try function(variables)
        if chunk.lowerBound == 0 {
          value = y.map(\.value)
          jacobian = y.map { _ in [Value](repeating: 0, count: x.count) }
        }
        precondition(
          y.count == jacobian.count,
          "A function whose Jacobian is taken gave \(jacobian.count) values, and then \(y.count).")
        for i in y.indices {
          for j in chunk { jacobian[i][j] = y[i].derivative(j - chunk.lowerBound) }
        }
      }
      return (value, jacobian)
    }
  }

  /// Calls `body` with x as variables, each chunk of them once with the directions of its own; for no
  /// variables once.
  @inlinable
  static func runChunks<Failure: Error>(
    _ x: [Value], _ body: (_ chunk: Range<Int>, _ variables: [Dual]) throws(Failure) -> Void
  ) throws(Failure) {
    var variables = x.map { Dual($0) }
    var start = 0
    repeat {
      let chunk = start..<Swift.min(start + Tangent.directionCount, x.count)
      for j in chunk { variables[j].tangent = ._unit(j - start) }
      try body(chunk, variables)
      for j in chunk { variables[j].tangent = .zero }
      start = chunk.upperBound
    } while start < x.count
  }

  /// The Jacobian of a function of n variables with m components, as m rows: see
  /// `valueAndJacobian(of:at:)`.
  @inlinable
  public static func jacobian<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> [Dual], at x: [Value]
  ) throws(Failure) -> [[Value]] {
    try valueAndJacobian(of: function, at: x).jacobian
  }
}

extension Dual where Tangent: DualScalar, Tangent.Scalar == Tangent {
  /// The value y of a function of several variables and its derivative J v along a direction v.
  ///
  /// - Precondition: v is as long as x. See also ``valueAndDerivative(of:at:)``.
  /// - Complexity: one run of the function.
  @inlinable
  public static func jacobianVectorProduct<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> [Dual], at x: [Tangent], along v: [Tangent]
  ) throws(Failure) -> (value: [Tangent], product: [Tangent]) {
    precondition(x.count == v.count, "A direction of \(v.count) components at a point of \(x.count).")
    return try derivativeRun { () throws(Failure) in
      try function(x.map { Dual($0) })
    } _: { () throws(Failure) in
      let y = try function(zip(x, v).map { Dual(value: $0, tangent: $1) })
      return (y.map(\.value), y.map(\.tangent))
    }
  }
}
