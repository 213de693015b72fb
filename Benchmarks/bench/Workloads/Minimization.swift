internal import Nabla

/// Minima from a hundred thousand starts at once, beside W6's ten plain Newton steps from the same starts: ten iterations
/// of the kernel with its safeguards, and the whole method down to verdicts and reasons.
let minimizationWorkloads: [Workload] = [
  safeguardedWorkload("W6him-safe", Himmelblau(), 2, stream: 1400, size: 5),
  safeguardedWorkload("W6r-safe", RegularisedTranscendental(), 4, stream: 1500, size: 1.5),
  minimizationWorkload("W6him-min", Himmelblau(), 2, stream: 1400, size: 5),
  minimizationWorkload("W6r-min", RegularisedTranscendental(), 4, stream: 1500, size: 1.5),
]

private func safeguardedWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, stream: Int, size: Double
) -> Workload {
  Workload(name: name, n: n, batches: .only(100_000)) { batch in
    let starts = Points(stream: stream, bounds: box(n, size)).columns(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var ends = starts
      return Run {
        ends = function.newtonMinima(from: starts, steps: newtonSteps).points
      } results: {
        [ends.rows($0)]
      }
    } reference: { _ in
      nil
    }
  }
}

private func minimizationWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, stream: Int, size: Double
) -> Workload {
  Workload(name: name, n: n, batches: .only(100_000)) { batch in
    let starts = Points(stream: stream, bounds: box(n, size)).columns(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var ends: BatchOptimizationResult?
      return Run {
        ends = minimize(function, fromEach: starts)
      } results: { points in
        [ends!.points.rows(points), points.map { [ends!.values[$0].item] }]
      }
    } reference: { _ in
      nil
    }
  }
}
