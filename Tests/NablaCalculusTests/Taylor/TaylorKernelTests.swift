// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing

@Suite("Taylor coefficients by kernels") struct TaylorKernelTests {
  // The recurrences in double precision; at these points and this order what cancels costs up to three digits.
  @Test(
    "the kernels' coefficients are those of numbers",
    arguments: [
      "exp(-x^2)*cos(3*x)", "x^2.5+x^-3", "tan(x)/(1+x)", "lgamma(1+x)*erf(x)", "atan2(x, 1+x^2)",
      "hypot(x, 2)-asinh(x)", "sigmoid(3*x)*softplus(x)", "cbrt(x)+sqrt(x)*log(x)",
      "where(x < 0.5, x^2, sin(x))",
      "max(x, 1-x)+abs(x-0.6)+floor(x)", "x^x+2^x", "sinc(x)+tanh(x)", "acos(x/2)+asin(x/2)+atanh(x/3)",
      "erfc(x)*log1p(x)*expm1(x)", "xlogy(x, 1+x)+relu(x-0.6)", "log2(1+x)+log10(1+x)+exp2(x)+acosh(2+x)",
    ])
  func kernels(_ text: String) throws {
    let f = try Function(parsing: text, variables: ["x"])
    let points = [0.2, 0.45, 0.75, 1.1]
    let found = try f.taylorFunction(order: 8).value(at: Tensor(shape: [4, 1], scalars: points))
    #expect(found.shape == [4, 9])
    for (row, point) in points.enumerated() {
      let expected = try f.taylorCoefficients(at: point, order: 8)
      let scalars = found[row].scalars
      // Each by the size of the largest that its recurrence may add: the terms are c_j ρ^(j−k) with ρ = ⅙ or more.
      for k in 0...8 {
        let scale = (0...k).map { abs(expected[$0]) * power(6, k - $0) }.max()!
        #expect(abs(scalars[k] - expected[k]) <= 1e-13 * scale, "\(text) at \(point), order \(k)")
      }
    }
  }

  private func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { p, _ in p * x } }

  @Test("along directions, with parameters, and by multi-index")
  func several() throws {
    let (x, y, p) = (Expr.variable("x"), Expr.variable("y"), Expr.variable("p"))
    let f = Function(exp(p * x) * sin(y) + x * y, of: [x, y], parameters: [p])
    let along = try f.taylorFunction(order: 4)
    let found = along.value(at: [0.5, 0.25], parameters: [2, 1, -1]).scalars
    let expected = try f.taylorCoefficients(at: [0.5, 0.25], along: [1, -1], order: 4, parameters: [2])
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-14 * max(1, abs(b))) }
    let full = try f.multivariateTaylorFunction(order: 4).value(at: [0.5, 0.25], parameters: [2]).scalars
    let polynomial = try f.taylorPolynomial(at: [0.5, 0.25], order: 4, parameters: [2])
    #expect(full.count == 15)
    for (a, b) in zip(full, polynomial.coefficients) { #expect(abs(a - b) <= 1e-14 * max(1, abs(b))) }
  }

  @Test("where there is no series a kernel gives no number")
  func kinks() throws {
    func coefficients(_ text: String, _ point: Double) throws -> [Double] {
      try Function(parsing: text, variables: ["x"]).taylorFunction(order: 2).value(at: Tensor([point]))
        .scalars
    }
    for text in ["abs(x)", "max(x, 2*x)", "relu(x)", "sign(x)", "floor(x)", "ceil(x)", "min(x, 0)"] {
      let found = try coefficients(text, 0)
      #expect(found[0] == 0 && found[1].isNaN && found[2].isNaN, "\(text): \(found)")
    }
    for text in ["1/x", "log(x)", "x^-1", "sqrt(x)", "sin(x)/x"] {
      #expect(try coefficients(text, 0).contains { !$0.isFinite }, "\(text)")
    }
    #expect(try coefficients("abs(x)", -2) == [2, -1, 0])
    #expect(try coefficients("x^3", 0) == [0, 0, 0])
  }

  @Test("orders 0 and 1, and a graph too large")
  func orders() throws {
    let f = Function { x in sin(x) * x }
    #expect(try f.taylorFunction(order: 0).value(at: [0.5]).scalars == [f(0.5)])
    let line = try f.taylorFunction(order: 1).value(at: [0.5]).scalars
    #expect(line.count == 2 && abs(line[1] - f.gradient(at: [0.5]).scalars[0]) <= 1e-16)
    #expect(throws: TaylorError.self) { try f.taylorFunction(order: 9000) }
  }
}
