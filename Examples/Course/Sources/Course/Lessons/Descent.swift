// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let descent = Lesson("descent", "Gradient descent") { pictures in
    print(
      """
      To go downhill, step against the gradient: x ← x − η f′(x), with a learning rate η. On
      f(x) = (x − 3)² + 1 from x = 0 with η = 0.1, each step shrinks the distance to 3 by 1 − 2η = 0.8:

      """)
    let f = try Function(parsing: "(x-3)^2 + 1")
    var table = Table(["step", "x", "f(x)", "f′(x)", "3 − x"], leading: 0)
    var x: Tensor<Double> = [0]
    for step in 0...50 {
      let slope = f.gradient(at: x)
      if [0, 1, 2, 3, 10, 20, 50].contains(step) {
        table.row([
          "\(step)", fixed(x[0].item, 6), fixed(f(x[0].item), 6), short(slope[0].item, 5),
          size(3 - x[0].item),
        ])
      }
      if step < 50 { x -= slope * 0.1 }
    }
    print(table)
    expect(
      abs((3 - x[0].item) / (3 * pow(0.8, 50)) - 1) < 1e-9, "the distance after 50 steps is 3 · 0.8⁵⁰")

    print(
      """
      In two dimensions the gradient is at right angles to the lines of equal height, and in a narrow
      valley it points across it, not along. How many steps it takes depends on the condition number κ,
      the largest eigenvalue of the Hessian over the least. On (x² + κ y²) / 2 the best constant rate is
      2 / (1 + κ); each step then multiplies the gradient by (κ − 1) / (κ + 1). From (1, 1/κ), until
      |∇f| ≤ 1e-6:

      """)
    var options = OptimizationOptions()
    options.gradientTolerance = 1e-6
    options.keepsTrace = true
    var steps = Table(["κ", "steps", "predicted"], leading: 0)
    var zigzag: [[Double]] = []
    for condition in [2.0, 10, 100, 1000] {
      let valley = try Function(parsing: "(x^2 + \(condition)*y^2)/2")
      let rate = LearningRate.constant(2 / (1 + condition))
      let result = minimize(
        valley, from: [1, 1 / condition], method: .gradientDescent(rate: rate), options: options)
      let ratio = (condition - 1) / (condition + 1)
      let predicted = (log(1e-6 / 2.0.squareRoot()) / log(ratio)).rounded(.up)
      steps.row([short(condition), "\(result.iterations)", short(predicted)])
      expect(abs(Double(result.iterations) - predicted) <= 1, "the number of steps for κ = \(condition)")
      if condition == 10 { zigzag = result.trace.map(\.point) }
    }
    print(steps)

    print(
      """
      Downhill leads to the minimum of the valley one starts in. Himmelblau's function has four:

      """)
    let himmelblau = try Function(parsing: "(x^2+y-11)^2+(x+y^2-7)^2")
    var ends = Table(["start", "end", "f", "steps"], leading: 2)
    var paths: [FunctionPlot.Path] = []
    for start in [[0.0, 0], [-1, 1], [-1, -1], [1, -2]] {
      let result = minimize(himmelblau, from: start, method: .gradientDescent(rate: 0.01), options: options)
      ends.row([
        "(\(short(start[0])), \(short(start[1])))",
        "(\(fixed(result.point[0], 5)), \(fixed(result.point[1], 5)))",
        size(result.value), "\(result.iterations)",
      ])
      expect(result.value < 1e-12, "descent from \(start) ends in a minimum")
      paths.append(
        .init(name: "from (\(short(start[0])), \(short(start[1])))", points: result.trace.map(\.point)))
    }
    print(ends)
    print("All four are as low as any, f = 0; the start decides which one is found.")

    let valley = try Function(parsing: "(x^2 + 10*y^2)/2")
    let narrow = FunctionPlot(
      valley, in: try Box(lower: [-0.6, -0.4], upper: [1.2, 0.4]),
      title: "Gradient descent in a valley, κ = 10",
      points: valley.classify(at: [0, 0]), paths: [.init(name: "η = 2/11", points: zigzag)])
    try pictures?.save(narrow.svg, as: "descent-valley")
    let box = try Box(lower: [-5, -5], upper: [5, 5])
    let four = FunctionPlot(
      himmelblau, in: box, title: "Gradient descent on Himmelblau's function",
      points: himmelblau.criticalPoints(in: box).points, paths: paths)
    try pictures?.save(four.svg, as: "descent-himmelblau")
  }
}
