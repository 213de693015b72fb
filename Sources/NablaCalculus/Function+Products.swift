internal import NablaExpressions
public import NablaTensors

// Products with derivatives, which need no matrix: each costs a few times the value, whatever n and m are.

extension Function {
  /// J v, the derivative along a direction (jvp, forward mode): [] or [m] at one point, [N] or [N, m] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - direction: v, [n] for all points or [N, n]. At one point, [k, n] gives the products with k directions.
  /// - Complexity: O(N) values.
  public func jacobianVectorProduct(
    at points: Tensor<Double>, along direction: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    evaluate(.jacobianVectorProduct, at: points, parameters: parameters, direction: direction)
      .jacobianVectorProduct
  }

  /// wᵀ J, the gradient of the weighted outputs (vjp, reverse mode): [n] at one point, [N, n] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - weights: w, [m] for all points or [N, m]. At one point, [k, m] gives the products with k rows of weights.
  /// - Complexity: O(N) values.
  public func vectorJacobianProduct(
    at points: Tensor<Double>, weights: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    evaluate(.vectorJacobianProduct, at: points, parameters: parameters, weights: weights)
      .vectorJacobianProduct
  }

  /// H v of a scalar function (hvp, forward over reverse mode): [n] at one point, [N, n] at points.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - direction: v, [n] for all points or [N, n]. At one point, [k, n] gives the products with k directions.
  /// - Complexity: O(N) values.
  public func hessianVectorProduct(
    at points: Tensor<Double>, along direction: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    evaluate(.hessianVectorProduct, at: points, parameters: parameters, direction: direction)
      .hessianVectorProduct
  }

  /// The Laplacian Σ ∂²f/∂xᵢ² of a scalar function: [] at one point, [N] at points [N, n].
  public func laplacian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.laplacian, at: points, parameters: parameters).laplacian
  }
}
