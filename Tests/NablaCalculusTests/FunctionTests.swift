// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

@Suite struct FunctionTests {
  let himmelblau = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }

  // By hand: ∂x = 4x(x²+y−11) + 2(x+y²−7), ∂y = 2(x²+y−11) + 4y(x+y²−7),
  // H = [[12x²+4y−42, 4(x+y)], [4(x+y), 12y²+4x−26]].
  @Test func himmelblauAtOnePoint() {
    let e = himmelblau.evaluate([.value, .gradient, .hessian], at: [1, 2])
    #expect(e.value.shape == [] && e.value.item == 68)
    #expect(e.gradient.shape == [2] && e.gradient.scalars == [-36, -32])
    #expect(e.hessian.shape == [2, 2] && e.hessian.scalars == [-22, 12, 12, 26])
    #expect(himmelblau(1, 2) == 68)
  }

  @Test func himmelblauAtPoints() {
    let points: Tensor<Double> = [[1, 2], [3, 2], [-1, 0.5]]
    let e = himmelblau.evaluate([.value, .gradient, .jacobian, .hessian], at: points)
    #expect(e.value.shape == [3] && e.value.scalars == [68, 0, 150.3125])
    #expect(e.gradient.shape == [3, 2] && e.gradient.scalars == [-36, -32, 0, 0, 22.5, -34.5])
    #expect(e.jacobian.shape == [3, 1, 2] && e.jacobian.scalars == e.gradient.scalars)
    #expect(e.hessian.shape == [3, 2, 2])
    #expect(e.hessian.scalars == [-22, 12, 12, 26, 74, 20, 20, 34, -28, -2, -2, -27])
  }

  @Test(arguments: [0, 1, 2, 7, 8, 9, 64, 65, 300])
  func aBatchHasTheBitsOfItsPointsInEveryLayout(count: Int) {
    let f = Function(3) { x in sin(x[0] * x[1]) * exp(-x[2]) + hypot(x[0], x[2]) }
    var generator = SplitMix64(seed: 11)
    let scalars = (0..<count * 3).map { _ in Double.random(in: -2...2, using: &generator) }
    let rows = Tensor(shape: [count, 3], scalars: scalars)
    let columns = Tensor(
      shape: [3, count], scalars: (0..<3).flatMap { j in (0..<count).map { scalars[$0 * 3 + j] } }
    ).transposed()
    let quantities: Function.Quantities = [.value, .gradient, .hessian]
    let a = f.evaluate(quantities, at: rows)
    let b = f.evaluate(quantities, at: columns)
    for i in 0..<count {
      let one = f.evaluate(quantities, at: Tensor(Array(scalars[3 * i..<3 * i + 3])))
      for e in [a, b] {
        #expect(e.value.scalars[i] == one.value.item)
        #expect(Array(e.gradient.scalars[3 * i..<3 * i + 3]) == one.gradient.scalars)
        #expect(Array(e.hessian.scalars[9 * i..<9 * i + 9]) == one.hessian.scalars)
      }
    }
    #expect(a.hessian.shape == [count, 3, 3])
  }

  @Test func theTrianglesOfAHessianAreEqualToTheLastBit() {
    let f = Function(4) { x in exp(-(x[0] * x[1])) * sin(x[2]) + log(1 + x[0] * x[0]) * tanh(x[1] * x[3]) }
    let h = f.hessian(at: [0.3, -0.7, 1.1, 0.9])
    #expect(h.scalars == h.transposed().scalars)
  }

  @Test func listsOfOutputsHaveAJacobian() {
    let polar = Function(2) { p in [p[0] * cos(p[1]), p[0] * sin(p[1])] }
    let e = polar.evaluate([.value, .jacobian], at: [[2, 0], [1, 0]])
    #expect(e.value.shape == [2, 2] && e.value.scalars == [2, 0, 1, 0])
    #expect(e.jacobian.shape == [2, 2, 2])
    #expect(e.jacobian.scalars == [1, 0, 0, 2, 1, 0, 0, 1])
    // A list of one output keeps its axis.
    let single = Function(2) { p in [p[0] * p[1]] }
    #expect(single.value(at: [2, 3]).shape == [1])
    #expect(single.jacobian(at: [2, 3]).scalars == [3, 2])
    // No output at all.
    let empty = Function(2) { _ in [] as [Expr] }
    #expect(empty.jacobian(at: [[2, 3]]).shape == [1, 0, 2])
  }

  @Test func parametersAreSharedOrGivenRowByRow() {
    let f = Function(1, parameters: 2) { x, p in p[0] * exp(p[1] * x[0]) }
    let points: Tensor<Double> = [[0], [1]]
    let shared = f.evaluate([.value, .gradient], at: points, parameters: [3, 2])
    #expect(shared.value.scalars[0] == 3 && shared.gradient.scalars[0] == 6)
    let rows = f.evaluate([.value, .gradient], at: points, parameters: [[3, 2], [5, 0]])
    #expect(rows.value.scalars == [3, 5])
    #expect(rows.gradient.scalars == [6, 0])
    #expect(f.parameterNames == ["p0", "p1"] && f.variableNames == ["x0"])
  }

  @Test func structuralZerosAreZeroAlsoInReusedMemory() {
    // A separable function: the Hessian's off-diagonal is never computed.
    let separable = Function(2) { x in pow(x[0], 3) + sin(x[1]) }
    var evaluation = himmelblau.evaluate([.value, .hessian], at: [[1, 2], [3, 4]])
    separable.evaluate([.hessian], at: [[1, 0], [2, 0]], into: &evaluation)
    #expect(evaluation.hessian.scalars == [6, 0, 0, 0, 12, 0, 0, 0])
  }

  @Test func memoryIsReusedUnlessShared() {
    let points: Tensor<Double> = [[1, 2], [3, 2]]
    var evaluation = himmelblau.evaluate([.gradient], at: points)
    let kept = evaluation.gradient
    himmelblau.evaluate([.gradient], at: [[0, 0], [0, 0]], into: &evaluation)
    #expect(kept.scalars == [-36, -32, 0, 0], "a copy keeps its values")
    #expect(evaluation.gradient.scalars == [-14, -22, -14, -22])
  }

  @Test func constantAndUnusedVariables() {
    let constant = Function(2) { _ in 5 }
    let e = constant.evaluate([.value, .gradient, .hessian], at: [[1, 2], [3, 4]])
    #expect(e.value.scalars == [5, 5])
    #expect(e.gradient.scalars == [0, 0, 0, 0])
    #expect(e.hessian.scalars == Array(repeating: 0, count: 8))
    let none = Function(0) { _ in 7 }
    #expect(none.value(at: Tensor(shape: [0], scalars: [])).item == 7)
    #expect(none.value(at: Tensor(shape: [3, 0], scalars: [])).scalars == [7, 7, 7])
  }

  @Test func anInnerFunctionMayCloseOverOuterVariables() {
    // d/dx of x · (d/dy (x y²) at y = x) = d/dx 2x³ = 6x²; a single name for both variables confuses them.
    let outer = Function(1) { x in
      let inner = Function(1) { y in x[0] * y[0] * y[0] }
      let slope = inner.outputs[0].derivative(by: inner.variables[0])
      let atX = Function([slope], of: inner.variables + x).outputs[0]
      return x[0] * atX.substituting(inner.variables[0], by: x[0])
    }
    #expect(outer.gradient(at: [2]).scalars == [24])
  }

  @Test func aFunctionPrintsAsItsFormula() throws {
    let f = try Function(parsing: "a*x^2*sin(y)", parameters: ["a"])
    #expect(f.description == "f(x, y; a) = a*x^2*sin(y)")
    #expect(Function(2) { [$0[0], $0[0] - $0[1]] }.description == "f(x0, x1) = [x0; x0 - x1]")
  }

  @Test func manyThreadsShareAFunction() async {
    let f = Function(3) { x in exp(x[0]) * sin(x[1]) + x[2] * x[2] }
    let expected = f.hessian(at: [0.1, 0.2, 0.3]).scalars
    let fresh = Function(3) { x in exp(x[0]) * sin(x[1]) + x[2] * x[2] }
    await withTaskGroup(of: [Double].self) { group in
      for _ in 0..<32 { group.addTask { fresh.hessian(at: [0.1, 0.2, 0.3]).scalars } }
      for await result in group { #expect(result == expected) }
    }
  }

  @Test func aDeepFunctionNeedsNoDeepStack() {
    let f = Function { x in (0..<100_000).reduce(x) { y, k in k % 2 == 0 ? sin(y) : y + 1 } }
    let e = f.evaluate([.value, .gradient], at: [0.5])
    #expect(e.value.item.isFinite && e.gradient.item.isFinite)
  }

  @Test func wrongShapesAreProgrammersMistakes() async {
    await #expect(processExitsWith: .failure) {
      _ = Function { x, y in x + y }.value(at: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = Function(2) { x in [x[0], x[1]] }.gradient(at: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = Function(1, parameters: 1) { x, p in x[0] * p[0] }.value(at: [1])
    }
    await #expect(processExitsWith: .failure) {
      let x = Expr.variable("x"), y = Expr.variable("y")
      _ = Function(x + y, of: [x]).value(at: [1])
    }
  }
}
