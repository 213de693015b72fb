// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let integrals = Lesson("integrals", "Integrals, and where each rule fails") { pictures in
    print(
      """
      Rules replace the integral by a sum of values. The error of the trapezoidal rule falls with the
      square of the number n of intervals, that of Simpson's rule with its fourth power, that of
      Gauss–Legendre rules (n nodes) exponentially. For sin from 0 to π, whose integral is 2:

      """)
    let sine = Function { x in sin(x) }
    let counts = [2, 4, 8, 16, 32]
    let trapezoids = counts.map { trapezoid(from: 0, to: .pi, intervals: $0) { sine($0) } - 2 }
    let simpsons = counts.map { simpson(from: 0, to: .pi, intervals: $0) { sine($0) } - 2 }
    let gausses = counts.map { GaussLegendre($0).integral(from: 0, to: .pi) { sine($0) } - 2 }
    var table = Table(["n", "trapezoid", "Simpson", "Gauss–Legendre"], leading: 0)
    for (k, n) in counts.enumerated() {
      table.row(["\(n)", size(trapezoids[k]), size(simpsons[k]), size(gausses[k])])
    }
    print(table)
    expect(abs(trapezoids[3] / trapezoids[4] - 4) < 0.1, "to double n divides the trapezoid's error by 4")
    expect(abs(simpsons[3] / simpsons[4] - 16) < 0.1, "to double n divides Simpson's error by 16")

    print(
      """
      That holds where the integrand is smooth. The same rules with n = 32, and adaptive integration, which
      divides the range where it needs to, on others:

      """)
    var failures = Table([
      "integrand", "from", "to", "trapezoid", "Simpson", "Gauss–L.", "adaptive", "values",
    ])
    let cases: [(formula: String, from: Double, to: Double, exact: Double)] = [
      ("exp(cos(x))", 0, 2 * .pi, 7.954926521012846),
      ("sqrt(x)", 0, 1, 2.0 / 3),
      ("abs(x-0.3)", 0, 1, 0.29),
      ("1/(1e-4+(x-0.3)^2)", 0, 1, 309.39869151241493),
      ("exp(-(1e4*(x-0.3))^2)", 0, 1, 1.772453850905516e-4),
      ("sin(32*pi*x)^2", 0, 1, 0.5),
    ]
    for (formula, a, b, exact) in cases {
      let f = try Function(parsing: formula)
      let adaptive = f.integral(from: a, to: b)
      failures.row([
        formula, short(a), short(b, 3), size(trapezoid(from: a, to: b, intervals: 32) { f($0) } / exact - 1),
        size(simpson(from: a, to: b, intervals: 32) { f($0) } / exact - 1),
        size(GaussLegendre(32).integral(from: a, to: b) { f($0) } / exact - 1),
        size(adaptive.value / exact - 1), "\(adaptive.evaluations)",
      ])
      expect(
        adaptive.converged && abs(adaptive.value / exact - 1) < 1e-9, "adaptive integration of \(formula)")
    }
    print(failures)
    print(
      """
      At a kink, and where the slope is infinite, the powers of n are lost. A narrow peak falls between the
      nodes, and so do waves as short as their distance: the trapezoidal rule meets the last one at its zeros
      only. For exp(cos(x)) over its period, smooth and slow enough, the same rule is as good as Gauss's.

      Adaptive integration fails too, where it sees only values: a closure is a black box, and its peak of
      width 1e-4 lies between the samples. A formula is more, since its bounds over intervals show the peak.

      """)
    let peak = try Function(parsing: "exp(-(1e4*(x-0.3))^2)")
    let blind = integrate(from: 0, to: 1) { peak($0) }
    let seeing = peak.integral(from: 0, to: 1)
    for (name, integral) in [("closure", blind), ("formula", seeing)] {
      let error = size(integral.errorEstimate)
      print("  of the \(name)  \(short(integral.value))  estimated error \(error)  \(integral.reason)")
    }
    print()
    expect(blind.value < 1e-10, "the closure's peak is missed")

    let pole = try Function(parsing: "1/x").integral(from: 0, to: 1)
    let sum = GaussLegendre(32).integral(from: 0, to: 1) { 1 / $0 }
    print(
      """
      And an integral may have no value. Of 1/x from 0 to 1 Gauss's rule makes \(short(sum)), which means
      nothing; the adaptive one says: \(pole.value), \(pole.reason).
      """)
    expect(pole.reason == .divergent, "the integral of 1/x diverges")

    let plot = LinePlot(
      [("trapezoid", trapezoids), ("Simpson", simpsons), ("Gauss–Legendre", gausses)].map { name, errors in
        .init(name: name, points: zip(counts, errors).map { (Double($0), abs($1)) })
      }, names: ("n", "error"), title: "Error of ∫ sin from 0 to π", hasLogarithmicHeights: true)
    try pictures?.save(plot.svg, as: "integrals")
  }
}
