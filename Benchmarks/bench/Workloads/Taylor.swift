// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// Taylor coefficients to order 20 of a function of one variable at every point of a batch: by a kernel, whose
/// largest error is against the coefficients of double-double arithmetic, and by these themselves, point by point.
let taylorWorkloads: [Workload] = [
  Workload(name: "taylor20", n: 1, batches: .only(100_000)) { batch in
    let points = taylorPoints.columns(0..<1, count: batch)
    return Trial {
      let series = try Function(taylorExample).taylorFunction(order: taylorOrder)
      var evaluation = Evaluation()
      return Run {
        series.evaluate(.value, at: points, into: &evaluation)
      } results: {
        [evaluation.value.rows($0)]
      }
    } reference: { indices in
      let function = Function(taylorExample)
      return [indices.map { taylorCoefficients(of: function, at: taylorPoints.coordinate(0, of: $0)) }]
    }
  },
  Workload(name: "taylor20", variant: "point by point", n: 1, batches: .only(1000)) { batch in
    Trial {
      let function = Function(taylorExample)
      var rows: Rows = []
      return Run {
        rows = (0..<batch).map { taylorCoefficients(of: function, at: taylorPoints.coordinate(0, of: $0)) }
      } results: { indices in
        [indices.map { rows[$0] }]
      }
    } reference: { _ in
      nil
    }
  },
]

private let taylorOrder = 20
private let taylorPoints = Points(stream: 1700, bounds: [(-1, 1)])

private func taylorExample(_ x: Expr) -> Expr { exp(-(x * x)) * cos(3 * x) + sqrt(2 + x) * atan(x) }

/// Not a number where there is no series, which is nowhere.
private func taylorCoefficients(of function: Function, at point: Double) -> [Double] {
  (try? function.taylorCoefficients(at: point, order: taylorOrder)) ?? [.nan]
}
