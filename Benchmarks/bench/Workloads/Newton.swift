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
    let starts = inputs.tensor(0..<n, count: batch)
    return Trial {
      let function = Function(body, n)
      var derivatives = Evaluation()
      var points = starts
      return Run {
        points = starts
        for _ in 0..<newtonSteps {
          function.evaluate([.gradient, .hessian], at: points, into: &derivatives)
          points = points - (try newtonSteps(derivatives.hessian, derivatives.gradient))
        }
      } results: {
        [points.rows($0)]
      }
    } reference: {
      isChecked ? References.newton(body, n, from: inputs, at: $0) : nil
    }
  }
}

/// H⁻¹g of every point. One singular or infinite matrix makes a batched solve throw; such points then stay
/// where they are, as NumPy's do in the peers' table.
private func newtonSteps(_ hessians: Tensor<Double>, _ gradients: Tensor<Double>) throws -> Tensor<Double> {
  do {
    return try LinearAlgebra.solve(hessians, gradients)
  } catch .notFinite, .singular {
    var (hessians, gradients) = (hessians, gradients)
    let determinants = LinearAlgebra.determinant(hessians).scalars
    let n = gradients.shape[1]
    gradients.withUnsafeMutableBufferPointer { gradients in
      hessians.withUnsafeMutableBufferPointer { hessians in
        for (i, determinant) in determinants.enumerated() {
          let (g, h) = (i * n..<(i + 1) * n, i * n * n..<(i + 1) * n * n)
          guard determinant == 0 || determinant.isNaN || !gradients[g].allSatisfy(\.isFinite) else {
            continue
          }
          for k in g { gradients[k] = 0 }
          for k in h { hessians[k] = (k - h.lowerBound) % (n + 1) == 0 ? 1 : 0 }
        }
      }
    }
    return try LinearAlgebra.solve(hessians, gradients)
  }
}
