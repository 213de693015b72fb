// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
public import NablaTensors

extension Function {
  /// The eigenvalues of the Hessian, ascending: [n] at one point, [N, n] at points [N, n].
  ///
  /// Of functions of up to 8 variables the Hessian is reduced to a tridiagonal matrix where it is computed, and
  /// the iteration for its eigenvalues runs in kernels with a point a lane: millions of points are classified
  /// without storing a Hessian. Larger Hessians, zero ones and those of extreme size (beyond 10^±114) go
  /// through LAPACK. The error is a small multiple of 2⁻⁵³ ‖H‖.
  ///
  /// - Throws: `notFinite` where a Hessian is NaN or infinite; `notConverged`.
  /// - Precondition: a scalar function, and shapes that fit it.
  /// - Complexity: O(N n³), on several threads where that pays.
  public func hessianEigenvalues(
    at points: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) throws(LinearAlgebraError) -> Tensor<Double> {
    precondition(isScalar, "hessianEigenvalues needs a scalar function; this one has a list of outputs")
    let n = variables.count
    let count = pointCount(of: points, parameters, .columns)
    guard (1...KernelChain.largestOrder).contains(n) else {
      return try LinearAlgebra.symmetricEigenvalues(hessian(at: points, parameters: parameters))
    }
    let chain = plans.eigenvalueChain {
      .symmetricEigenvalues(of: outputs[0].hessian(by: variables), inputs: variables + self.parameters)
    }
    let rows = count ?? 1
    var result = Tensor<Double>(columnsOf: rows, [n])
    let strides = result.strides
    var failures: [Int] = []
    withInputColumns(points, parameters) { inputs in
      let outputs = (0..<n).map {
        OutputColumn(base: result.storage.base + $0 * strides[1], stride: strides[0])
      }
      failures = chain.run(count: rows, inputs: inputs, outputs: outputs)
    }
    for failed in failures {
      let hessian = hessian(
        at: points.rank == 2 ? points.row(failed) : points,
        parameters: parameters.map { $0.rank == 2 ? $0.row(failed) : $0 })
      result[failed, .all] = try LinearAlgebra.symmetricEigenvalues(hessian)
    }
    return count == nil ? result.row(0) : result
  }
}
