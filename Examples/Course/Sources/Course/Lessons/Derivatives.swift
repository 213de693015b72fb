// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let derivatives = Lesson("derivatives", "Derivatives, numerical and exact") { pictures in
    print(
      """
      The derivative is the limit of difference quotients. A program can take the quotient with a small
      h, here (f(x + h) − f(x − h)) / 2h with h = 1e-5, or apply the rules of calculus to the formula.
      At x = 2:

      """)
    var table = Table(["f", "f′", "f′(2), by the rules", "by the quotient", "difference"], leading: 2)
    for formula in ["x^2", "x^3", "sin(x)", "exp(x)", "1/x"] {
      let f = try Function(parsing: formula)
      let exact = f.gradient(at: [2]).item
      let quotient = numericalDerivative({ f($0) }, 2, 1e-5)
      table.row([
        formula, "\(f.partial(by: "x").outputs[0].simplified())", fixed(exact, 12), fixed(quotient, 12),
        size(quotient - exact),
      ])
      expect(abs(quotient - exact) < 1e-9, "the quotient of \(formula) has nine decimals")
    }
    print(table)

    print(
      """
      How small should h be? Cutting off the limit costs h |f″| / 2 of the forward quotient and
      h² |f‴| / 6 of the central one; rounding costs about 1e-16 |f| / h of both. So the error falls
      with h, then rises again. For sin at 2:

      """)
    let f = Function { x in sin(x) }
    let exact = f.gradient(at: [2]).item
    let steps = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14]
    let forward = steps.map { h in abs((f(2 + h) - f(2)) / h - exact) }
    let central = steps.map { h in abs(numericalDerivative({ f($0) }, 2, h) - exact) }
    var errors = Table(["h", "error, forward", "error, central"], leading: 0)
    for (k, h) in steps.enumerated() { errors.row([short(h), size(forward[k]), size(central[k])]) }
    print(errors)

    let (best, bestCentral) = (Tensor(forward).argmin(), Tensor(central).argmin())
    print(
      """
      Theory puts the best h near √ε = 1.5e-8 and ∛ε = 6e-6 (ε = 2⁻⁵²), where half and two thirds of the
      16 digits are right. Here they are

        forward  h = \(short(steps[best]))  error \(size(forward[best]))
        central  h = \(short(steps[bestCentral]))  error \(size(central[bestCentral]))

      """)
    expect((1e-9...1e-7).contains(steps[best]), "the best forward step is near 1e-8")
    expect((1e-6...1e-4).contains(steps[bestCentral]), "the best central step is near 1e-5")

    let extrapolated = finiteDifferenceDerivative(of: { f($0) }, at: 2)
    let (error, bound) = (extrapolated.value.item - exact, extrapolated.error.item)
    print(
      """
      Extrapolated from several h to 0 it gets better: an error of \(size(error)), estimated as \(size(bound)),
      after \(extrapolated.evaluationCount) values of f. The rules need no h at all.
      """)
    expect(abs(error) <= bound, "the error is within its estimate")

    let plot = LinePlot(
      [
        .init(name: "forward", points: steps.indices.map { (-log10(steps[$0]), forward[$0]) }),
        .init(name: "central", points: steps.indices.map { (-log10(steps[$0]), central[$0]) }),
      ], names: ("−log₁₀ h", "error"), title: "Error of difference quotients of sin at 2",
      hasLogarithmicHeights: true)
    try pictures?.save(plot.svg, as: "derivatives")
  }
}
