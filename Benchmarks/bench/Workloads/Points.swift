// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W1 and W2: value and all derivatives of a function at every point of a batch.
let pointWorkloads: [Workload] = [
  pointWorkload("W1a", Rosenbrock(), 2, stream: 100, box(2, 2)),
  pointWorkload("W1a", Rosenbrock(), 10, stream: 100, box(10, 2)),
  pointWorkload("W1b", Himmelblau(), 2, stream: 200, box(2, 5)),
  pointWorkload("W1c", Transcendental(), 4, stream: 300, box(4, 1.5)),
  pointWorkload(
    "W1d", CrossEntropy(), 3, stream: 400, box(2, 2) + box(1, 1) + box(2, 2) + [(0, 1)], binary: [5]),
  pointWorkload("W2arm", Arm(), 6, stream: 500, box(6, 3)),
  pointWorkload(
    "W2ba", BundleAdjustment(), 15, stream: 600,
    box(3, 0.3) + box(3, 1) + [(800, 1200)] + box(2, 10) + box(2, 0.1) + box(2, 1) + [(4, 8), (0.5, 1.5)]
      + box(2, 500)),
]

/// [−size, size] in each of `count` coordinates.
func box(_ count: Int, _ size: Double) -> [(Double, Double)] {
  Array(repeating: (-size, size), count: count)
}

/// Inputs and outputs are columns, and of the Hessian a triangle is written, into memory that is allocated
/// once: as the fastest peers (heyoka, Numba, C) have it.
private func pointWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, stream: Int, _ bounds: [(Double, Double)],
  binary: Set<Int> = []
) -> Workload {
  let inputs = Points(stream: stream, bounds: bounds, binary: binary)
  return Workload(name: name, n: n, batches: .any) { batch in
    let points = inputs.columns(0..<n, count: batch)
    let data = bounds.count > n ? inputs.columns(n..<bounds.count, count: batch) : nil
    let quantities: [Function.Quantities] =
      body.isScalar
      ? [.value, [.value, .gradient], [.value, .gradient, .compactHessian]] : [.value, [.value, .jacobian]]
    return Trial {
      let function = Function(body, n, dataCount: bounds.count - n)
      var evaluation = Evaluation()
      let calls = quantities.map { quantities in
        { function.evaluate(quantities, at: points, parameters: data, into: &evaluation) }
      }
      return Run(calls.last!, lesser: calls.dropLast()) { indices in
        let value = evaluation.value.rows(indices)
        guard body.isScalar else { return [value, evaluation.jacobian.rows(indices)] }
        let hessian = evaluation.compactHessian.rows(indices).map { entries in
          var matrix = [Double](repeating: 0, count: n * n)
          for ((row, column), entry) in zip(function.hessianStructure, entries) {
            matrix[row * n + column] = entry
            matrix[column * n + row] = entry
          }
          return matrix
        }
        return [value, evaluation.gradient.rows(indices), hessian]
      }
    } reference: { indices in
      References.derivatives(of: body, n, of: inputs, at: indices)
    }
  }
}

extension Function {
  /// The traced function of `n` variables and `dataCount` parameters.
  init(_ body: some PointFunction, _ n: Int, dataCount: Int = 0) {
    if body.isScalar {
      self.init(n, parameters: dataCount) { body.outputs($0, $1)[0] }
    } else {
      self.init(n, parameters: dataCount) { body.outputs($0, $1) }
    }
  }
}

extension Tensor<Double> {
  /// The elements at some indices of the first axis, each flattened.
  func rows(_ indices: [Int]) -> Rows {
    let size = count / shape[0]
    return withUnsafeBufferPointer { buffer in
      indices.map { Array(buffer[$0 * size..<($0 + 1) * size]) }
    }
  }
}
