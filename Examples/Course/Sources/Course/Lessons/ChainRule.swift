// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let chainRule = Lesson("chain-rule", "The chain rule on a computation graph") { pictures in
    print(
      """
      The chain rule: (f ∘ g)′(x) = f′(g(x)) g′(x). For sin(x²) at 2:

      """)
    let (f, g) = (try Function(parsing: "sin(x)"), try Function(parsing: "x^2"))
    let composed = f.composed(with: g)
    let (outer, inner) = (f.partial(by: "x")(g(2)), g.partial(by: "x")(2))
    let whole = composed.partial(by: "x")(2)
    print("  f′(g(2)) = \(fixed(outer, 9))   g′(2) = \(fixed(inner, 9))   product \(fixed(outer * inner, 9))")
    print("  derivative of \(composed.outputs[0]) at 2: \(fixed(whole, 9))\n")
    expect(abs(outer * inner - whole) < 1e-14, "the chain rule holds")

    print(
      """
      A program is a chain of operations. Forward, each computes its value from its operands; backward,
      each hands its adjoint, the derivative of the result by its value, on to its operands, times its
      own derivative. For the loss (σ(w x + b) − y)² of one neuron:

      """)
    let graph = ComputationGraph(
      of: { p in square(sigmoid(p["w"]! * 2 + p["b"]!) - 1) },
      at: ["w": Tensor(0.5), "b": Tensor(-0.5)])
    print(graph)

    // The same by hand, from the result back.
    let z = 0.5 * 2 - 0.5
    let s = 1 / (1 + exp(-z))
    let dz = 2 * (s - 1) * s * (1 - s)
    print(
      """

      By hand, with z = w x + b and s = σ(z): ∂/∂s = 2 (s − y) = \(fixed(2 * (s - 1), 4)), times
      s (1 − s) gives ∂/∂z = ∂/∂b = \(fixed(dz, 4)), times x = 2 gives ∂/∂w = \(fixed(2 * dz, 4)).

      """)
    for node in graph.nodes where node.kind == .variable {
      let byHand = node.label == "w" ? 2 * dz : dz
      expect(abs(node.adjoint!.item - byHand) < 1e-15, "the adjoint of \(node.label)")
    }

    print(
      """
      One pass backward gives all partial derivatives, however many there are. The work, counted in
      operations, for Rosenbrock's function of n variables:

      """)
    var table = Table(["n", "value", "value and gradient", "ratio"], leading: 0)
    for n in [2, 10, 100] {
      let rosenbrock = Function(n) { (x: [Expr]) -> Expr in
        var sum: Expr = 0
        for k in 1..<n { sum += 100 * pow(x[k] - pow(x[k - 1], 2), 2) + pow(1 - x[k - 1], 2) }
        return sum
      }
      let value = rosenbrock.operationCount(of: .value)
      let both = rosenbrock.operationCount(of: [.value, .gradient])
      table.row(["\(n)", "\(value)", "\(both)", fixed(Double(both) / Double(value), 2)])
      expect(both < 4 * value, "a gradient costs less than four values")
    }
    print(table)
    print("Forward differences would take n + 1 values.")
    try pictures?.save(graph.svg(), as: "chain-rule")
  }
}
