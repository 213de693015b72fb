// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

/// The loss of logistic regression, with its gradient and Hessian, each in one pass over the data:
///
///     L(w) = 1/N Σ softplus(zᵢ) − yᵢ zᵢ,  z = X w,
///     ∇L = 1/N Xᵀ (σ(z) − y),   H = 1/N Xᵀ diag(σ(z)(1 − σ(z))) X.
///
/// Rows are taken in blocks that stay in a cache, so that the data are read from memory once.
///
/// Shapes: X [N, n], y [N] with targets in [0, 1] (classes are 0 and 1), w [n].
public struct LogisticLoss<Scalar: TensorScalar>: Sendable {
  /// X, [N, n].
  public let x: Tensor<Scalar>
  /// y, [N].
  public let y: Tensor<Scalar>

  /// - Precondition: X is a matrix of at least one row and y has as many elements.
  public init(_ x: Tensor<Scalar>, _ y: Tensor<Scalar>) {
    precondition(
      x.rank == 2 && y.shape == [x.shape[0]] && x.shape[0] > 0,
      "Logistic regression needs X [N, n] and y [N] with N ≥ 1; the shapes are \(x.shape) and \(y.shape).")
    self.x = x.isContiguous ? x : x.contiguous()
    self.y = y
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

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func pass(
    at w: Tensor<Scalar>, _ parts: Parts
  ) -> (value: Scalar, gradient: Tensor<Scalar>, hessian: Tensor<Scalar>) {
    let (rows, n) = (x.shape[0], x.shape[1])
    precondition(w.shape == [n], "X of shape \(x.shape) needs weights [\(n)]; these have shape \(w.shape).")
    let functions = Functions<Scalar>.of
    var losses: [Scalar] = []
    var gradient = Tensor<Scalar>.zeros([n])
    // Products with X need it in the last-level cache, Hessians twice in the second-level one.
    let blockSize = parts.contains(.hessian) ? 256 << 10 : 4 << 20
    let blockRows = Swift.max(8, blockSize / (Swift.max(n, 1) * MemoryLayout<Scalar>.stride))
    func forEachBlock(_ body: (_ weighted: Tensor<Scalar>) -> Void) {
      for start in stride(from: 0, to: rows, by: blockRows) {
        let range = start..<Swift.min(start + blockRows, rows)
        let (block, targets) = (x[range], y[range])
        let z = matmul(block, w)
        if parts.contains(.value) { losses.append(functions.loss(z, targets).sum()) }
        if parts.contains(.gradient) { gradient += matmul(functions.residual(z, targets), block) }
        if parts.contains(.hessian) { body(scalingRows(of: block, by: functions.weight(z))) }
      }
    }
    let scale = 1 / Scalar(rows)
    var hessian = Tensor<Scalar>.zeros([0])
    if parts.contains(.hessian) {
      hessian = LinearAlgebra.sumOfGramMatrices(n) { add in forEachBlock { add($0) } } * scale
    } else {
      forEachBlock { _ in }
    }
    return (Tensor(losses).sum() * scale, gradient * scale, hessian)
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
