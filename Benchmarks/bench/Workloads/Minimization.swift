// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// Minima from a hundred thousand starts at once, beside W6's ten plain Newton steps from the same starts: nine safeguarded
/// steps with the verdict on each end (ten evaluations of the derivatives), and the whole method, until every start has its
/// end and its reason.
let minimizationWorkloads: [Workload] = [
  minimizationWorkload("W6him-safe", Himmelblau(), 2, stream: 1400, size: 5, safeguarded),
  minimizationWorkload("W6r-safe", RegularisedTranscendental(), 4, stream: 1500, size: 1.5, safeguarded),
  minimizationWorkload("W6him-min", Himmelblau(), 2, stream: 1400, size: 5, minimized),
  minimizationWorkload("W6r-min", RegularisedTranscendental(), 4, stream: 1500, size: 1.5, minimized),
]

private func safeguarded(_ f: Function, from starts: Tensor<Double>) -> Tensor<Double> {
  f.watchdogMinima(from: starts, below: starts, descents: 4, steps: newtonSteps - 5).points
}

private func minimized(_ f: Function, from starts: Tensor<Double>) -> Tensor<Double> {
  minimize(f, fromEach: starts).points
}

private func minimizationWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, stream: Int, size: Double,
  _ ends: @escaping @Sendable (Function, Tensor<Double>) -> Tensor<Double>
) -> Workload {
  Workload(name: name, n: n, batches: .only(100_000)) { batch in
    let starts = Points(stream: stream, bounds: box(n, size)).columns(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var points = starts
      return Run {
        points = ends(function, starts)
      } results: {
        [points.rows($0)]
      }
    } reference: { _ in
      nil
    }
  }
}
