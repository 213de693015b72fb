// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let momentum = Lesson("momentum", "Momentum") { pictures in
    print(
      """
      With momentum a step remembers those before it: v ← μ v + ∇f, x ← x − η v, as a heavy ball rolls.
      x⁴ − 3x² has two minima, ±√1.5 = ±\(fixed(1.5.squareRoot(), 4)), and a hill at 0 between them. With
      η = 0.01, plain descent ends in the nearest one; with μ = 0.9 the ball crosses the hill if it comes
      from far enough up, and from higher still it comes back:

      """)
    let f = try Function(parsing: "x^4 - 3*x^2")
    var options = OptimizationOptions()
    options.gradientTolerance = 1e-6
    options.keepsTrace = true
    let (plain, heavy) = (
      MinimizationMethod.gradientDescent(rate: 0.01), MinimizationMethod.momentum(rate: 0.01, momentum: 0.9)
    )
    var table = Table(
      ["start", "f(start)", "plain, end", "steps", "momentum, end", "steps", "times over the hill"],
      leading: 0)
    for start in [0, 0.1, 1, 1.5, 1.9, 2, 2.5, 2.6, 3, 3.2] {
      let a = minimize(f, from: [start], method: plain, options: options)
      let b = minimize(f, from: [start], method: heavy, options: options)
      let way = b.trace.map { $0.point[0] }
      let crossings = zip(way, way.dropFirst()).count { $0 * $1 < 0 }
      table.row([
        short(start), fixed(f(start), 4), fixed(a.point[0], 4), "\(a.iterations)", fixed(b.point[0], 4),
        "\(b.iterations)", "\(crossings)",
      ])
      let minimum = start == 0 ? 0 : 1.5.squareRoot()
      expect(abs(a.point[0] - minimum) < 1e-6, "plain descent from \(start) ends on its side")
      expect(
        abs(b.point[0] - (crossings % 2 == 0 ? minimum : -minimum)) < 1e-6,
        "with momentum it ends on the side to which it crossed last")
    }
    print(table)
    print(
      """
      At 0 the slope is zero, and neither moves.

      In a narrow valley momentum cancels the swings across it and adds up the way along it. Steps on
      (x² + κ y²) / 2 from (1, 1/κ), until |∇f| ≤ 1e-6, each method with its best constants: of plain descent
      η = 2 / (1 + κ), of momentum η = 4 / (1 + √κ)² and μ = ((√κ − 1) / (√κ + 1))²:

      """)
    var valleys = Table(["κ", "plain", "momentum"], leading: 0)
    var iterations: [(plain: Double, heavy: Double)] = []
    var traces: [(name: String, states: [OptimizationState])] = []
    for condition in [10.0, 100, 1000] {
      let valley = try Function(parsing: "(x^2 + \(condition)*y^2)/2")
      let root = condition.squareRoot()
      let ratio = (root - 1) / (root + 1)
      let rate = LearningRate.constant(4 / ((1 + root) * (1 + root)))
      let start = [1, 1 / condition]
      let a = minimize(
        valley, from: start, method: .gradientDescent(rate: .constant(2 / (1 + condition))), options: options)
      let b = minimize(
        valley, from: start, method: .momentum(rate: rate, momentum: ratio * ratio), options: options)
      valleys.row([short(condition), "\(a.iterations)", "\(b.iterations)"])
      iterations.append((Double(a.iterations), Double(b.iterations)))
      if condition == 100 { traces = [("plain", a.trace), ("momentum", b.trace)] }
    }
    print(valleys)
    print(
      "Ten times κ takes plain descent ten times the steps, momentum some three to four times, about √10.")
    for (one, ten) in zip(iterations, iterations.dropFirst()) {
      expect((9...11).contains(ten.plain / one.plain), "plain descent takes steps in proportion to κ")
      expect((3...4).contains(ten.heavy / one.heavy), "momentum takes steps in proportion to √κ, nearly")
    }

    let start = 2.0
    let ways = [("plain", plain), ("momentum", heavy)].map { name, method in
      LinePlot.Line(
        name: name,
        points: minimize(f, from: [start], method: method, options: options).trace.prefix(121)
          .map { (Double($0.iteration), $0.point[0]) })
    }
    let plot = LinePlot(ways, names: ("steps", "x"), title: "x⁴ − 3x² from \(short(start)), η = 0.01")
    try pictures?.save(plot.svg, as: "momentum")
    try pictures?.save(
      ConvergencePlot(traces, title: "(x² + 100 y²)/2, with and without momentum").svg, as: "momentum-valley")
  }
}
