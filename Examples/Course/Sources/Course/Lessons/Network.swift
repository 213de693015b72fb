// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let network = Lesson("network", "A network that tells two spirals apart") { pictures in
    print(
      """
      Two spirals, 60 points each. No line separates them: logistic regression does little better than
      guessing. A network bends the plane first: layers x ↦ tanh(x W + b), whose weights go down the
      gradient of the cross-entropy, by the rule Adam.

      """)
    var generator = SeededGenerator(seed: 1)
    // Radius grows with the angle; the second spiral is the first one turned by half a turn.
    func spirals(_ count: Int, shift: Double) -> (x: Tensor<Double>, y: Tensor<Double>) {
      let t = (0..<count).map { 0.6 + (Double($0) + shift) / Double(count) * 2.4 }
      let arm = t.map { [$0 * cos(3 * $0), $0 * sin(3 * $0)] }
      return (Tensor(arm + arm.map { [-$0[0], -$0[1]] }), Tensor(t.map { _ in 1 } + t.map { _ in 0 }))
    }
    let (x, y) = spirals(60, shift: 0)
    let (testX, testY) = spirals(60, shift: 0.5)

    let line = try LogisticRegression(x, y)
    func share(_ logits: Tensor<Double>, _ y: Tensor<Double>) -> Double { ((logits .> 0) .== y).mean() }
    let byLine = share(matmul(x, line.coefficients) + line.intercept, y)
    print("  logistic regression: \(fixed(100 * byLine, 1)) % right\n")
    expect(byLine < 0.65, "logistic regression does little better than guessing")

    let start = MultilayerPerceptron<Tensor<Double>>([2, 16, 16, 1], activation: .tanh, using: &generator)
    let check = checkGradients(
      of: { binaryCrossEntropy(logits: $0(TracedTensor(x)).flattened(), targets: y) }, at: start)
    expect(check.passed, "the network's gradient agrees with differences of its loss")

    let result = try train(
      start, examples: 120, rule: Adam(rate: 0.02),
      options: TrainingOptions(epochs: 400, batchSize: 120, seed: 1),
      loss: { model, batch in
        binaryCrossEntropy(logits: model(TracedTensor(x.taking(batch))).flattened(), targets: y.taking(batch))
      })
    var table = Table(["epoch", "loss"], leading: 0)
    for epoch in result.epochs where [0, 10, 50, 100, 200, 300, 399].contains(epoch.number) {
      table.row(["\(epoch.number)", short(epoch.loss, 4)])
    }
    print(table)
    let trained = result.parameters
    let (right, rightBetween) = (share(trained(x).flattened(), y), share(trained(testX).flattened(), testY))
    print(
      "  network: \(fixed(100 * right, 1)) % right, of 120 points between them \(fixed(100 * rightBetween, 1)) %"
    )
    expect(right == 1 && rightBetween > 0.95, "the network tells the spirals apart")

    let losses = LinePlot(
      [.init(name: "training", points: result.epochs.map { (Double($0.number), $0.loss) })],
      names: ("epoch", "loss"), title: "Learning two spirals", hasLogarithmicHeights: true)
    try pictures?.save(losses.svg, as: "network-loss")

    // The network as a function of two variables, to be drawn.
    let inputs = [Expr.variable("x"), Expr.variable("y")]
    var values = inputs
    for (k, layer) in trained.layers.enumerated() {
      if k > 0 { values = values.map { tanh($0) } }
      values = (0..<layer.bias.count).map { j in
        values.indices.reduce(Expr(layer.bias[j].item)) { $0 + values[$1] * Expr(layer.weights[$1, j].item) }
      }
    }
    let output = Function(sigmoid(values[0]), of: inputs)
    let plane = FunctionPlot(
      output, in: try Box(lower: [-3.2, -3.2], upper: [3.2, 3.2]),
      title: "The probability of the first spiral",
      paths: [
        .init(name: "first spiral", points: (0..<60).map { x[$0].scalars }),
        .init(name: "second spiral", points: (60..<120).map { x[$0].scalars }),
      ])
    try pictures?.save(plane.svg, as: "network-plane")
  }
}
