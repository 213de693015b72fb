// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W5: eigenvalues and solves of a hundred thousand small matrices, whose entries lie in columns.
let matrixWorkloads: [Workload] =
  [2, 3, 4, 8, 16].map(eigenvalueWorkload) + [2, 3, 4, 8, 16].map(solveWorkload)

private let matrixCount = 100_000

private func eigenvalueWorkload(_ n: Int) -> Workload {
  Workload(name: "W5eig", n: n, batches: .only(matrixCount)) { batch in
    let inputs = Matrices(stream: 1200, n: n)
    let matrices = inputs.tensor([n, n], count: batch, inputs.symmetric)
    return Trial {
      var values = Tensor<Double>.zeros([0])
      return Run {
        values = try LinearAlgebra.symmetricEigenvalues(matrices)
      } results: {
        [values.rows($0)]
      }
    } reference: {
      References.eigenvalues(inputs, at: $0)
    }
  }
}

private func solveWorkload(_ n: Int) -> Workload {
  Workload(name: "W5solve", n: n, batches: .only(matrixCount)) { batch in
    let inputs = Matrices(stream: 1300, n: n)
    let matrices = inputs.tensor([n, n], count: batch, inputs.positiveDefinite)
    let right = inputs.tensor([n], count: batch, inputs.rightHandSide)
    return Trial {
      var solutions = Tensor<Double>.zeros([0])
      return Run {
        solutions = try LinearAlgebra.solvePositiveDefinite(matrices, right)
      } results: {
        [solutions.rows($0)]
      }
    } reference: {
      References.solutions(inputs, at: $0)
    }
  }
}
