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
    /// and stored nowhere. There is no pivoting (``NablaExpressions/BlockLDL``): where a leading block of H is
    /// singular the step is infinite or NaN, and beside such places it lacks digits; near a minimum it is
    /// accurate. The kernel grows with n³/6: for n up to some tens.
    public static let newtonStep = Quantities(rawValue: 64)
    /// The number of negative eigenvalues of the Hessian of a scalar function (Morse's index at a critical
    /// point), of shape [N], from the signs of pivots by Sylvester's law of inertia; NaN where a leading block
    /// is singular or not finite. Rounding decides where an eigenvalue is zero to within its error: see
    /// `classify` for a judgement.
    public static let index = Quantities(rawValue: 128)

    /// The number of combinations.
    static var combinationCount: Int { 256 }
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
  ///   - points: one point [n] or points [N, n]. Any layout in memory does; none is copied. Rows (as a
  ///     new tensor has them), columns (a transposed [n, N]) and [n] for all are read at full speed.
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none. At one point, [N, p]
  ///     gives results for each row.
  ///   - layout: how the results lie in memory.
  /// - Precondition: the shapes fit the function; gradient and Hessian are asked of a scalar function.
  /// - Complexity: O(N) runs of a compiled kernel, on several threads where that pays. The first
  ///   call for a combination of quantities differentiates and compiles.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    layout: BatchLayout = .columns
  ) -> Evaluation {
    var evaluation = Evaluation()
    evaluate(quantities, at: points, parameters: parameters, layout: layout, into: &evaluation)
    return evaluation
  }

  /// Several quantities in one pass, written into the memory of an earlier evaluation where that has the
  /// right shapes and is not shared with another tensor.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    layout: BatchLayout = .columns, into evaluation: inout Evaluation
  ) {
    let count = pointCount(of: points, parameters, layout)
    let plan = evaluation.prepare(for: quantities, of: self, count: count, layout)
    let inputCount = plan.inputCount
    guard let count else {
      withUnsafeTemporaryAllocation(
        of: UnsafeMutablePointer<Double>.self, capacity: inputCount + plan.outputCount
      ) { addresses in
        let addresses = addresses.baseAddress!
        setAddresses(of: points, in: addresses)
        if let parameters { setAddresses(of: parameters, in: addresses + variables.count) }
        evaluation.setAddresses(in: addresses + inputCount)
        plan.kernel.run(addresses: addresses)
      }
      return withExtendedLifetime((points, parameters)) {}
    }
    withInputColumns(points, parameters) { inputs in
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
  /// What depends only on inputs that all points share is computed once. The order of the additions
  /// depends only on N: blocks of 512 points, and the blocks in pairs. An empty sum is zero.
  ///
  /// - Parameters:
  ///   - points: [n] for all rows of parameters, or [N, n].
  ///   - parameters: [N, p], or [p] for all points.
  /// - Complexity: O(N), on several threads where that pays.
  public func evaluateSum(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Evaluation {
    let count = pointCount(of: points, parameters, .columns) ?? 1
    var evaluation = Evaluation()
    let plan = evaluation.prepare(for: quantities, of: self, count: nil, .columns)
    withInputColumns(points, parameters) { inputs in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: plan.outputCount) { sums in
        guard let sums = sums.baseAddress else { return }
        plan.kernel.sum(count: count, inputs: inputs, into: sums)
        evaluation.set(sums)
      }
    }
    return evaluation
  }

  /// The addresses of the elements of a tensor [k].
  private func setAddresses(
    of tensor: Tensor<Double>, in addresses: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  ) {
    tensor.withUnsafeStridedPointer { base, strides in
      // They are only read.
      let base = UnsafeMutablePointer(mutating: base)
      for i in 0..<tensor.count { (addresses + i).initialize(to: base + i * strides[0]) }
    }
  }

  /// Calls `body` with the columns of points and parameters.
  func withInputColumns(
    _ points: Tensor<Double>, _ parameters: Tensor<Double>?,
    _ body: (UnsafePointer<InputColumn<Double>>) -> Void
  ) {
    withUnsafeTemporaryAllocation(
      of: InputColumn<Double>.self, capacity: variables.count + self.parameters.count + 1
    ) { inputs in
      let inputs = inputs.baseAddress!
      setColumns(of: points, in: inputs)
      if let parameters { setColumns(of: parameters, in: inputs + variables.count) }
      body(inputs)
    }
    withExtendedLifetime((points, parameters)) {}
  }

  /// The columns of a tensor [k], [N, k] or [T, k, 8]; a tensor [k] is the same for every point.
  private func setColumns(of tensor: Tensor<Double>, in columns: UnsafeMutablePointer<InputColumn<Double>>) {
    tensor.withUnsafeStridedPointer { base, strides in
      switch tensor.rank {
      case 1:
        for i in 0..<tensor.count {
          (columns + i).initialize(to: InputColumn(base: base + i * strides[0], stride: 0))
        }
      case 2:
        for i in 0..<tensor.shape[1] {
          (columns + i).initialize(to: InputColumn(base: base + i * strides[1], stride: strides[0]))
        }
      default:
        for i in 0..<tensor.shape[1] {
          (columns + i).initialize(
            to: InputColumn(base: base + i * Double.tileWidth, tileColumns: tensor.shape[1]))
        }
      }
    }
  }

  /// N, or nil for one point, after checking the shapes.
  func pointCount(
    of points: Tensor<Double>, _ parameters: Tensor<Double>?, _ layout: BatchLayout
  ) -> Int? {
    let n = variables.count
    let count = batchSize(of: points, n, layout)
    precondition(
      count != nil,
      """
      a function of \(n) variables (\(variableNames.joined(separator: ", "))) takes one point of shape [\(n)] \
      or points of shape [N, \(n)]; these have shape \(points.shape)\
      \(n == 1 && points.rank == 1 ? ". Perhaps you meant points.reshaped(to: [\(points.count), 1])" : "")
      """)
    let p = self.parameters.count
    guard let parameters else {
      precondition(
        p == 0, "this function has \(p) parameters (\(parameterNames.joined(separator: ", "))): give them too"
      )
      return count ?? nil
    }
    let rows = batchSize(of: parameters, p, layout)
    precondition(
      rows != nil && (rows! == nil || count! == nil || rows! == count!),
      """
      a function of \(p) parameters takes them in shape [\(p)] for all points\
      \(count!.map { " or [\($0), \(p)], a row for each" } ?? " or [N, \(p)]"); these have shape \
      \(parameters.shape)
      """)
    return count! ?? rows!
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
