// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// What is minimised: a scalar function of n variables with its gradient, and where there are any with its Hessian
/// and products with it. Methods say what they need.
///
///     Objective(f)                                        // a Function, all derivatives exact
///     Objective(sum: loss, over: data)                    // Σ over the rows of data, in one fused pass
///     Objective(rosenbrock)                               // partially separable, of millions of variables
///     Objective(3, valueAndGradient: { x in … })          // a closure with derivatives of one's own
public struct Objective: Sendable {
  /// The number of variables, n ≥ 1.
  public let dimension: Int

  /// Up to so many variables a Hessian is computed only to confirm and classify an end.
  public static let largestClassified = 256

  /// What it has besides values.
  let offers: MinimizationMethod.Needs
  let makeEvaluator: @Sendable () -> any ObjectiveEvaluator

  /// A scalar function.
  ///
  /// - Parameters:
  ///   - function: f.
  ///   - parameters: the values of the function's parameters.
  /// - Precondition: the function is scalar, has a variable, and as many parameters.
  public init(_ function: Function, parameters: [Double] = []) {
    Self.check(function)
    precondition(
      function.parameters.count == parameters.count,
      "the function has \(function.parameters.count) parameters, and \(parameters.count) values are given")
    dimension = function.variables.count
    offers = .hessian
    let row = parameters.isEmpty ? nil : Tensor(parameters)
    makeEvaluator = { FunctionEvaluator(function, parameters: row, isSum: false) }
  }

  /// The sum Σᵢ f(x; pᵢ) over rows of parameters: a loss over data.
  ///
  /// - Parameters:
  ///   - function: f, scalar, of x and a row of parameters.
  ///   - rows: [N, p].
  public init(sum function: Function, over rows: Tensor<Double>) {
    Self.check(function)
    precondition(
      rows.rank == 2 && rows.shape[1] == function.parameters.count,
      "rows for \(function.parameters.count) parameters have shape [N, \(function.parameters.count)], not \(rows.shape)"
    )
    dimension = function.variables.count
    offers = .hessian
    makeEvaluator = { FunctionEvaluator(function, parameters: rows, isSum: true) }
  }

  /// A partially separable function. Its Hessian is used through products.
  public init(_ function: PartiallySeparableFunction) {
    precondition(function.variableCount > 0, "a function without variables cannot be minimised")
    dimension = function.variableCount
    offers = dimension <= Self.largestClassified ? .hessian : .products
    makeEvaluator = { PartiallySeparableEvaluator(function: function) }
  }

  /// Closures, of which the last two may be missing. Each is given a point of `dimension` coordinates.
  ///
  /// - Parameters:
  ///   - dimension: n, the number of variables.
  ///   - value: f alone; nil takes it from `valueAndGradient`.
  ///   - valueAndGradient: f and ∇f.
  ///   - hessian: row-major, n².
  ///   - hessianVectorProduct: H(x) v of x and v.
  public init(
    _ dimension: Int, value: (@Sendable ([Double]) -> Double)? = nil,
    valueAndGradient: @escaping @Sendable ([Double]) -> (Double, [Double]),
    hessian: (@Sendable ([Double]) -> [Double])? = nil,
    hessianVectorProduct: (@Sendable ([Double], [Double]) -> [Double])? = nil
  ) {
    precondition(dimension > 0, "a function without variables cannot be minimised")
    self.dimension = dimension
    offers = hessian != nil ? .hessian : hessianVectorProduct != nil ? .products : .gradient
    makeEvaluator = {
      ClosureEvaluator(
        valueClosure: value, gradientClosure: valueAndGradient, hessianClosure: hessian,
        productClosure: hessianVectorProduct)
    }
  }

  init(dimension: Int, makeEvaluator: @escaping @Sendable () -> any ObjectiveEvaluator) {
    self.dimension = dimension
    offers = .hessian
    self.makeEvaluator = makeEvaluator
  }

  private static func check(_ function: Function) {
    precondition(
      function.isScalar, "a scalar function is minimised; this one has a list of outputs: sum their squares")
    precondition(!function.variables.isEmpty, "a function without variables cannot be minimised")
  }
}

/// An objective during one run, with memory of its own.
protocol ObjectiveEvaluator: AnyObject {
  func value(at point: [Double]) -> Double
  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double])
  /// Row-major; nil where there is none.
  func hessian(at point: [Double]) -> [Double]?
  /// H v; nil where there is none.
  func hessianVectorProduct(at point: [Double], along vector: [Double]) -> [Double]?
  /// Bounds of the rounding errors of the gradient's components; nil where they are not known.
  func gradientErrors(at point: [Double]) -> [Double]?
}

extension ObjectiveEvaluator {
  func gradientErrors(at point: [Double]) -> [Double]? { nil }
}

final class FunctionEvaluator: ObjectiveEvaluator {
  private let function: Function
  private let parameters: Tensor<Double>?
  private let isSum: Bool
  private var evaluation = Evaluation()
  /// Apart, so that neither has to look its plan up again when they alternate.
  private var (gradients, hessians, products) = (Evaluation(), Evaluation(), Evaluation())

  init(_ function: Function, parameters: Tensor<Double>?, isSum: Bool) {
    self.function = function
    self.parameters = parameters
    self.isSum = isSum
  }

  private func evaluate(
    _ quantities: Function.Quantities, _ point: [Double], _ direction: [Double]? = nil,
    into evaluation: inout Evaluation
  ) {
    let direction = direction.map { Tensor($0) }
    if isSum {
      function.evaluateSum(
        quantities, at: Tensor(point), parameters: parameters, direction: direction, into: &evaluation)
    } else {
      function.evaluate(
        quantities, at: Tensor(point), parameters: parameters, direction: direction, into: &evaluation)
    }
  }

  func value(at point: [Double]) -> Double {
    evaluate(.value, point, into: &evaluation)
    return evaluation.value.item
  }

  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double]) {
    evaluate([.value, .gradient], point, into: &gradients)
    return (gradients.value.item, gradients.gradient.scalars)
  }

  func hessian(at point: [Double]) -> [Double]? {
    evaluate(.hessian, point, into: &hessians)
    return hessians.hessian.scalars
  }

  func hessianVectorProduct(at point: [Double], along vector: [Double]) -> [Double]? {
    evaluate(.hessianVectorProduct, point, vector, into: &products)
    return products.hessianVectorProduct.scalars
  }

  func gradientErrors(at point: [Double]) -> [Double]? {
    guard !isSum else { return nil }
    return function.derivativeError.bounds(
      at: point, parameters: parameters?.scalars ?? [], uncertainties: ulps(1, of: point)
    ).gradient
  }
}

final class PartiallySeparableEvaluator: ObjectiveEvaluator {
  private let function: PartiallySeparableFunction

  init(function: PartiallySeparableFunction) { self.function = function }

  func value(at point: [Double]) -> Double { function.value(at: Tensor(point)) }

  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let (value, gradient) = function.valueAndGradient(at: Tensor(point))
    return (value, gradient.scalars)
  }

  func hessian(at point: [Double]) -> [Double]? {
    let n = function.variableCount
    guard n <= Objective.largestClassified else { return nil }
    let sparse = function.hessian(at: Tensor(point))
    var dense = [Double](repeating: 0, count: n * n)
    for (place, value) in zip(sparse.pattern.places, sparse.values) {
      dense[place.row * n + place.column] = value
    }
    return dense
  }

  func hessianVectorProduct(at point: [Double], along vector: [Double]) -> [Double]? {
    function.hessianVectorProduct(at: Tensor(point), along: Tensor(vector)).scalars
  }
}

final class ClosureEvaluator: ObjectiveEvaluator {
  let valueClosure: (@Sendable ([Double]) -> Double)?
  let gradientClosure: @Sendable ([Double]) -> (Double, [Double])
  let hessianClosure: (@Sendable ([Double]) -> [Double])?
  let productClosure: (@Sendable ([Double], [Double]) -> [Double])?

  init(
    valueClosure: (@Sendable ([Double]) -> Double)?,
    gradientClosure: @escaping @Sendable ([Double]) -> (Double, [Double]),
    hessianClosure: (@Sendable ([Double]) -> [Double])?,
    productClosure: (@Sendable ([Double], [Double]) -> [Double])?
  ) {
    self.valueClosure = valueClosure
    self.gradientClosure = gradientClosure
    self.hessianClosure = hessianClosure
    self.productClosure = productClosure
  }

  func value(at point: [Double]) -> Double { valueClosure?(point) ?? gradientClosure(point).0 }

  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let (value, gradient) = gradientClosure(point)
    precondition(
      gradient.count == point.count,
      "the gradient of a function of \(point.count) variables has as many components, not \(gradient.count)")
    return (value, gradient)
  }

  func hessian(at point: [Double]) -> [Double]? {
    let hessian = hessianClosure?(point)
    precondition(
      hessian == nil || hessian!.count == point.count * point.count,
      "the Hessian of a function of \(point.count) variables has \(point.count)² elements")
    return hessian
  }

  func hessianVectorProduct(at point: [Double], along vector: [Double]) -> [Double]? {
    if let productClosure { return productClosure(point, vector) }
    return hessian(at: point).map { product($0, vector) }
  }
}
