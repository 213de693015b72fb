// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// Expressions as a list of interval operations: each has a place for its value, the inputs first, then the
/// constants, then the operations in an order in which operands come before their users.
///
/// A constant whose significand has more than 39 bits is taken for the rounding of a decimal number or of π and
/// is enclosed by two units in the last place; others are exact.
package struct IntervalTape: Sendable {
  struct Step: Sendable {
    var operation: Operation
    var a: Int32
    var b: Int32
    var c: Int32
    var index: Int32
  }

  let steps: [Step]
  /// The place of the first step.
  let firstStep: Int
  let constants: [Interval]
  let inputCount: Int
  package let outputs: [Int]

  /// Whether a choice decides what takes part.
  let hasChoices: Bool
  /// Whether an operation is somewhere undefined or not continuous.
  package let hasDiscontinuities: Bool
  let discontinuousSteps: [Int]
  /// By place, whether the value is an analytic function of the inputs wherever it is defined.
  let isAnalytic: [Bool]

  var placeCount: Int { firstStep + steps.count }

  /// The number of interval operations of a run.
  package var stepCount: Int { steps.count }

  package init(outputs: [Expr], inputs: [Expr]) {
    let graph = (outputs + inputs).lazy.compactMap(\.graph).first ?? ExprGraph()
    let roots = outputs.map { graph.id(of: $0) }
    let inputIDs = inputs.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    var places = [Int32](repeating: -1, count: nodes.count)
    for (input, id) in inputIDs.enumerated() { places[Int(id)] = Int32(input) }
    var constants: [Interval] = []
    for id in nodes.indices where needed[id] && nodes[id].operation == .constant {
      places[id] = Int32(inputs.count + constants.count)
      constants.append(Self.enclosure(of: graph.constant(nodes[id])))
    }
    firstStep = inputs.count + constants.count
    var steps: [Step] = []
    for id in nodes.indices where needed[id] && places[id] < 0 {
      let node = nodes[id]
      precondition(
        node.operation != .variable, "the variable '\(graph.symbol(node).name)' is not among the inputs")
      let count = node.operation.definition.value.operandCount
      places[id] = Int32(firstStep + steps.count)
      let a = places[Int(node.a)]
      // x·x is x², which is never negative.
      if node.operation == .multiply && node.a == node.b {
        steps.append(Step(operation: .integerPower, a: a, b: a, c: a, index: 2))
        continue
      }
      steps.append(
        Step(
          operation: node.operation, a: a, b: count > 1 ? places[Int(node.b)] : a,
          c: count > 2 ? places[Int(node.c)] : a,
          index: count == 1 ? node.b : count == 2 ? node.c : 0))
    }
    self.steps = steps
    self.constants = constants
    inputCount = inputs.count
    self.outputs = roots.map { Int(places[Int($0)]) }
    hasChoices = steps.contains { Self.isChoice($0.operation) }
    discontinuousSteps = steps.indices.filter {
      let step = steps[$0]
      return step.operation == .integerPower ? step.index < 0 : step.operation.hasDiscontinuities
    }
    hasDiscontinuities = !discontinuousSteps.isEmpty
    var isAnalytic = [Bool](repeating: true, count: firstStep + steps.count)
    for (k, step) in steps.enumerated() {
      isAnalytic[firstStep + k] =
        Self.isAnalytic(step.operation)
        && [step.a, step.b, step.c].allSatisfy { isAnalytic[Int($0)] }
    }
    self.isAnalytic = isAnalytic
  }

  private static func enclosure(of constant: Double) -> Interval {
    // An infinity is more than any number, which comparisons want to know; arithmetic with it is undefined.
    if constant.isNaN { return .empty }
    if constant.isInfinite {
      return constant > 0
        ? Interval(.greatestFiniteMagnitude, .infinity) : Interval(-.infinity, -.greatestFiniteMagnitude)
    }
    if constant.significandBitPattern.trailingZeroBitCount >= 14 { return Interval(constant) }
    return Interval(constant.nextDown.nextDown, constant.nextUp.nextUp)
  }

  private static func isAnalytic(_ operation: Operation) -> Bool {
    switch operation {
    case .abs, .sign, .floor, .ceil, .min, .max, .relu, .less, .lessOrEqual, .equal, .notEqual, .and, .or,
      .not, .select, .hypot, .directionCosine, .xlogy, .cbrt, .stopGradient, .custom, .customBinary:
      false
    default: true
    }
  }

  private static func isChoice(_ operation: Operation) -> Bool {
    switch operation {
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not, .select: true
    default: false
    }
  }
}

/// Runs a tape over boxes, with memory that is made once. Not for use by two threads at once.
package final class IntervalEvaluator {
  package let tape: IntervalTape
  fileprivate let values: UnsafeMutablePointer<Interval>
  /// Parameters and constants, which ``contract(to:)`` changes too.
  private let fixed: [Interval]
  /// Of a tape with choices: whether the value is defined at every point of the box.
  private var isDefined: [Bool]
  /// Of a tape with choices: whether the value takes part in an output at every point of the box.
  private var isRequired: [Bool]

  /// - Parameter parameters: the values of the last inputs, the same in every run.
  package init(_ tape: IntervalTape, parameters: [Interval] = []) {
    self.tape = tape
    values = .allocate(capacity: Swift.max(1, tape.placeCount))
    values.initialize(repeating: .empty, count: Swift.max(1, tape.placeCount))
    fixed = parameters + tape.constants
    isDefined = Array(repeating: true, count: tape.hasChoices ? tape.placeCount : 0)
    isRequired = isDefined
  }

  deinit { values.deallocate() }

  /// The interval of an input: to be set before ``run()``, and contracted after ``contract(to:)``.
  @inline(__always)
  package subscript(input i: Int) -> Interval {
    get { values[i] }
    set { values[i] = newValue }
  }

  /// The enclosure of an output.
  @inline(__always)
  package subscript(output i: Int) -> Interval { values[tape.outputs[i]] }

  /// Computes the enclosures of all outputs over the inputs' intervals.
  ///
  /// - Complexity: one interval operation for each step.
  ///
  /// - Parameter restrictions: parts of values to which they are limited; inputs too.
  package func run(restricting restrictions: [SignRestriction] = []) {
    let firstFixed = tape.firstStep - fixed.count
    for (k, value) in fixed.enumerated() { values[firstFixed + k] = value }
    if tape.hasChoices || !restrictions.isEmpty { return runChoices(restrictions) }
    let values = values
    var place = tape.firstStep
    tape.steps.withUnsafeBufferPointer { steps in
      for step in steps {
        values[place] = step.operation.enclosure(
          values[Int(step.a)], values[Int(step.b)], values[Int(step.c)], index: Int(step.index))
        place += 1
      }
    }
  }

  /// As ``run()``, with what is known of definedness: a comparison whose operand may be undefined is open.
  private func runChoices(_ restrictions: [SignRestriction]) {
    for restriction in restrictions where restriction.place < tape.inputCount {
      values[restriction.place] = values[restriction.place].intersection(restriction.range)
    }
    for (k, step) in tape.steps.enumerated() {
      let place = tape.firstStep + k
      let (a, b, c) = (values[Int(step.a)], values[Int(step.b)], values[Int(step.c)])
      var value = step.operation.enclosure(a, b, c, index: Int(step.index))
      if tape.hasChoices {
        let operands = isDefined[Int(step.a)] && isDefined[Int(step.b)]
        switch step.operation {
        case .less, .lessOrEqual, .equal, .notEqual:
          if !operands { value = Interval(0, 1) }
          isDefined[place] = true
        case .and, .or, .not: isDefined[place] = true
        case .select:
          isDefined[place] =
            (a.isFalse || isDefined[Int(step.b)]) && (a.isTrue || isDefined[Int(step.c)])
        case .sign, .floor, .ceil: isDefined[place] = operands
        default:
          isDefined[place] =
            operands && !a.isEmpty && !b.isEmpty
            && step.operation.isContinuous(a, b, index: Int(step.index))
        }
      }
      for restriction in restrictions where restriction.place == place {
        value = value.intersection(restriction.range)
      }
      values[place] = value
    }
  }

  /// Whether all outputs are defined and continuous at every point of the box of the last ``run()``, and near it.
  package var isContinuous: Bool {
    guard tape.hasDiscontinuities else { return true }
    return tape.discontinuousSteps.allSatisfy { k in
      let step = tape.steps[k]
      let (a, b) = (values[Int(step.a)], values[Int(step.b)])
      return !a.isEmpty && !b.isEmpty && step.operation.isContinuous(a, b, index: Int(step.index))
    }
  }

  /// Contracts the inputs to where every output may have a value in its target.
  ///
  /// Nothing is removed at which all outputs are defined and in their targets. ``run()`` must have been called.
  ///
  /// - Returns: false if no such point exists in the box.
  /// - Complexity: as that of ``run()``.
  package func contract(to targets: [Interval]) -> Bool {
    for (place, target) in zip(tape.outputs, targets) {
      values[place] = values[place].intersection(target)
      if values[place].isEmpty { return false }
    }
    if tape.hasChoices { return contractChoices() }
    let values = values
    return tape.steps.withUnsafeBufferPointer { steps in
      var k = steps.count - 1
      while k >= 0 {
        let step = steps[k]
        let (i, j) = (Int(step.a), Int(step.b))
        var a = values[i]
        var b = values[j]
        step.operation.contract(&a, &b, to: values[tape.firstStep + k], index: Int(step.index))
        // Unary operations leave b as it is, and x·x has two answers about x.
        if i == j {
          values[i] = a.intersection(b)
        } else {
          values[i] = a
          values[j] = b
          if b.isEmpty { return false }
        }
        if values[i].isEmpty { return false }
        k -= 1
      }
      return true
    }
  }

  /// Contracts once more, with what the last contraction has found of intermediate values: where y − x² must be 0,
  /// x·(y − x²) is, however large x may be. Does nothing for a tape with choices.
  ///
  /// - Returns: false if no point is left.
  package func contractAgain(to targets: [Interval]) -> Bool {
    guard !tape.hasChoices else { return true }
    for (k, step) in tape.steps.enumerated() {
      let place = tape.firstStep + k
      let value = step.operation.enclosure(
        values[Int(step.a)], values[Int(step.b)], values[Int(step.c)], index: Int(step.index))
      values[place] = values[place].intersection(value)
      if values[place].isEmpty { return false }
    }
    return contract(to: targets)
  }

  /// Only what takes part at every point of the box may contract: not the branches of an open choice.
  private func contractChoices() -> Bool {
    for place in isRequired.indices { isRequired[place] = false }
    for place in tape.outputs { isRequired[place] = true }
    for (k, step) in tape.steps.enumerated().reversed() {
      let place = tape.firstStep + k
      guard isRequired[place] else { continue }
      let (i, j) = (Int(step.a), Int(step.b))
      switch step.operation {
      case .select:
        isRequired[i] = true
        guard values[i].isTrue || values[i].isFalse else { continue }
        let taken = values[i].isTrue ? j : Int(step.c)
        isRequired[taken] = true
        values[taken] = values[taken].intersection(values[place])
        if values[taken].isEmpty { return false }
      // An undefined operand makes a comparison false, not undefined.
      case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: break
      default:
        isRequired[i] = true
        isRequired[j] = true
        var a = values[i]
        var b = values[j]
        step.operation.contract(&a, &b, to: values[place], index: Int(step.index))
        values[i] = i == j ? a.intersection(b) : a
        if i != j { values[j] = b }
        if a.isEmpty || values[i].isEmpty || values[j].isEmpty { return false }
      }
    }
    return true
  }
}

/// A value of which only a part is looked at.
package struct SignRestriction: Sendable {
  let place: Int
  let range: Interval
}

/// A value whose sign decides between two continuous pieces of the outputs.
package struct OpenSign: Sendable {
  package let low: [SignRestriction]
  package let high: [SignRestriction]
}

extension IntervalEvaluator {
  /// The values whose sign is open over a box and on which a division, a sign or a comparison depends.
  ///
  /// The closed pieces together hold every point of the box at which an output is defined, but for ties: the zeros
  /// of a sign's operand, and where compared values are equal. A function whose gradient depends on a tie has a kink
  /// or a jump there, or a gradient that is the limit of its pieces' gradients; provided that there is no tie
  /// throughout an open set, for which the operands must be analytic and differ somewhere.
  package func openSigns(over box: [Interval]) -> [OpenSign] {
    for (j, side) in box.enumerated() {
      // Beside the middle, at which symmetric functions have their ties.
      values[j] = Interval(side.isBounded ? side.lower + 0.3 * side.width : side.midpoint)
    }
    run()
    let isNonZero = tape.discontinuousSteps.map { k in
      let step = tape.steps[k]
      let (a, b) = (values[Int(step.a)], values[Int(step.b)])
      return step.b == step.a ? !a.contains(0) : a.isDisjoint(from: b)
    }
    for (j, side) in box.enumerated() { values[j] = side }
    run()
    var signs: [OpenSign] = []
    var known: Set<Int> = []
    var orders: [Range<Int>: (less: [SignRestriction], greater: [SignRestriction])] = [:]
    let (negative, positive) = (Interval(-.infinity, 0), Interval(0, .infinity))
    for (k, isNonZero) in zip(tape.discontinuousSteps, isNonZero) {
      let step = tape.steps[k]
      let place = tape.firstStep + k
      let (a, b) = (Int(step.a), Int(step.b))
      switch step.operation {
      case .divide, .integerPower:
        let divisor = step.operation == .divide ? b : a
        guard values[divisor].straddlesZero, known.insert(divisor).inserted else { continue }
        signs.append(
          OpenSign(
            low: [SignRestriction(place: divisor, range: negative)],
            high: [SignRestriction(place: divisor, range: positive)]))
      case .sign:
        guard values[a].contains(0), isNonZero, tape.isAnalytic[a] else { continue }
        signs.append(
          OpenSign(
            low: [
              SignRestriction(place: a, range: negative), SignRestriction(place: place, range: Interval(-1)),
            ],
            high: [
              SignRestriction(place: a, range: positive), SignRestriction(place: place, range: Interval(1)),
            ]))
      case .less, .lessOrEqual, .equal, .notEqual:
        guard values[place] == Interval(0, 1) else { continue }
        let pair = Swift.min(a, b)..<Swift.max(a, b)
        if isNonZero && tape.isAnalytic[a] && tape.isAnalytic[b] {
          // One case for each order of the operands, and none for a tie.
          let isReversed = a > b
          orders[pair, default: ([], [])].less.append(
            SignRestriction(place: place, range: step.operation.outcome(isReversed ? 1 : -1)))
          orders[pair]!.greater.append(
            SignRestriction(place: place, range: step.operation.outcome(isReversed ? -1 : 1)))
        } else {
          signs.append(
            OpenSign(
              low: [SignRestriction(place: place, range: Interval(0))],
              high: [SignRestriction(place: place, range: Interval(1))]))
        }
      default: break
      }
    }
    for pair in orders.keys.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
      signs.append(OpenSign(low: orders[pair]!.less, high: orders[pair]!.greater))
    }
    return signs
  }
}

extension Operation {
  /// The value of a comparison whose left operand is less (−1) or greater (1) than the right one.
  fileprivate func outcome(_ order: Int) -> Interval {
    switch self {
    case .less, .lessOrEqual: Interval(order < 0 ? 1 : 0)
    case .notEqual: Interval(1)
    default: Interval(0)
    }
  }
}
