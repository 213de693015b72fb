// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaTensors

/// A minimum that several starts ended at.
public struct MinimumCluster: Sendable {
  /// The member with the smallest value.
  public let point: [Double]
  /// The value there.
  public let value: Double
  /// The number of starts that ended here.
  public let count: Int
}

/// The minima that many starts found.
public struct MultiStartResult: Sendable {
  /// By value, the smallest first.
  public let minima: [MinimumCluster]
  /// All ends.
  public let ends: BatchOptimizationResult
}

/// Local minima in a box, from starts that fill it: a Latin hypercube of `starts` points.
///
///     let found = multiStart(f, in: try Box(lower: [-5, -5], upper: [5, 5]), starts: 1000)
///     print(found.minima[0].value, "of", found.minima.count)
///
/// Ends that converged are one minimum if they differ in no coordinate by more than 10⁻⁶ of the box's width. There may
/// be others that no start led to: see `criticalPoints` for a search that goes on until new ones stop to appear.
///
/// - Parameters:
///   - f: a scalar function.
///   - parameters: the values of the function's parameters.
///   - box: where the starts lie; with `staysInside` also bounds.
///   - starts: how many.
///   - seed: of the starts.
///   - staysInside: whether minima are sought in the box alone, its boundary included.
///   - method: as for ``minimize(_:from:parameters:within:method:options:)``.
///   - options: as for ``minimize(_:from:parameters:within:method:options:)``.
/// - Complexity: `starts` runs of the method, and O(starts · minima).
public func multiStart(
  _ f: Function, parameters: [Double] = [], in box: Box, starts: Int, seed: UInt64 = 0,
  staysInside: Bool = true,
  method: MinimizationMethod = .trustRegion(), options: OptimizationOptions = OptimizationOptions()
) -> MultiStartResult {
  let ends = minimize(
    f, fromEach: box.latinHypercube(starts, seed: seed),
    parameters: parameters.isEmpty ? nil : Tensor(parameters), within: staysInside ? Bounds(box) : nil,
    method: method, options: options)
  let scales = box.scales
  let n = box.dimension
  let (points, values) = (ends.points.scalars, ends.values.scalars)
  var clusters: [(index: Int, count: Int)] = []
  let order = (0..<ends.count).filter { ends.converged[$0] }.sorted { (values[$0], $0) < (values[$1], $1) }
  for index in order {
    let known = clusters.firstIndex { cluster in
      (0..<n).allSatisfy {
        Swift.abs(points[cluster.index * n + $0] - points[index * n + $0]) <= 1e-6 * scales[$0]
      }
    }
    if let known { clusters[known].count += 1 } else { clusters.append((index, 1)) }
  }
  return MultiStartResult(
    minima: clusters.map {
      MinimumCluster(
        point: Array(points[$0.index * n..<($0.index + 1) * n]), value: values[$0.index], count: $0.count)
    }, ends: ends)
}
