// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The running sums along an axis: yₖ = x₀ + … + xₖ.
  ///
  /// One addition after the other, so that the error of yₖ is at most about k ulp of Σ|x|; `sum(axis:)` has a smaller
  /// one.
  ///
  /// - Complexity: O(`count`).
  public func cumulativeSum(axis: Int = -1) -> Tensor { scan(axis, isProduct: false) }

  /// The running products along an axis: yₖ = x₀ · … · xₖ.
  ///
  /// - Complexity: O(`count`).
  public func cumulativeProduct(axis: Int = -1) -> Tensor { scan(axis, isProduct: true) }

  /// The differences of neighbours along an axis: yₖ = xₖ₊₁ − xₖ, one fewer than the elements.
  ///
  /// - Precondition: the axis has an element.
  public func differences(axis: Int = -1) -> Tensor {
    let axis = layout.axis(axis)
    let n = shape[axis]
    precondition(n > 0, "Axis \(axis) of a tensor of shape \(shape) has no neighbours.")
    return part(1..<n, axis: axis) - part(0..<(n - 1), axis: axis)
  }

  /// The slice at a range of one axis, as a view.
  package func part(_ range: Range<Int>, axis: Int) -> Tensor {
    slice(Array(repeating: .all, count: axis) + [range.tensorIndex])
  }

  private func scan(_ axis: Int, isProduct: Bool) -> Tensor {
    let axis = layout.axis(axis)
    let rows = withAxisLast(axis).copied()
    let n = shape[axis]
    if rows.count > 0 {
      for row in 0..<rows.count / n {
        accumulate(rows.storage.base + row * n, count: n, isProduct: isProduct)
      }
    }
    return rows.movingLastAxis(to: axis)
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func accumulate<Scalar: TensorScalar>(_ x: UnsafeMutablePointer<Scalar>, count: Int, isProduct: Bool)
{
  var running = x[0]
  for i in 1..<max(count, 1) {
    running = isProduct ? running * x[i] : running + x[i]
    x[i] = running
  }
}
