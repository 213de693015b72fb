// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
public import NablaTensors

/// The loss of logistic regression, with its gradient and Hessian, each in one pass over the data:
///
///     L(w) = 1/N Σ softplus(zᵢ) − yᵢ zᵢ,  z = X w,
///     ∇L = 1/N Xᵀ (σ(z) − y),   H = 1/N Xᵀ diag(σ(z)(1 − σ(z))) X.
///
/// Rows are taken in blocks that stay in a cache, so that the data are read from memory once; threads share
/// the blocks, and results do not depend on how many threads there are.
///
/// Shapes: X [N, n], y [N] with targets in [0, 1] (classes are 0 and 1), w [n].
public struct LogisticLoss<Scalar: TensorScalar>: Sendable {
  /// X, [N, n].
  public let x: Tensor<Scalar>
  /// y, [N].
  public let y: Tensor<Scalar>
  private let products: RowProducts<Scalar>
  private let blocks: [Block]

  /// Some rows after the other.
  private struct Block {
    let rows: Range<Int>
    let y: Tensor<Scalar>
  }

  /// The bytes of a block of X: it is read two or three times, and stays in the second-level cache.
  private static var blockSize: Int { 256 << 10 }

  /// - Precondition: X is a matrix of at least one row and y has as many elements.
  public init(_ x: Tensor<Scalar>, _ y: Tensor<Scalar>) {
    precondition(
      x.rank == 2 && y.shape == [x.shape[0]] && x.shape[0] > 0,
      "Logistic regression needs X [N, n] and y [N] with N ≥ 1; the shapes are \(x.shape) and \(y.shape).")
    let rowSize = Swift.max(x.shape[1], 1) * MemoryLayout<Scalar>.stride
    let (x, rows) = (x.isContiguous ? x : x.contiguous(), Swift.max(8, Self.blockSize / rowSize))
    self.x = x
    self.y = y
    blocks = stride(from: 0, to: x.shape[0], by: rows).map {
      let rows = $0..<Swift.min($0 + rows, x.shape[0])
      return Block(rows: rows, y: y[rows])
    }
    products = RowProducts(x)
  }

  /// L(w). - Complexity: O(N n).
  public func value(at w: Tensor<Scalar>) -> Scalar { pass(at: w, .value).value }

  /// ∇L(w), shape [n]. - Complexity: O(N n).
  public func gradient(at w: Tensor<Scalar>) -> Tensor<Scalar> { pass(at: w, .gradient).gradient }

  /// H(w), shape [n, n]. - Complexity: O(N n²).
  public func hessian(at w: Tensor<Scalar>) -> Tensor<Scalar> { pass(at: w, .hessian).hessian }

  /// All three.
  public func valueGradientAndHessian(
    at w: Tensor<Scalar>
  ) -> (value: Scalar, gradient: Tensor<Scalar>, hessian: Tensor<Scalar>) {
    pass(at: w, [.value, .gradient, .hessian])
  }

  private struct Parts: OptionSet {
    let rawValue: Int
    static var value: Parts { Parts(rawValue: 1) }
    static var gradient: Parts { Parts(rawValue: 2) }
    static var hessian: Parts { Parts(rawValue: 4) }
  }

  /// Sums over some rows of what is averaged.
  private struct Sums: Sendable {
    var loss: Scalar = 0
    var gradient: Tensor<Scalar>
    var hessian: Tensor<Scalar>
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func pass(
    at w: Tensor<Scalar>, _ parts: Parts
  ) -> (value: Scalar, gradient: Tensor<Scalar>, hessian: Tensor<Scalar>) {
    let (rows, n) = (x.shape[0], x.shape[1])
    precondition(w.shape == [n], "X of shape \(x.shape) needs weights [\(n)]; these have shape \(w.shape).")
    // As many groups of blocks as the data say, so that results do not depend on the number of threads: Hessians
    // take no more memory than X, and gradients of less than eight blocks no second group.
    let most = parts.contains(.hessian) ? rows / Swift.max(n, 1) : blocks.count / 8
    let size = (blocks.count - 1) / Swift.max(1, Swift.min(most, 16)) + 1
    let groups = (blocks.count + size - 1) / size
    // About 20 GFlop/s, in nanoseconds.
    let cost = Double(rows / groups * n) * (parts.contains(.hessian) ? Double(n) / 20 + 0.2 : 0.2)
    let partial = [Sums](unsafeUninitializedCapacity: groups) { buffer, initialized in
      nonisolated(unsafe) let results = buffer
      Parallelism.forEachChunk(of: groups, costPerItem: cost) { range in
        for group in range {
          let blocks = blocks[group * size..<Swift.min(blocks.count, (group + 1) * size)]
          results.initializeElement(at: group, to: sums(over: blocks, at: w, parts))
        }
      }
      initialized = groups
    }
    let scale = 1 / Scalar(rows)
    let (first, others) = (partial[0], partial.dropFirst())
    return (
      Tensor(partial.map(\.loss)).sum() * scale, others.reduce(first.gradient) { $0 + $1.gradient } * scale,
      others.reduce(first.hessian) { $0 + $1.hessian } * scale
    )
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func sums(
    over blocks: ArraySlice<Block>, at w: Tensor<Scalar>, _ parts: Parts
  ) -> Sums {
    let n = x.shape[1]
    let functions = Functions<Scalar>.of
    var losses: [Scalar] = []
    var sums = Sums(gradient: .zeros([n]), hessian: .zeros([0]))
    func forEachBlock(_ body: (_ weighted: Tensor<Scalar>) -> Void) {
      var z = Tensor<Scalar>.zeros([0])
      for block in blocks {
        let y = block.y
        if z.count != y.count { z = .zeros(y.shape) }
        products.multiply(block.rows, by: w, into: &z)
        if parts.contains(.value) { losses.append(functions.loss(z, y).sum()) }
        if parts.contains(.gradient) {
          products.add(block.rows, times: functions.residual(z, y), to: &sums.gradient)
        }
        if parts.contains(.hessian) { body(scalingRows(of: x[block.rows], by: functions.weight(z))) }
      }
    }
    if parts.contains(.hessian) {
      sums.hessian = LinearAlgebra.sumOfGramMatrices(n) { add in forEachBlock { add($0) } }
    } else {
      forEachBlock { _ in }
    }
    sums.loss = Tensor(losses).sum()
    return sums
  }
}

/// Row i of a matrix times `factors[i]`.
@specialized(where S == Double)
@specialized(where S == Float)
private func scalingRows<S: TensorScalar>(of matrix: Tensor<S>, by factors: Tensor<S>) -> Tensor<S> {
  let (rows, n) = (matrix.shape[0], matrix.shape[1])
  return Tensor(shape: [rows, n]) { out in
    matrix.withUnsafeBufferPointer { x in
      factors.withUnsafeBufferPointer { factors in
        for i in 0..<rows {
          let (factor, start) = (factors[i], i &* n)
          for j in start..<start &+ n { out[j] = x[j] * factor }
        }
      }
    }
  }
}

/// What is computed for each row.
private struct Functions<Scalar: TensorScalar>: Sendable {
  /// softplus(z) − y z
  let loss = ElementwiseFunction<Scalar> { z, y in softplus(z) - z * y }
  /// σ(z) − y
  let residual = ElementwiseFunction<Scalar> { z, y in sigmoid(z) - y }
  /// √(σ(z) σ(−z)), which has all its digits in both tails
  let weight = ElementwiseFunction<Scalar> { z in sqrt(sigmoid(z) * sigmoid(-z)) }

  static var of: Functions {
    Scalar.self == Double.self ? double as! Functions : single as! Functions
  }
}

private let double = Functions<Double>()
private let single = Functions<Float>()
