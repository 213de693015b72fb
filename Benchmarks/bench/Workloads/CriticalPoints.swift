// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// All critical points in a box, proven: none missing, each unique and of its kind; by all variables at once, though some
/// of the functions are sums. The result is their number, less
/// one for each that is not certified, and −1 if the list is not proven complete.
let criticalPointWorkloads: [Workload] = [
  criticalPointWorkload("W7him", Himmelblau(), 2, bounds: [(-6, 6), (-6, 6)], count: 9),
  criticalPointWorkload("W7camel", SixHumpCamel(), 2, bounds: [(-2, 2), (-1.5, 1.5)], count: 15),
  criticalPointWorkload("W7st3", StyblinskiTang(), 3, bounds: box(3, 5), count: 27),
  criticalPointWorkload("W7st4", StyblinskiTang(), 4, bounds: box(4, 5), count: 81),
  criticalPointWorkload("W7st6", StyblinskiTang(), 6, bounds: box(6, 5), count: 729),
  criticalPointWorkload("W7wells6", CoupledWells(), 6, bounds: box(6, 2), count: 729),
  // Few points, and boxes by the ten thousands.
  criticalPointWorkload("W7peaks", Peaks(), 2, bounds: [(-6, 6), (-6, 6)], count: 9),
  criticalPointWorkload("W7lj3", ArgonTrimer(), 3, bounds: [(0.9, 1.5), (0.2, 0.9), (0.6, 1.4)], count: 1),
]

private func criticalPointWorkload(
  _ name: String, _ body: some PointFunction, _ n: Int, bounds: [(Double, Double)], count: Int
) -> Workload {
  Workload(name: name, n: n, batches: .only(1)) { _ in
    Trial {
      let function = Function(body, n)
      let box = try Box(lower: bounds.map(\.0), upper: bounds.map(\.1))
      var options = CriticalPointSearchOptions()
      options.usesSeparability = false
      var found = 0
      return Run {
        let result = function.criticalPoints(in: box, certify: true, options: options)
        found = result.isComplete ? result.points.count { $0.isCertified } : -1
      } results: {
        [$0.map { _ in [Double(found)] }]
      }
    } reference: { points in
      [points.map { _ in [Double(count)] }]
    }
  }
}
