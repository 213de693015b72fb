// SPDX-License-Identifier: Apache-2.0

internal import LibC
internal import Nabla

/// W8: a thousand parametrised integrals at once, ∫₀^∞ exp(−ax²) cos(bx) dx.
let integralWorkloads: [Workload] = [
  Workload(name: "W8quad", n: 1, batches: .only(1000)) { batch in
    let inputs = Points(stream: 1600, bounds: [(0.5, 2), (0, 5)])
    let parameters = inputs.tensor(0..<2, count: batch)
    return Trial {
      let f = try Function(parsing: "exp(-a*x^2)*cos(b*x)", variables: ["x"], parameters: ["a", "b"])
      var results: [Integral] = []
      return Run {
        results = f.integrals(from: 0, to: .infinity, parameters: parameters)
      } results: { points in
        [points.map { [results[$0].value] }]
      }
    } reference: { points in
      // ½ √(π/a) exp(−b²/4a)
      [
        points.map { point in
          let (a, b) = (inputs.coordinate(0, of: point), inputs.coordinate(1, of: point))
          return [0.5 * (Double.pi / a).squareRoot() * exp(-b * b / (4 * a))]
        }
      ]
    }
  }
]
