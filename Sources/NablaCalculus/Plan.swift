internal import NablaExpressions
internal import NablaKernels
internal import Synchronization

/// A kernel that computes a combination of quantities, and the place of each of its outputs in them.
final class Plan: Sendable {
  /// One quantity of one point: its shape, and which of its elements the kernel writes. The others are
  /// structurally zero.
  struct Block: Sendable {
    var quantity: Function.Quantities
    var shape: [Int]
    /// Positions in row-major order, in the order of the kernel's outputs.
    var elements: [Int]
    /// Of a compact quantity, the places in the matrix.
    var places: [(row: Int, column: Int)] = []

    var count: Int { shape.reduce(1, *) }
  }

  let kernel: any Kernel<Double>
  // Asking the kernel takes a tenth of the time of a point.
  let inputCount: Int
  let outputCount: Int
  /// The kernel's outputs.
  let outputs: [Expr]
  let blocks: [Block]

  init(_ quantities: Function.Quantities, of function: Function) {
    (blocks, outputs) = Self.parts(quantities, of: function)
    inputCount = function.variables.count + function.parameters.count
    outputCount = outputs.count
    kernel = compile(outputs: outputs, inputs: function.variables + function.parameters)
  }

  /// The quantities, each as a block, and their elements as expressions in the order of the blocks.
  static func parts(
    _ quantities: Function.Quantities, of function: Function
  ) -> (blocks: [Block], outputs: [Expr]) {
    let (n, m) = (function.variables.count, function.outputs.count)
    var blocks: [Block] = []
    var outputs: [Expr] = []

    func appendCompact(_ quantity: Function.Quantities, _ entries: [MatrixEntry]) {
      blocks.append(
        Block(
          quantity: quantity, shape: [entries.count], elements: Array(entries.indices),
          places: entries.map { ($0.row, $0.column) }))
      outputs += entries.map(\.expression)
    }

    if quantities.contains(.value) {
      blocks.append(
        Block(quantity: .value, shape: function.isScalar ? [] : [m], elements: Array(0..<m)))
      outputs += function.outputs
    }
    if quantities.contains(.gradient) {
      Self.requireScalar(function, "gradient", instead: "jacobian")
      let entries = sparseJacobian(of: function.outputs, by: function.variables)
      blocks.append(Block(quantity: .gradient, shape: [n], elements: entries.map(\.column)))
      outputs += entries.map(\.expression)
    }
    if quantities.contains(.jacobian) {
      let entries = sparseJacobian(of: function.outputs, by: function.variables)
      blocks.append(
        Block(quantity: .jacobian, shape: [m, n], elements: entries.map { $0.row * n + $0.column }))
      outputs += entries.map(\.expression)
    }
    if quantities.contains(.hessian) {
      Self.requireScalar(function, "hessian", instead: "jacobian")
      var block = Block(quantity: .hessian, shape: [n, n], elements: [])
      for entry in sparseHessian(of: function.outputs[0], by: function.variables) {
        block.elements.append(entry.row * n + entry.column)
        outputs.append(entry.expression)
        guard entry.row != entry.column else { continue }
        block.elements.append(entry.column * n + entry.row)
        outputs.append(entry.expression)
      }
      blocks.append(block)
    }
    if quantities.contains(.compactHessian) {
      Self.requireScalar(function, "compactHessian", instead: "compactJacobian")
      appendCompact(.compactHessian, sparseHessian(of: function.outputs[0], by: function.variables))
    }
    if quantities.contains(.compactJacobian) {
      appendCompact(.compactJacobian, sparseJacobian(of: function.outputs, by: function.variables))
    }
    if !quantities.isDisjoint(with: [.newtonStep, .index]) {
      Self.requireScalar(function, "newtonStep or index", instead: "jacobian")
      let factors = BlockLDL(function.outputs[0].hessian(by: function.variables))
      if quantities.contains(.newtonStep) {
        blocks.append(Block(quantity: .newtonStep, shape: [n], elements: Array(0..<n)))
        outputs += factors.solve(function.outputs[0].gradient(by: function.variables)).map { -$0 }
      }
      if quantities.contains(.index) {
        blocks.append(Block(quantity: .index, shape: [], elements: [0]))
        outputs.append(factors.negativeCount)
      }
    }
    return (blocks, outputs)
  }

  private static func requireScalar(_ function: Function, _ quantity: String, instead: String) {
    precondition(
      function.isScalar,
      """
      \(quantity) needs a scalar function, and this one has a list of \(function.outputs.count) outputs. \
      Perhaps you meant \(instead)
      """)
  }
}

/// What a function has compiled: made once each, whichever thread asks first. No more than one plan for each
/// combination of quantities.
final class PlanCache: Sendable {
  /// A number that no other function has, nor had.
  let id = PlanCache.nextID.wrappingAdd(1, ordering: .relaxed).newValue
  private static let nextID = Atomic<UInt64>(0)

  private let plans = Mutex<[Plan?]>(Array(repeating: nil, count: Function.Quantities.combinationCount))
  private let newton = Mutex<(any Kernel<Double>)?>(nil)
  private let eigenvalues = Mutex<KernelChain?>(nil)
  private let rule = Mutex<ElementwiseRule?>(nil)

  func plan(for quantities: Function.Quantities, _ make: () -> Plan) -> Plan {
    let combination = quantities.rawValue & (Function.Quantities.combinationCount - 1)
    return plans.withLock { plans in
      if let plan = plans[combination] { return plan }
      let plan = make()
      plans[combination] = plan
      return plan
    }
  }

  /// The kernel of x − H⁻¹∇f, which may write over x.
  func newtonKernel(_ make: () -> any Kernel<Double>) -> any Kernel<Double> {
    newton.withLock { kernel in
      let made = kernel ?? make()
      kernel = made
      return made
    }
  }

  /// The eigenvalues of the Hessian.
  func eigenvalueChain(_ make: () -> KernelChain) -> KernelChain {
    eigenvalues.withLock { chain in
      let made = chain ?? make()
      chain = made
      return made
    }
  }

  /// The function applied to tensors by element.
  func elementwiseRule(_ make: () -> ElementwiseRule) -> ElementwiseRule {
    rule.withLock { rule in
      let made = rule ?? make()
      rule = made
      return made
    }
  }
}
