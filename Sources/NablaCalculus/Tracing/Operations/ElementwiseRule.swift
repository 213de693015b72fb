internal import NablaExpressions
internal import NablaTensors
internal import Synchronization

/// A function of numbers that is applied to tensors element by element, with its derivatives.
///
/// Value and derivatives are expressions, so that every rule is the one of the table of elementary operations,
/// and each of them runs as one fused kernel. The derivatives of a rule are rules, made when they are first asked
/// for and kept.
final class ElementwiseRule: Sendable {
  /// What a drawing of the graph calls it.
  let name: String
  let inputs: [Expr]
  let outputs: [Expr]
  let function: ElementwiseKernels

  private let derivatives = Mutex<[DerivativeKey: Derivative]>([:])

  init(_ name: String, _ outputs: [Expr], of inputs: [Expr]) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    function = ElementwiseKernels(outputs: outputs, inputs: inputs)
  }

  /// The rule of one output that a closure computes from variables.
  convenience init(_ name: String, _ count: Int, _ body: ([Expr]) -> Expr) {
    let inputs = tracedVariables("x", count)
    self.init(name, [body(inputs)], of: inputs)
  }
}

extension ElementwiseRule {
  enum DerivativeKey: Hashable {
    /// c · ∂f/∂xᵢ for the inputs given, an output each.
    case cotangents([Int])
    /// Σ ∂f/∂xᵢ · tᵢ over the inputs given.
    case tangent([Int])
  }

  /// A derivative of a rule with one output.
  struct Derivative: Sendable {
    let rule: ElementwiseRule
    /// Where the rule's inputs come from: the function's inputs first, then what multiplies the derivatives (the
    /// cotangent, or the tangents in order).
    let sources: [Int]
    /// Of each output: the source it is equal to, so that nothing needs computing.
    let copies: [Int?]
    /// Of each output, whether it is zero everywhere.
    let isZero: [Bool]
  }

  func derivative(_ key: DerivativeKey) -> Derivative {
    // Outside the lock: making a rule may ask for others.
    if let known = derivatives.withLock({ $0[key] }) { return known }
    let made = Derivative(of: self, key)
    return derivatives.withLock { derivatives in
      let kept = derivatives[key] ?? made
      derivatives[key] = kept
      return kept
    }
  }

  /// Which inputs the derivatives read.
  func reads(input: Int) -> Bool {
    derivative(.cotangents(Array(inputs.indices))).sources.contains(input)
      || derivative(.tangent(Array(inputs.indices))).sources.contains(input)
  }
}

extension ElementwiseRule.Derivative {
  fileprivate init(of rule: ElementwiseRule, _ key: ElementwiseRule.DerivativeKey) {
    let outputs: [Expr]
    let factors: [Expr]
    let name: String
    switch key {
    case .cotangents(let inputs):
      // By a sweep that starts from the cotangent, so that a branch not taken takes no part however large it is.
      factors = tracedVariables("c", 1)
      outputs = (rule.outputs[0] * factors[0]).gradient(by: inputs.map { rule.inputs[$0] })
      name = "\(rule.name)ᵀ"
    case .tangent(let inputs):
      let partials = rule.outputs[0].gradient(by: inputs.map { rule.inputs[$0] })
      factors = tracedVariables("t", inputs.count)
      outputs = [zip(partials, factors).reduce(0 as Expr) { $0 + ($1.0 == 0 ? 0 : $1.0 * $1.1) }]
      name = "\(rule.name)′"
    }
    let candidates = rule.inputs + factors
    isZero = outputs.map { $0.constantValue == 0 }
    copies = outputs.map { candidates.firstIndex(of: $0) }
    let used = Set(Expr.variables(of: outputs))
    sources = candidates.indices.filter { used.contains(candidates[$0]) }
    self.rule = ElementwiseRule(name, outputs, of: sources.map { candidates[$0] })
  }

  /// This derivative's output number `position` as a rule of its own, recorded where its operands are.
  func apply<Scalar>(
    _ position: Int, _ sources: (Int) -> TracedTensor<Scalar>
  ) -> TracedTensor<Scalar>? {
    if isZero[position] { return nil }
    if let copy = copies[position] { return sources(copy) }
    return rule(self.sources.map(sources))
  }
}

// MARK: - Applying

extension ElementwiseRule {
  /// The rule's first output, for traced tensors that broadcast.
  func callAsFunction<Scalar>(_ operands: TracedTensor<Scalar>...) -> TracedTensor<Scalar> { self(operands) }

  func callAsFunction<Scalar>(_ operands: [TracedTensor<Scalar>]) -> TracedTensor<Scalar> {
    let value = function(operands.map(\.value))[0]
    return .recorded(value, ElementwiseOperation<Scalar>(rule: self, shapes: operands.map(\.shape)), operands)
  }
}

/// A rule as a recorded operation.
struct ElementwiseOperation<Scalar: TensorScalar>: TensorOperation {
  let rule: ElementwiseRule
  let shapes: [[Int]]

  var name: String { rule.name }
  func reads(operand: Int) -> Bool { rule.reads(input: operand) }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let present = tangents.indices.filter { tangents[$0] != nil }
    let derivative = rule.derivative(.tangent(present))
    let shape = broadcastShape(shapes)
    return derivative.apply(0) { source in
      source < rule.inputs.count
        ? step.operand(source) : tangents[present[source - rule.inputs.count]]!
    }?.broadcast(to: shape)
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let wanted = needed.indices.filter { needed[$0] }
    var results = [TracedTensor<Scalar>?](repeating: nil, count: needed.count)
    func source(_ source: Int) -> TracedTensor<Scalar> {
      source < rule.inputs.count ? step.operand(source) : cotangent
    }
    let together = rule.derivative(.cotangents(wanted))
    let operands = together.sources.map(source)
    let isComputed = (0..<wanted.count).filter { !together.isZero[$0] && together.copies[$0] == nil }
    if isComputed.count > 1 && operands.allSatisfy({ $0.node == nil }) {
      // Nothing is to be recorded: all of them in one pass.
      let values = together.rule.function(operands.map(\.value))
      for (position, input) in wanted.enumerated() where !together.isZero[position] {
        results[input] = together.copies[position].map(source) ?? TracedTensor(values[position])
      }
    } else {
      for input in wanted {
        results[input] = rule.derivative(.cotangents([input])).apply(0, source)
      }
    }
    return results.enumerated().map { input, result in result?.summed(to: shapes[input]) }
  }
}

func broadcastShape(_ shapes: [[Int]]) -> [Int] {
  shapes.dropFirst().reduce(shapes.first ?? []) { broadcastShape($0, $1) }
}
