// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors
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
  /// What the kernel reads besides variables and parameters, in this order.
  let needsDirection: Bool
  let needsWeights: Bool
  // Asking the kernel takes a tenth of the time of a point.
  let inputCount: Int
  let outputCount: Int
  /// The kernel's outputs and inputs.
  let outputs: [Expr]
  let inputs: [Expr]
  let blocks: [Block]
  let sumPlans = SumPlans()

  init(_ quantities: Function.Quantities, of function: Function) {
    (blocks, outputs, inputs) = Self.parts(quantities, of: function)
    needsDirection = quantities.needDirection
    needsWeights = quantities.needWeights
    inputCount = inputs.count
    outputCount = outputs.count
    kernel = compile(outputs: outputs, inputs: inputs)
  }

  /// The quantities, each as a block, their elements as expressions in the order of the blocks, and what these are
  /// expressions of: variables, parameters, and the components of a direction and weights where they are needed.
  static func parts(
    _ quantities: Function.Quantities, of function: Function
  ) -> (blocks: [Block], outputs: [Expr], inputs: [Expr]) {
    let (n, m) = (function.variables.count, function.outputs.count)
    var blocks: [Block] = []
    var outputs: [Expr] = []
    let direction = quantities.needDirection ? Expr.traced("v", n) : []
    let weights = quantities.needWeights ? Expr.traced("w", m) : []

    func appendRow(_ quantity: Function.Quantities, _ shape: [Int], _ row: [Expr]) {
      let places = row.indices.filter { !row[$0].isConstant(0) }
      blocks.append(Block(quantity: quantity, shape: shape, elements: places))
      outputs += places.map { row[$0] }
    }

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
    if quantities.contains(.jacobianVectorProduct) {
      appendRow(
        .jacobianVectorProduct, function.isScalar ? [] : [m],
        directionalDerivatives(of: function.outputs, by: function.variables, along: direction))
    }
    if quantities.contains(.vectorJacobianProduct) {
      let weighted = zip(weights, function.outputs).reduce(0 as Expr) { $0 + $1.0 * $1.1 }
      appendRow(.vectorJacobianProduct, [n], weighted.gradient(by: function.variables))
    }
    if quantities.contains(.hessianVectorProduct) {
      Self.requireScalar(function, "hessianVectorProduct", instead: "jacobianVectorProduct")
      appendRow(
        .hessianVectorProduct, [n],
        directionalDerivatives(
          of: function.outputs[0].gradient(by: function.variables), by: function.variables, along: direction))
    }
    if quantities.contains(.laplacian) {
      Self.requireScalar(function, "laplacian", instead: "jacobian")
      let diagonal = sparseHessian(of: function.outputs[0], by: function.variables)
        .filter { $0.row == $0.column }
      blocks.append(Block(quantity: .laplacian, shape: [], elements: [0]))
      outputs.append(diagonal.reduce(0 as Expr) { $0 + $1.expression })
    }
    if quantities.contains(.nonFinites) {
      let largest = Expr(.greatestFiniteMagnitude)
      let count = outputs.reduce(0 as Expr) { $0 + !(abs($1) .<= largest) }
      blocks.append(Block(quantity: .nonFinites, shape: [], elements: [0]))
      outputs.append(count)
    }
    if quantities.contains(.kinks) {
      blocks.append(Block(quantity: .kinks, shape: [], elements: [0]))
      outputs.append(Expr.kinks(of: function.outputs).reduce(0 as Expr) { $0 + $1.condition })
    }
    return (blocks, outputs, function.variables + function.parameters + direction + weights)
  }

  /// - Precondition: direction and weights are given where they are needed, and only there.
  func check(_ direction: Tensor<Double>?, _ weights: Tensor<Double>?) {
    precondition(
      needsDirection == (direction != nil),
      needsDirection
        ? "give the direction of jacobianVectorProduct or hessianVectorProduct"
        : "a direction is for jacobianVectorProduct and hessianVectorProduct only")
    precondition(
      needsWeights == (weights != nil),
      needsWeights
        ? "give the weights of vectorJacobianProduct" : "weights are for vectorJacobianProduct only")
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

extension Function.Quantities {
  fileprivate var needDirection: Bool { !isDisjoint(with: [.jacobianVectorProduct, .hessianVectorProduct]) }
  fileprivate var needWeights: Bool { contains(.vectorJacobianProduct) }
}

/// What a function has compiled: made once each, whichever thread asks first. No more than one plan for each
/// combination of quantities.
final class PlanCache: Sendable {
  /// A number that no other function has, nor had.
  let id = PlanCache.nextID.wrappingAdd(1, ordering: .relaxed).newValue
  private static let nextID = Atomic<UInt64>(0)

  /// Few: found by looking at each.
  private let plans = Mutex<[(quantities: Function.Quantities, plan: Plan)]>([])

  /// The kernel of x − H⁻¹∇f, which may write over x.
  let newtonKernel = Once<any Kernel<Double>>()
  /// Bounds of what rounding does to the derivatives.
  let derivativeError = Once<DerivativeError>()
  /// Newton's method for minima, whose value never rises.
  let safeguardedNewtonKernels = Once<SafeguardedNewtonKernels>()
  /// Newton's method for minima, judged at its end.
  let watchdogNewtonKernels = Once<WatchdogNewtonKernels>()
  /// The eigenvalues of the Hessian.
  let eigenvalueChain = Once<KernelChain>()
  /// The function applied to tensors by element.
  let elementwiseRule = Once<ElementwiseRule>()
  /// Enclosures over intervals.
  let enclosureTape = Once<EnclosureTape>()
  /// Where the entries of a compact Hessian lie in a sparse one.
  let hessianLayout = Once<SparseHessianLayout>()

  func plan(for quantities: Function.Quantities, _ make: () -> Plan) -> Plan {
    plans.withLock { plans in
      for known in plans where known.quantities == quantities { return known.plan }
      let plan = make()
      plans.append((quantities, plan))
      return plan
    }
  }
}

/// A value that is made when it is first asked for.
struct Once<Value: Sendable>: ~Copyable, Sendable {
  private let value = Mutex<Value?>(nil)

  func callAsFunction(_ make: () -> Value) -> Value {
    value.withLock { value in
      let made = value ?? make()
      value = made
      return made
    }
  }
}
