// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Every rule of the table against finite differences of the values, first and second order.
@Suite struct DerivativeRuleTests {
  /// Where each operation is smooth: points at which it is differentiated.
  private static let samples: [NablaExpressions.Operation: [[Double]]] = [
    .add: [[0.3, -1.2]], .subtract: [[0.3, -1.2]], .multiply: [[0.3, -1.2]],
    .divide: [[0.3, -1.2], [-2.5, 0.4]], .negate: [[0.7]], .power: [[0.3, -1.2], [1.9, 5.6], [2.5, 0.5]],
    .sqrt: [[0.3], [40]], .cbrt: [[0.3], [-5]], .exp: [[-2], [0.3]], .exp2: [[-2], [0.3]],
    .expm1: [[-0.01], [1.3]], .log: [[0.3], [20]], .log2: [[0.3], [20]], .log10: [[0.3], [20]],
    .log1p: [[-0.5], [0.02], [8]], .sin: [[0.4], [-8]], .cos: [[0.4], [-8]], .tan: [[0.4], [2.5]],
    .asin: [[0.4], [-0.7]], .acos: [[0.4], [-0.7]], .atan: [[0.4], [-3]],
    .atan2: [[0.3, -1.2], [-0.4, -0.9], [1.5, 0.2]], .asinSlope: [[0.4], [-0.7]],
    .sinh: [[0.4], [-2]], .cosh: [[0.4], [-2]], .tanh: [[0.4], [-2]], .sech: [[0.4], [-2]],
    .asinh: [[0.4], [-3]], .acosh: [[1.7], [9]], .atanh: [[0.4], [-0.7]], .erf: [[0.4], [-1.3]],
    .erfc: [[0.4], [-1.3]], .lgamma: [[0.6], [3.3], [-0.4]], .sigmoid: [[0.4], [-3]],
    .softplus: [[0.4], [-3]], .hypot: [[0.3, -1.2], [3, 0.2]], .directionCosine: [[0.3, -1.2], [3, 0.2]],
    .abs: [[0.4], [-3]], .sign: [[0.4], [-3]], .floor: [[0.4], [-3.3]], .ceil: [[0.4], [-3.3]],
    .min: [[0.3, -1.2], [-2, 0.4]], .max: [[0.3, -1.2], [-2, 0.4]], .relu: [[0.4], [-3]],
    .less: [[0.3, -1.2]], .lessOrEqual: [[0.3, -1.2]], .equal: [[0.3, -1.2]], .notEqual: [[0.3, -1.2]],
    .and: [[0.3, -1.2]], .or: [[0.3, -1.2]], .not: [[0.4]], .select: [[1, 0.3, -1.2], [0, 0.3, -1.2]],
    .integerPower: [[0.7], [-1.3]], .polygamma: [[0.6], [3.3], [-0.4]],
    .sinc: [[0], [0.4], [-3], [20]], .sincDerivative: [[0], [0.4], [-2], [2.5], [20]],
    .xlogy: [[0.3, 1.2], [-2, 5]],
  ]

  @Test(arguments: NablaExpressions.Operation.allCases)
  func ruleAgreesWithFiniteDifferences(operation: NablaExpressions.Operation) throws {
    // The derivative of the last one is not that of its value.
    if [.constant, .variable, .stopGradient, .custom, .customBinary].contains(operation) { return }
    let points = try #require(Self.samples[operation], "\(operation) has no sample points: add a row above")
    let indices =
      switch operation {
      case .integerPower: [-3, -2, 2, 3, 5, 40]
      case .polygamma: [0, 1, 2]
      case .sincDerivative: [1, 2, 3]
      default: [0]
      }
    for index in indices {
      let count = operation.definition.value.operandCount
      let x = (0..<count).map { Expr.variable("x\($0)") }
      // Squares and sines below the operation, so that nothing is linear and all chain rules take part.
      let inner = x.map { 0.8 * $0 + 0.2 * sin($0) }
      var y: Expr
      if case .indexed = operation.definition.value {
        y = .applying(operation, index: index, to: inner[0])
      } else {
        y = .applying(operation, to: operation == .select ? [x[0]] + inner[1...] : inner)
      }
      y = y + 0.1 * y * y
      // The condition of `where` is no number to differentiate by.
      let wrt = operation == .select ? Array(x[1...]) : x
      for point in points { check(y, x, wrt, at: point, "\(operation) \(index)") }
    }
  }

  /// The gradient against differences of the value, and the Hessian against differences of the gradient.
  private func check(_ y: Expr, _ x: [Expr], _ wrt: [Expr], at point: [Double], _ name: String) {
    let gradient = y.gradient(by: wrt)
    let hessian = y.hessian(by: wrt)
    let offset = x.count - wrt.count
    func along(_ e: Expr, _ j: Int) -> (value: Double, error: Double) {
      ridders(
        { t in
          var p = point
          p[j + offset] = t
          return naiveValue(of: e, x, at: p)
        }, at: point[j + offset], step: 0.02)
    }
    for i in wrt.indices {
      let exact = naiveValue(of: gradient[i], x, at: point)
      let difference = along(y, i)
      // Ridders' estimate, and the rounding of values of size 1 to 100 over steps of 1e-2.
      let tolerance = 10 * difference.error + 1e-10 * Swift.max(1, Swift.abs(exact))
      #expect(Swift.abs(exact - difference.value) <= tolerance, "\(name): ∂\(i) at \(point)")
      for j in wrt.indices {
        let exact = naiveValue(of: hessian[i][j], x, at: point)
        let difference = along(gradient[i], j)
        let tolerance = 10 * difference.error + 1e-10 * Swift.max(1, Swift.abs(exact))
        #expect(Swift.abs(exact - difference.value) <= tolerance, "\(name): ∂\(i)∂\(j) at \(point)")
      }
    }
  }
}
