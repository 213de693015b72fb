// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels
public import NablaTensors

extension Function {
  /// What a function can compute, in any combination, in one pass.
  public struct Quantities: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// f, of shape [N], or [N, m] with a list of outputs.
    public static let value = Quantities(rawValue: 1)
    /// ∂f/∂xⱼ of a scalar function, of shape [N, n].
    public static let gradient = Quantities(rawValue: 2)
    /// ∂fᵢ/∂xⱼ, of shape [N, m, n]; m is 1 for a scalar function.
    public static let jacobian = Quantities(rawValue: 4)
    /// ∂²f/∂xᵢ∂xⱼ of a scalar function, of shape [N, n, n]. Its triangles are equal to the last bit.
    public static let hessian = Quantities(rawValue: 8)
    /// The entries of the Hessian's lower triangle that are not zero everywhere, of shape [N, k], in the
    /// order of ``Function/hessianStructure``: less to compute and to store than ``hessian``.
    public static let compactHessian = Quantities(rawValue: 16)
    /// The entries of the Jacobian that are not zero everywhere, of shape [N, k], in the order of
    /// ``Function/jacobianStructure``.
    public static let compactJacobian = Quantities(rawValue: 32)
    /// Newton's step −H⁻¹∇f of a scalar function, of shape [N, n]: the Hessian is solved where it is computed
    /// and stored nowhere. There is no pivoting (`BlockLDL`): where a leading block of H is
    /// singular the step is infinite or NaN, and beside such places it lacks digits; near a minimum it is
    /// accurate. The kernel grows with n³/6: for n up to some tens.
    public static let newtonStep = Quantities(rawValue: 64)
    /// The number of negative eigenvalues of the Hessian of a scalar function (Morse's index at a critical
    /// point), of shape [N], from the signs of pivots by Sylvester's law of inertia; NaN where a leading block
    /// is singular or not finite. Rounding decides where an eigenvalue is zero to within its error: see
    /// `classify` for a judgement.
    public static let index = Quantities(rawValue: 128)
    /// J v, the derivative along a direction v (jvp), of shape [N], or [N, m] with a list of outputs.
    public static let jacobianVectorProduct = Quantities(rawValue: 256)
    /// wᵀ J, the gradient of the outputs weighted by w (vjp), of shape [N, n].
    public static let vectorJacobianProduct = Quantities(rawValue: 512)
    /// H v of a scalar function (hvp, forward over reverse mode), of shape [N, n]: a few times the work of the
    /// value, whatever n is.
    public static let hessianVectorProduct = Quantities(rawValue: 1024)
    /// Σ ∂²f/∂xᵢ² of a scalar function, of shape [N].
    public static let laplacian = Quantities(rawValue: 2048)
    /// How many of the elements that the other quantities of the pass compute are infinite or NaN, of shape [N].
    public static let nonFinites = Quantities(rawValue: 4096)
    /// How many operations of the function meet a kink, a jump or a tie, where a convention gives their
    /// derivative, of shape [N]: see ``Function/kinks(at:parameters:)``.
    public static let kinks = Quantities(rawValue: 8192)

    /// The name of a single quantity.
    var name: String {
      switch self {
      case .value: "value"
      case .gradient: "gradient"
      case .jacobian: "jacobian"
      case .hessian: "hessian"
      case .compactHessian: "compactHessian"
      case .compactJacobian: "compactJacobian"
      case .newtonStep: "newtonStep"
      case .jacobianVectorProduct: "jacobianVectorProduct"
      case .vectorJacobianProduct: "vectorJacobianProduct"
      case .hessianVectorProduct: "hessianVectorProduct"
      case .laplacian: "laplacian"
      case .nonFinites: "nonFinites"
      case .kinks: "kinks"
      default: "index"
      }
    }
  }

  /// How the results of many points lie in memory. The numbers do not depend on it.
  public enum BatchLayout: Sendable {
    /// Each element of all points together, on cache lines of its own: what kernels write fastest into
    /// results that are read as a whole. Shapes are [N] and the quantity's.
    case columns
    /// Each point's results together, in row-major order, as NumPy has them. Shapes as for columns.
    case rows
    /// Eight points together: shapes are [⌈N / 8⌉], the quantity's, and [8], with the points along the
    /// first and the last axis. Writes are local whatever the number of elements and points, and so are
    /// reads of whole points. Behind the last point are arbitrary numbers.
    ///
    /// Points may then be given in tiles [T, n, 8] too, and parameters [T, p, 8].
    case tiles
  }

  /// The value: a scalar function's is a tensor of shape [] at one point [n], and [N] at points [N, n].
  public func value(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.value, at: points, parameters: parameters).value
  }

  /// The gradient of a scalar function: [n] at one point, [N, n] at points [N, n].
  public func gradient(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.gradient, at: points, parameters: parameters).gradient
  }

  /// The Jacobian: [m, n] at one point, [N, m, n] at points [N, n].
  public func jacobian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.jacobian, at: points, parameters: parameters).jacobian
  }

  /// The Hessian of a scalar function: [n, n] at one point, [N, n, n] at points [N, n].
  public func hessian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.hessian, at: points, parameters: parameters).hessian
  }

  /// The value of a scalar function at one point, given by its coordinates: `f(1, 2)`.
  public func callAsFunction(_ coordinates: Double...) -> Double {
    value(at: Tensor(coordinates)).item
  }

  /// The places (row, column) of the Hessian's lower triangle that are not zero everywhere, row by row.
  ///
  /// - Precondition: the function is scalar.
  public var hessianStructure: [(row: Int, column: Int)] { plan(for: .compactHessian).blocks[0].places }

  /// The places (output, variable) of the Jacobian that are not zero everywhere, row by row.
  public var jacobianStructure: [(row: Int, column: Int)] { plan(for: .compactJacobian).blocks[0].places }

  /// Several quantities in one pass.
  ///
  /// - Parameters:
  ///   - quantities: what to compute.
  ///   - points: one point [n] or points [N, n]. Any layout in memory does; none is copied. Rows (as a
  ///     new tensor has them), columns (a transposed [n, N]) and [n] for all are read at full speed.
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none. At one point, [N, p]
  ///     gives results for each row.
  ///   - direction: v of ``Quantities/jacobianVectorProduct`` and ``Quantities/hessianVectorProduct``: [n] for all
  ///     points or [N, n]. At one point, [k, n] gives results for each of k directions.
  ///   - weights: w of ``Quantities/vectorJacobianProduct``, one for each output: [m] for all points or [N, m].
  ///   - layout: how the results lie in memory.
  /// - Precondition: the shapes fit the function; gradient and Hessian are asked of a scalar function.
  /// - Complexity: O(N) runs of a compiled kernel, on several threads where that pays. The first
  ///   call for a combination of quantities differentiates and compiles.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    direction: Tensor<Double>? = nil, weights: Tensor<Double>? = nil, layout: BatchLayout = .columns
  ) -> Evaluation {
    var evaluation = Evaluation()
    evaluate(
      quantities, at: points, parameters: parameters, direction: direction, weights: weights, layout: layout,
      into: &evaluation)
    return evaluation
  }

  /// Several quantities in one pass, written into the memory of an earlier evaluation where that has the
  /// right shapes and is not shared with another tensor.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    direction: Tensor<Double>? = nil, weights: Tensor<Double>? = nil, layout: BatchLayout = .columns,
    into evaluation: inout Evaluation
  ) {
    let count = pointCount(of: points, parameters, layout, direction, weights)
    let plan = evaluation.prepare(for: quantities, of: self, count: count, layout)
    plan.check(direction, weights)
    let inputCount = plan.inputCount
    guard let count else {
      withUnsafeTemporaryAllocation(
        of: UnsafeMutablePointer<Double>.self, capacity: inputCount + plan.outputCount
      ) { addresses in
        let addresses = addresses.baseAddress!
        var next = addresses
        setAddresses(of: points, in: &next)
        if let parameters { setAddresses(of: parameters, in: &next) }
        if let direction { setAddresses(of: direction, in: &next) }
        if let weights { setAddresses(of: weights, in: &next) }
        evaluation.setAddresses(in: addresses + inputCount)
        plan.kernel.run(addresses: addresses)
      }
      return withExtendedLifetime((points, parameters, direction, weights)) {}
    }
    withInputColumns(points, parameters, direction, weights) { inputs in
      withUnsafeTemporaryAllocation(of: OutputColumn<Double>.self, capacity: plan.outputCount) {
        outputs in
        guard let outputs = outputs.baseAddress else { return }
        evaluation.setColumns(in: outputs)
        plan.kernel.run(count: count, inputs: inputs, outputs: outputs)
      }
    }
  }

  /// Several quantities summed over a batch: Σᵢ f(x; pᵢ), the sum of the gradients, and so on, in one pass
  /// that stores nothing of a single point. Shapes are those of one point.
  ///
  /// This is how a loss over rows of data is evaluated with its derivatives: the variables are the same
  /// for all rows, the parameters are the data.
  ///
  ///     let loss = Function(2, parameters: 2) { w, row in pow(w[0] + w[1] * row[0] - row[1], 2) }
  ///     loss.evaluateSum([.value, .gradient, .hessian], at: [0, 1], parameters: data)   // data: [N, 2]
  ///
  /// What depends only on inputs that all points share is computed once. From 64 points on, sums of what is linear
  /// in values of the points are combined of the sums of those values where that saves work: Σ c·v = c·Σv for
  /// shared c. The order of the additions depends only on N: blocks of 512 points, and the blocks in pairs. An empty
  /// sum is zero.
  ///
  /// - Parameters:
  ///   - quantities: what to compute.
  ///   - points: [n] for all rows of parameters, or [N, n].
  ///   - parameters: [N, p], or [p] for all points.
  ///   - direction: as for ``evaluate(_:at:parameters:direction:weights:layout:)``.
  ///   - weights: as for ``evaluate(_:at:parameters:direction:weights:layout:)``.
  /// - Complexity: O(N), on several threads where that pays.
  public func evaluateSum(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    direction: Tensor<Double>? = nil, weights: Tensor<Double>? = nil
  ) -> Evaluation {
    var evaluation = Evaluation()
    evaluateSum(
      quantities, at: points, parameters: parameters, direction: direction, weights: weights,
      into: &evaluation)
    return evaluation
  }

  /// Sums over a batch, written into the memory of an earlier evaluation where that has the right shapes and is
  /// not shared with another tensor.
  public func evaluateSum(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    direction: Tensor<Double>? = nil, weights: Tensor<Double>? = nil, into evaluation: inout Evaluation
  ) {
    let count = pointCount(of: points, parameters, .columns, direction, weights) ?? 1
    let plan = evaluation.prepare(for: quantities, of: self, count: nil, .columns)
    plan.check(direction, weights)
    withInputColumns(points, parameters, direction, weights) { inputs in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: plan.outputCount) { sums in
        guard let sums = sums.baseAddress else { return }
        let tensors = [points, parameters, direction, weights].compactMap { $0 }
        plan.sum(count: count, of: tensors, inputs: inputs, into: sums)
        evaluation.set(sums)
      }
    }
  }

  /// The addresses of the elements of a tensor [k]; `addresses` moves behind them.
  private func setAddresses(
    of tensor: Tensor<Double>, in addresses: inout UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  ) {
    tensor.withUnsafeStridedPointer { base, strides in
      // They are only read.
      let base = UnsafeMutablePointer(mutating: base)
      for i in 0..<tensor.count { (addresses + i).initialize(to: base + i * strides[0]) }
    }
    addresses += tensor.count
  }

  /// Calls `body` with the columns of points, parameters, direction and weights, as far as they are there.
  func withInputColumns(
    _ points: Tensor<Double>, _ parameters: Tensor<Double>?, _ direction: Tensor<Double>? = nil,
    _ weights: Tensor<Double>? = nil, _ body: (UnsafePointer<InputColumn<Double>>) -> Void
  ) {
    let capacity = 2 * variables.count + self.parameters.count + outputs.count + 1
    withUnsafeTemporaryAllocation(of: InputColumn<Double>.self, capacity: capacity) { inputs in
      var next = inputs.baseAddress!
      setColumns(of: points, in: &next)
      if let parameters { setColumns(of: parameters, in: &next) }
      if let direction { setColumns(of: direction, in: &next) }
      if let weights { setColumns(of: weights, in: &next) }
      body(inputs.baseAddress!)
    }
    withExtendedLifetime((points, parameters, direction, weights)) {}
  }

  /// The columns of a tensor [k], [N, k] or [T, k, 8]; a tensor [k] is the same for every point.
  /// `columns` moves behind them.
  private func setColumns(
    of tensor: Tensor<Double>, in columns: inout UnsafeMutablePointer<InputColumn<Double>>
  ) {
    let k = tensor.rank == 1 ? tensor.count : tensor.shape[1]
    tensor.withUnsafeStridedPointer { base, strides in
      switch tensor.rank {
      case 1: columns.initialize(count: k, base: base, step: strides[0], stride: 0)
      case 2: columns.initialize(count: k, base: base, step: strides[1], stride: strides[0])
      default:
        columns.initialize(count: k, base: base, step: Double.tileWidth, stride: 1, tileColumns: k)
      }
    }
    columns += k
  }

  /// N, or nil for one point, after checking the shapes.
  func pointCount(
    of points: Tensor<Double>, _ parameters: Tensor<Double>?, _ layout: BatchLayout,
    _ direction: Tensor<Double>? = nil, _ weights: Tensor<Double>? = nil
  ) -> Int? {
    let n = variables.count
    let rows = batchSize(of: points, n, layout)
    precondition(
      rows != nil,
      """
      a function of \(n) variables (\(variableNames.joined(separator: ", "))) takes one point of shape [\(n)] \
      or points of shape [N, \(n)]; these have shape \(points.shape)\
      \(n == 1 && points.rank == 1 ? ". Perhaps you meant points.reshaped(to: [\(points.count), 1])" : "")
      """)
    var count = rows ?? nil
    let p = self.parameters.count
    precondition(
      parameters != nil || p == 0,
      "this function has \(p) parameters (\(parameterNames.joined(separator: ", "))): give them too")
    join(parameters, p, "parameters", layout, into: &count)
    join(direction, n, "components of a direction", layout, into: &count)
    join(weights, outputs.count, "weights of outputs", layout, into: &count)
    return count
  }

  /// Checks that a tensor is [k] for all points or has a row for each, and takes the number of points from it if
  /// there was only one so far.
  private func join(
    _ tensor: Tensor<Double>?, _ k: Int, _ name: String, _ layout: BatchLayout, into count: inout Int?
  ) {
    guard let tensor else { return }
    let rows = batchSize(of: tensor, k, layout)
    precondition(
      rows != nil && (rows! == nil || count == nil || rows! == count!),
      """
      this function takes \(k) \(name) in shape [\(k)] for all points\
      \(count.map { " or [\($0), \(k)], a row for each" } ?? " or [N, \(k)]"); these have shape \(tensor.shape)
      """)
    count = count ?? rows ?? nil
  }

  /// The number of rows of a tensor [N, k] or [T, k, 8], .some(nil) for [k], and nil for any other shape.
  private func batchSize(of tensor: Tensor<Double>, _ k: Int, _ layout: BatchLayout) -> Int?? {
    let shape = tensor.shape
    switch shape.count {
    case 1 where shape[0] == k: return .some(nil)
    case 2 where shape[1] == k: return shape[0]
    case 3 where layout == .tiles && shape[1] == k && shape[2] == Double.tileWidth && tensor.isContiguous:
      return shape[0] * Double.tileWidth
    default: return nil
    }
  }
}
