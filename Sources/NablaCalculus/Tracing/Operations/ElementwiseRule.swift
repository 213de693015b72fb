// SPDX-License-Identifier: Apache-2.0

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
  /// What is differentiated.
  let outputs: [Expr]
  /// The inputs that each output is proportional to: cotangents and tangents.
  let factors: [Expr]
  /// What is computed: the outputs, each 0 where one of its factors is.
  let function: ElementwiseKernels

  private let derivatives = Mutex<[DerivativeKey: Derivative]>([:])
  private let reads = Mutex<[Bool]?>(nil)

  init(
    _ name: String, _ outputs: [Expr], of inputs: [Expr], factors: [Expr] = [], computing: [Expr]? = nil
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.factors = factors
    function = ElementwiseKernels(outputs: computing ?? outputs, inputs: inputs)
  }

  /// The rule of one output that a closure computes from variables.
  convenience init(_ name: String, _ count: Int, _ body: ([Expr]) -> Expr) {
    let inputs = Expr.traced("x", count)
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

  /// For each input, whether the derivatives read it.
  var readInputs: [Bool] {
    if let known = reads.withLock({ $0 }) { return known }
    let all = Array(inputs.indices)
    let sources = Set(derivative(.cotangents(all)).sources + derivative(.tangent(all)).sources)
    let made = all.map { sources.contains($0) }
    reads.withLock { $0 = made }
    return made
  }
}

extension ElementwiseRule.Derivative {
  /// A cotangent or a tangent that is zero contributes nothing, whatever the partial derivative: what is behind a
  /// branch not taken may be infinite or NaN there. That is not part of what is differentiated: c · f'(x) has the
  /// derivative f'(x) by c, at c = 0 too.
  fileprivate init(of rule: ElementwiseRule, _ key: ElementwiseRule.DerivativeKey) {
    let outputs: [Expr]
    let computed: [Expr]
    let factors: [Expr]
    let name: String
    // Those that every output is proportional to.
    let common: [Expr]
    switch key {
    case .cotangents(let inputs):
      factors = Expr.traced("c", 1)
      common = rule.factors + factors
      // By a sweep that starts from the cotangent, so that a branch not taken takes no part.
      outputs = (rule.outputs[0] * factors[0]).gradient(by: inputs.map { rule.inputs[$0] })
      computed = outputs.map { vanishing($0, with: common) }
      name = "\(rule.name)ᵀ"
    case .tangent(let inputs):
      factors = Expr.traced("t", inputs.count)
      let terms = zip(rule.outputs[0].gradient(by: inputs.map { rule.inputs[$0] }), factors)
        .map { partial, factor in partial == 0 ? 0 : partial * factor }
      common = inputs.count == 1 ? rule.factors + factors : []
      outputs = [terms.reduce(0, +)]
      computed = [zip(terms, factors).map { vanishing($0, with: rule.factors + [$1]) }.reduce(0, +)]
      name = "\(rule.name)′"
    }
    let candidates = rule.inputs + factors
    isZero = outputs.map { $0.constantValue == 0 }
    copies = outputs.map { candidates.firstIndex(of: $0) }
    let used = Set(Expr.variables(of: computed))
    sources = candidates.indices.filter { used.contains(candidates[$0]) }
    self.rule = ElementwiseRule(
      name, outputs, of: sources.map { candidates[$0] }, factors: common, computing: computed)
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
  // Of fixed numbers, since a list is slow to make where the type of number is not known.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction<Scalar: TensorScalar>(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> { self([x]) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction<Scalar: TensorScalar>(
    _ x: TracedTensor<Scalar>, _ y: TracedTensor<Scalar>
  ) -> TracedTensor<Scalar> { self([x, y]) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction<Scalar: TensorScalar>(
    _ x: TracedTensor<Scalar>, _ y: TracedTensor<Scalar>, _ z: TracedTensor<Scalar>
  ) -> TracedTensor<Scalar> { self([x, y, z]) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction<Scalar: TensorScalar>(_ operands: [TracedTensor<Scalar>]) -> TracedTensor<Scalar> {
    let value = function(operands.map(\.value))[0]
    return .recorded(value, ElementwiseOperation<Scalar>(rule: self, shapes: operands.map(\.shape)), operands)
  }
}

/// A rule as a recorded operation.
struct ElementwiseOperation<Scalar: TensorScalar>: TensorOperation {
  let rule: ElementwiseRule
  let shapes: [[Int]]

  var name: String { rule.name }
  func reads(operand: Int) -> Bool { rule.readInputs[operand] }
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

/// `product`, and 0 where one of the factors that occur in it is 0.
private func vanishing(_ product: Expr, with factors: [Expr]) -> Expr {
  let variables = Set(product.variables)
  let present = factors.filter { variables.contains($0) }
  // Of factors alone it is a multiple, and zero by itself.
  guard variables.count > present.count else { return product }
  return select(present.reduce(1 as Expr) { $0 && $1 .!= 0 }, product, 0)
}
