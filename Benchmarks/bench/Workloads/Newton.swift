// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W6: ten full Newton steps, x ← x − H⁻¹g, from a hundred thousand starts at once.
let newtonWorkloads: [Workload] = [
  newtonWorkload("W6him", Himmelblau(), 2, stream: 1400, size: 5),
  // Its critical points form curves, so that end points have no right answer: time only.
  newtonWorkload("W6c", Transcendental(), 4, stream: 1500, size: 1.5, isChecked: false),
  newtonWorkload("W6r", RegularisedTranscendental(), 4, stream: 1500, size: 1.5),
]

let newtonSteps = 10

private func newtonWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, stream: Int, size: Double, isChecked: Bool = true
) -> Workload {
  Workload(name: name, n: n, batches: .only(100_000)) { batch in
    let inputs = Points(stream: stream, bounds: box(n, size))
    let starts = inputs.columns(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var ends = starts
      return Run {
        ends = function.newtonIterates(from: starts, steps: newtonSteps)
      } results: {
        [ends.rows($0)]
      }
    } reference: {
      isChecked ? References.newton(body, n, from: inputs, at: $0) : nil
    }
  }
}
