// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W9: one point, after compiling, into memory that is allocated once.
let latencyWorkloads: [Workload] = [
  latencyWorkload("W9grad", .gradient, [-36, -32]) { $0.gradient },
  latencyWorkload("W9hess", .hessian, [-22, 12, 12, 26]) { $0.hessian },
]

private func latencyWorkload(
  _ name: String, _ quantity: Function.Quantities, _ right: [Double],
  _ result: @escaping @Sendable (Evaluation) -> Tensor<Double>
) -> Workload {
  Workload(name: name, n: 2, batches: .only(1)) { _ in
    Trial {
      let function = Function(Himmelblau(), 2)
      let point: Tensor<Double> = [1, 2]
      var evaluation = Evaluation()
      return Run {
        function.evaluate(quantity, at: point, into: &evaluation)
      } results: { _ in
        [[result(evaluation).scalars]]
      }
    } reference: { _ in
      [[right]]
    }
  }
}

/// W9cold: what a whole process does that prints one Hessian.
func printColdHessian() {
  print(Function(Himmelblau(), 2).hessian(at: [1, 2]).scalars)
}
