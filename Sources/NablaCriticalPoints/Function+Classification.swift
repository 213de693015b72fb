// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaKernels
internal import NablaOptimization
public import NablaTensors

extension Function {
  /// What points are: minimum, maximum, saddle, or regular, from the gradient and the eigenvalues of the
  /// Hessian.
  ///
  ///     f.classify(at: [[0, 0], [1, 2]]).map(\.kind)
  ///
  /// Zero is judged against the rounding error of the derivatives as they were computed (a running error
  /// analysis), never against a fixed tolerance: 1e-8·x² has a minimum at 0. A point counts as critical
  /// where each component of the gradient is within the bound of its error, with the coordinates known to
  /// 4 ulp, or where a Newton step p of ‖p‖∞ ≤ 10⁻⁸ max(1, ‖x‖∞) leads to where the gradient vanishes: a
  /// critical point is seldom a double, and the nearest one, or its first digits, is meant. An eigenvalue
  /// counts as zero where it is within its error bound with the coordinates known to 4|pⱼ| + 4 ulp(xⱼ);
  /// the point is then degenerate, and derivatives up to the fourth order (in one variable, the twelfth) along
  /// the null space decide its kind where they can; it is undetermined where they cannot, as on a line of critical
  /// points, where an operation meets a kink, a jump or a tie (`kinks(at:parameters:)`), and where the value, the
  /// gradient or the Hessian is not finite.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - parameters: [p], or [N, p] with a row for each point; nil if the function has none.
  /// - Returns: one entry for each point, in their order.
  /// - Precondition: a scalar function, and shapes that fit it.
  /// - Complexity: O(n³) a point, and some tens of evaluations. Several threads share the points.
  public func classify(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> [CriticalPoint] {
    let evaluation = evaluate([.value, .gradient, .hessian], at: points, parameters: parameters)
    let n = variables.count
    let count = points.rank == 2 ? points.shape[0] : 1
    let error = derivativeError
    let coordinates = points.scalars
    let (values, gradients) = (evaluation.value.scalars, evaluation.gradient.scalars)
    let hessians = evaluation.hessian.scalars
    let parameterRows = parameters?.scalars ?? []
    let parameterCount = self.parameters.count

    return [CriticalPoint](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let results = buffer
      Parallelism.forEachChunk(of: count, costPerItem: error.estimatedCost) { range in
        let shared = parameters?.rank == 2 ? [] : parameterRows
        var classifier = Classifier(self, parameters: shared, error: error)
        for i in range {
          if parameters?.rank == 2 {
            let row = parameterRows[i * parameterCount..<(i + 1) * parameterCount]
            classifier = Classifier(self, parameters: Array(row), error: error)
          }
          var point = classifier.classify(
            at: Array(coordinates[i * n..<(i + 1) * n]), value: values[i],
            gradient: Array(gradients[i * n..<(i + 1) * n]),
            hessian: Array(hessians[i * n * n..<(i + 1) * n * n])
          ).point
          if point.isDegenerate && !classifier.meetsKink(at: point.point) {
            let scales = point.point.map { Swift.max(1, Swift.abs($0)) }
            point = point.decided(as: classifier.higherOrder.kind(at: point.point, scales: scales))
          }
          results.initializeElement(at: i, to: point)
        }
      }
      initialized = count
    }
  }
}
