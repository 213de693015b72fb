// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaKernels
import TestSupport
import Testing

/// A tape's enclosure and contraction to an interval, the last input, as machine code.
private struct TapeKernel {
  struct Result {
    var value: Interval
    var isEmpty: Bool
    var box: [Interval]
    var isLost: Bool
  }

  private let kernel: IntervalKernel

  init?(_ tape: IntervalTape, _ set: InstructionSet) {
    var b = IntervalBuilder(for: set)
    let box = (0..<3).map { _ in b.input() }
    let target = b.input()
    guard var values = tape.enclosures(over: box, parameters: [], &b) else { return nil }
    b.output(values[tape.outputs[0]])
    b.output(b.emptyLanes)
    tape.contract(&values, to: [target], &b)
    for value in values[..<3] { b.output(value) }
    b.output(b.emptyLanes)
    guard let kernel = IntervalKernel(b) else { return nil }
    self.kernel = kernel
  }

  func run(_ inputs: [[Interval]]) -> [Result] {
    guard !inputs.isEmpty else { return [] }
    return kernel.results(inputs).map { numbers in
      // What is marked holds anything.
      Result(
        value: Interval(bounds: numbers[0], numbers[1]), isEmpty: numbers[2] != 0,
        box: (0..<3).map { Interval(bounds: numbers[3 + 2 * $0], numbers[4 + 2 * $0]) },
        isLost: numbers[9] != 0)
    }
  }
}

struct IntervalTapeTests {
  /// A box, and a point in it with its value, which is finite.
  private struct Draw {
    let box: [Interval]
    let point: [Double]
    let value: Double
    /// The bound of the value's rounding error.
    let error: Double

    /// What surely holds the value in real numbers.
    var target: Interval { Interval((value - 2 * error).nextDown, (value + 2 * error).nextUp) }

    /// nil where the value is too large, or something that the expression consists of is not finite: 1/0 is an infinity
    /// for kernels and undefined for intervals.
    init?(
      of expression: Expr, _ variables: [Expr], _ analysis: RunningError, _ trial: Int,
      _ random: inout SplitMix64
    ) {
      let width = [0, 1e-6, 0.1, 1, 4][trial % 5]
      box = variables.map { _ in
        let x = Double.random(in: -3...3, using: &random)
        return Interval(x - width * Double.random(in: 0...1, using: &random), x)
      }
      point = box.map { IntervalDraws.point(in: $0, &random) }
      value = naiveValue(of: expression, variables, at: point)
      error = analysis(at: point, uncertainties: [0, 0, 0])[0].error
      guard error.isFinite, value.magnitude < 1e200, Self.isFinite(expression, variables, at: point) else {
        return nil
      }
    }

    private static func isFinite(_ expression: Expr, _ variables: [Expr], at point: [Double]) -> Bool {
      naiveValue(of: expression, variables, at: point).isFinite
        && expression.operands.allSatisfy { isFinite($0, variables, at: point) }
    }
  }

  /// Enclosures of random graphs hold the values in double precision to within these values' own error bounds, and
  /// contracting an output to a value keeps the point at which it is taken.
  @Test(arguments: [71, 72, 73, 74] as [UInt64])
  func randomGraphs(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let variables = ["x", "y", "z"].map { Expr.variable($0) }
    var expressions = RandomExpression(seed: seed, variables: variables)
    var compared = 0
    for _ in 0..<150 {
      let expression = expressions.next(size: Int.random(in: 3...30, using: &random))
      let tape = IntervalTape(outputs: [expression], inputs: variables)
      let evaluator = IntervalEvaluator(tape)
      let analysis = RunningError(outputs: [expression], inputs: variables)
      for trial in 0..<40 {
        guard let draw = Draw(of: expression, variables, analysis, trial, &random) else { continue }
        let (box, point, value, error) = (draw.box, draw.point, draw.value, draw.error)
        compared += 1
        for (j, side) in box.enumerated() { evaluator[input: j] = side }
        evaluator.run()
        let enclosure = evaluator[output: 0]
        let holds = enclosure.lower - error <= value && value <= enclosure.upper + error
        #expect(holds, "seed \(seed): \(expression) over \(box) at \(point) is \(value), not in \(enclosure)")
        let isPossible = evaluator.contract(to: [draw.target])
        let isKept = isPossible && (0..<3).allSatisfy { evaluator[input: $0].contains(point[$0]) }
        #expect(isKept, "seed \(seed): \(expression) over \(box) at \(point) to \(draw.target)")
        guard holds && isKept else { return }
      }
    }
    #expect(compared > 2000, "seed \(seed): only \(compared) values to compare with")
  }

  /// The same of machine code, which also gives what the evaluator gives, roundings apart.
  @Test(
    arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }, [75, 76] as [UInt64])
  func randomGraphsAsMachineCode(_ set: InstructionSet, _ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let variables = ["x", "y", "z"].map { Expr.variable($0) }
    var expressions = RandomExpression(seed: seed, variables: variables)
    var (compared, tight) = (0, 0)
    for _ in 0..<(isRelease ? 300 : 100) {
      let expression = expressions.next(size: Int.random(in: 3...30, using: &random))
      let tape = IntervalTape(outputs: [expression], inputs: variables)
      guard let kernel = TapeKernel(tape, set) else { continue }
      let evaluator = IntervalEvaluator(tape)
      let analysis = RunningError(outputs: [expression], inputs: variables)
      let cases = (0..<40).compactMap { Draw(of: expression, variables, analysis, $0, &random) }
      for (c, result) in zip(cases, kernel.run(cases.map { $0.box + [$0.target] })) {
        compared += 1
        let holds =
          !result.isEmpty && result.value.lower - c.error <= c.value
          && c.value <= result.value.upper + c.error
        let isKept = !result.isLost && zip(result.box, c.point).allSatisfy { $0.contains($1) }
        let isGood = holds && isKept
        #expect(
          isGood, "seed \(seed), \(set): \(expression) over \(c.box) at \(c.point) is \(c.value): \(result)")
        for (j, side) in c.box.enumerated() { evaluator[input: j] = side }
        evaluator.run()
        let oracle = evaluator[output: 0]
        let scale = Swift.max(oracle.magnitude, oracle.width)
        if !scale.isFinite || result.value.isSubset(of: oracle.inflated(by: 1e-12 * scale)) { tight += 1 }
        guard isGood else { return }
      }
    }
    // Rules that say less are few: quotients of 0, √(a² + b²) far out.
    #expect(compared > 500 && tight > compared / 50 * 49, "seed \(seed): \(tight) of \(compared)")
  }

  @Test func decimalConstantsAreEnclosed() {
    let x = Expr.variable("x")
    let evaluator = IntervalEvaluator(IntervalTape(outputs: [0.1 + 0 * x, Expr(.pi) + 0 * x], inputs: [x]))
    evaluator[input: 0] = Interval(1)
    evaluator.run()
    #expect(evaluator[output: 0].lower < 0.1 && evaluator[output: 0].upper > 0.1)
    #expect(evaluator[output: 1].contains(.pi) && evaluator[output: 1].upper > .pi)
    // Short ones are exact.
    let exact = IntervalEvaluator(IntervalTape(outputs: [pow(x, 2) - 11], inputs: [x]))
    exact[input: 0] = Interval(0)
    exact.run()
    #expect(exact[output: 0].upper > -11.000000000000005 && exact[output: 0].lower < -10.999999999999995)
  }

  @Test func constantsAndParametersSurviveContraction() {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let evaluator = IntervalEvaluator(
      IntervalTape(outputs: [p * x - 0.3], inputs: [x, p]), parameters: [Interval(2, 3)])
    for _ in 0..<3 {
      evaluator[input: 0] = Interval(0, 10)
      evaluator.run()
      #expect(evaluator.contract(to: [Interval(0)]))
      #expect(evaluator[input: 0].contains(0.1) && evaluator[input: 0].contains(0.15))
      #expect(evaluator[input: 0].upper < 0.16)
    }
  }

  @Test func openChoicesContractNothing() {
    let x = Expr.variable("x")
    // Over [−1, 4] the branch √x is taken for x > 0 only: negative x must stay.
    let f = select(x .> 0, sqrt(x), -x)
    let evaluator = IntervalEvaluator(IntervalTape(outputs: [f], inputs: [x]))
    evaluator[input: 0] = Interval(-1, 4)
    evaluator.run()
    #expect(!evaluator.isContinuous)
    #expect(evaluator.contract(to: [Interval(0.5, 1)]) && evaluator[input: 0].contains(-0.75))
    // √x > −1 is false where √x is undefined.
    let g = select(sqrt(x) .> -1, 1, 2)
    let other = IntervalEvaluator(IntervalTape(outputs: [g], inputs: [x]))
    other[input: 0] = Interval(-1, 1)
    other.run()
    #expect(other[output: 0].contains(1) && other[output: 0].contains(2))
  }

  @Test func continuityIsSeen() {
    let x = Expr.variable("x")
    func isContinuous(_ f: Expr, _ low: Double, _ high: Double) -> Bool {
      let evaluator = IntervalEvaluator(IntervalTape(outputs: [f], inputs: [x]))
      evaluator[input: 0] = Interval(low, high)
      evaluator.run()
      return evaluator.isContinuous
    }
    #expect(!isContinuous(1 / x, -1, 1) && isContinuous(1 / x, 0.5, 1))
    #expect(!isContinuous(log(x), 0, 1) && isContinuous(log(x), 0.1, 1))
    #expect(!isContinuous(sign(x), -1, 1) && isContinuous(sign(x), 0.1, 1))
    #expect(!isContinuous(tan(x), 1, 2) && isContinuous(tan(x), -1, 1.5))
    #expect(!isContinuous(floor(x), 0.5, 1.5) && isContinuous(floor(x), 0.5, 0.75))
    #expect(isContinuous(abs(x), -1, 1) && isContinuous(exp(sin(x)), -1e3, 1e3))
  }
}
