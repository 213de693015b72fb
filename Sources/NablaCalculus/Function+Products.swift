// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

// Products with derivatives, which need no matrix: each costs a few times the value, whatever n and m are.

extension Function {
  /// J v, the derivative along a direction (jvp, forward mode): [] or [m] at one point, [N] or [N, m] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - direction: v, [n] for all points or [N, n]. Of k directions: at one point [k, n], at points [k, 1, n] for all
  ///     or [k, N, n]; the results then have a first axis [k].
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none.
  /// - Complexity: O(N) values for each direction.
  public func jacobianVectorProduct(
    at points: Tensor<Double>, along direction: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    each(direction) {
      evaluate(.jacobianVectorProduct, at: points, parameters: parameters, direction: $0)
        .jacobianVectorProduct
    }
  }

  /// wᵀ J, the gradient of the weighted outputs (vjp, reverse mode): [n] at one point, [N, n] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - weights: w, [m] for all points or [N, m]. Of k rows of weights: at one point [k, m], at points [k, 1, m] for
  ///     all or [k, N, m]; the results then have a first axis [k].
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none.
  /// - Complexity: O(N) values for each row of weights.
  public func vectorJacobianProduct(
    at points: Tensor<Double>, weights: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    each(weights) {
      evaluate(.vectorJacobianProduct, at: points, parameters: parameters, weights: $0).vectorJacobianProduct
    }
  }

  /// H v of a scalar function (hvp, forward over reverse mode): [n] at one point, [N, n] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - direction: v; shapes are as for ``jacobianVectorProduct(at:along:parameters:)``.
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none.
  /// - Complexity: O(N) values for each direction.
  public func hessianVectorProduct(
    at points: Tensor<Double>, along direction: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    each(direction) {
      evaluate(.hessianVectorProduct, at: points, parameters: parameters, direction: $0).hessianVectorProduct
    }
  }

  /// The Laplacian Σ ∂²f/∂xᵢ² of a scalar function: [] at one point, [N] at points [N, n].
  public func laplacian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.laplacian, at: points, parameters: parameters).laplacian
  }

  /// The products with vectors that have a further axis, one after the other.
  private func each(
    _ vectors: Tensor<Double>, _ product: (Tensor<Double>) -> Tensor<Double>
  ) -> Tensor<Double> {
    guard vectors.rank == 3 else { return product(vectors) }
    return .stack(
      (0..<vectors.shape[0]).map { product(vectors.shape[1] == 1 ? vectors[$0, 0] : vectors[$0]) })
  }
}
