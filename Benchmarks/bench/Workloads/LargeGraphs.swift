// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// Values of functions of ever more operations: how compile time grows, and where machine code outgrows the
/// caches. With `NABLA_ISA=portable` the same by the interpreter.
let largeGraphWorkloads: [Workload] =
  [(1_000, "1k"), (10_000, "10k"), (30_000, "30k"), (100_000, "100k"), (300_000, "300k")].map {
    largeGraphWorkload($0, $1)
  }

private func largeGraphWorkload(_ operations: Int, _ size: String) -> Workload {
  let (n, body) = (8, LargeGraph(operations: operations))
  let inputs = Points(stream: 1600, bounds: Array(repeating: (0, 1), count: n))
  return Workload(name: "graph\(size)", n: n, batches: .only(4096)) { batch in
    let points = inputs.columns(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var evaluation = Evaluation()
      return Run {
        function.evaluate(.value, at: points, into: &evaluation)
      } results: {
        [evaluation.value.rows($0)]
      }
    } reference: { indices in
      References.values(of: body, of: inputs, at: indices)
    }
  }
}
