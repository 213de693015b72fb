// SPDX-License-Identifier: Apache-2.0

/// The results of some points: for each point the elements of one array, flattened in row-major order.
typealias Rows = [[Double]]

/// One entry of the table of workloads. The names, inputs and layouts are the peers'.
struct Workload: Sendable {
  let name: String
  /// Another way to the same results; it has a column of its own in the peers' table.
  var variant: String?
  let n: Int
  let batches: Batches
  let prepare: @Sendable (_ batch: Int) -> Trial
}

/// The numbers of points a workload is run with.
enum Batches: Sendable {
  /// Any number: the peers' two, or the whole range for people.
  case any
  case only(Int)

  func sizes(asked: [Int], forPeers: Bool) -> [Int] {
    switch self {
    case .only(let batch): [batch]
    case .any where !asked.isEmpty: asked
    case .any: forPeers ? [100_000, 1_000_000] : [1, 1_000, 65_536, 100_000, 1_000_000]
    }
  }
}

/// A workload with its inputs made, ready to be timed.
struct Trial {
  /// Does what is done once, such as tracing the function, and gives what is timed.
  let build: () throws -> Run
  /// The right results of some points; nil where they are not known.
  let reference: (_ points: [Int]) -> [Rows]?
}

struct Run {
  /// The timed work on the whole batch.
  let call: () throws -> Void
  /// The same with less to compute: first the value alone, then with the gradient.
  var lesser: [() throws -> Void] = []
  /// The arrays that the last call computed, at some points.
  let results: (_ points: [Int]) -> [Rows]
  /// Of a sampler, how many independent draws those of the last call are worth.
  var effectiveSamples: (() -> Double)?

  init(
    _ call: @escaping () throws -> Void, lesser: [() throws -> Void] = [],
    results: @escaping (_ points: [Int]) -> [Rows]
  ) {
    (self.call, self.lesser, self.results) = (call, lesser, results)
  }
}

/// All workloads, in the order of the peers' table; what it lacks is last.
let allWorkloads =
  pointWorkloads + learningWorkloads + matrixWorkloads + newtonWorkloads + minimizationWorkloads
  + criticalPointWorkloads + integralWorkloads + latencyWorkloads + largeFunctionWorkloads
  + largeGraphWorkloads
  + elementwiseWorkloads + taylorWorkloads + samplingWorkloads
