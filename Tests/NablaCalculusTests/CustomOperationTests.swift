// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing

/// Operations of users: in expressions, and on traced tensors.
@Suite struct CustomOperationTests {
  private let square = CustomOperation("square", value: { $0 * $0 }) { x, _ in 2 * x }
  private let logistic = CustomOperation(
    "logistic", value: { 4 * $0 * (1 - $0) }, derivative: { 4 - 8 * $0 }, secondDerivative: { _ in -8 })
  private let area = CustomBinaryOperation("area", value: { $0 * $1 }) { a, b, _ in (b, a) }

  @Test(arguments: [1, 3, 100])
  func derivativesOfAllOrdersFollowFromAFormula(count: Int) {
    let f = Function { x, y in square(x * y) + sin(square(y)) }
    let g = Function { x, y in pow(x * y, 2) + sin(y * y) }
    let points = Tensor(
      shape: [count, 2], scalars: (0..<2 * count).map { 0.3 + Double($0) / Double(count) })
    let (a, b) = (
      f.evaluate([.value, .gradient, .hessian], at: points),
      g.evaluate([.value, .gradient, .hessian], at: points)
    )
    for (x, y) in zip(
      a.value.scalars + a.gradient.scalars + a.hessian.scalars,
      b.value.scalars + b.gradient.scalars + b.hessian.scalars)
    {
      // Sums of two or three products of size up to 10, in another order.
      #expect(abs(x - y) <= 1e-13)
    }
  }

  @Test func closuresForTwoOrders() {
    let f = Function { x in logistic(x) }
    let e = f.evaluate([.value, .gradient, .hessian, .hessianVectorProduct], at: [0.25], direction: [2])
    #expect(e.value.item == 0.75 && e.gradient.scalars == [2] && e.hessian.scalars == [-8])
    #expect(e.hessianVectorProduct.scalars == [-16])
    #expect(f.description == "f(x0) = logistic(x0)" && f.derivative.description == "f(x0) = [logistic'(x0)]")
  }

  @Test func binaryOperationsAndConstants() {
    let f = Function { x, y in area(x + 1, y) * area(2, 3) }
    let e = f.evaluate([.value, .gradient, .hessian], at: [1, 5])
    #expect(e.value.item == 60 && e.gradient.scalars == [30, 12] && e.hessian.scalars == [0, 6, 6, 0])
    // Equal operations are one node; other operations of the same name are not.
    let x = Expr.variable("x")
    #expect(area(x, 2) == area(x, 2))
    let other = CustomBinaryOperation("area", value: { $0 - $1 }) { _, _, _ in (1, -1) }
    #expect(area(x, 2) != other(x, 2))
    #expect(area(x, 2).substituting(x, by: 4).constantValue == 8)
  }

  @Test func theInterpreterCallsThemToo() {
    // More live values than machine code holds on its frame.
    let f = Function(2) { x in area(square(x[0]), x[1]) }
    #expect(f(3, 2) == 18)
    #expect(naiveSquare(5) == 25)
  }

  private func naiveSquare(_ x: Double) -> Double {
    let variable = Expr.variable("x")
    return square(variable).substituting(variable, by: Expr(x)).constantValue!
  }

  @Test func missingDerivativesAreProgrammersMistakes() async {
    await #expect(processExitsWith: .failure) {
      let once = CustomOperation("once", value: { $0 }, derivative: { _ in 1 })
      precondition(Function { x in once(x) }.gradient(at: [2]).scalars == [1])
      _ = Function { x in once(x) }.hessian(at: [2])
    }
    await #expect(processExitsWith: .failure) {
      let operation = CustomTensorOperation<Double>(
        "double", value: { $0[0] }, cotangents: { c, _, _ in [c] })
      _ = jacobianVectorProduct(
        of: { operation($0).sum() }, at: Tensor<Double>([1, 2]), along: Tensor([1, 1]))
    }
  }

  /// The standard library's product of matrices against one with rules of a user's.
  @Test func tensorsOfAnyNumberOfOperands() {
    let product = CustomTensorOperation<Double>("product") {
      matmul($0[0], $0[1])
    } cotangents: { cotangent, operands, _ in
      [matmul(cotangent, operands[1].transposed()), matmul(operands[0].transposed(), cotangent)]
    } tangent: { tangents, operands, _ in
      let first = tangents[0].map { matmul($0, operands[1]) }
      let second = tangents[1].map { matmul(operands[0], $0) }
      return first.map { first in second.map { first + $0 } ?? first } ?? second
    }
    let a: Tensor<Double> = [[1, 2], [3, -1]]
    let b: Tensor<Double> = [[0.5, 1, 2], [-1, 0.25, 3]]
    let own = gradient(
      of: { (p: [TracedTensor<Double>]) in (sin(product(p[0], p[1])) * p[0][0, 1]).sum() }, at: [a, b])
    let known = gradient(
      of: { (p: [TracedTensor<Double>]) in (sin(matmul(p[0], p[1])) * p[0][0, 1]).sum() }, at: [a, b])
    for (own, known) in zip(own, known) { #expect(own.scalars == known.scalars) }
    let check = checkGradients(
      of: { (p: [TracedTensor<Double>]) in sin(product(p[0], p[1])).sum() }, at: [a, b])
    #expect(check.passed, "\(check)")
  }
}
