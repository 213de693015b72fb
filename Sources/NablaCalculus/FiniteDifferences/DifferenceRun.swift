// SPDX-License-Identifier: Apache-2.0

/// The computation of some derivatives of outputs: all points of a round are evaluated in one call.
struct DifferenceRun {
  /// Steps that are tried at a time.
  private static let levels = 8

  struct Entry {
    var value = Double.nan
    var error = Double.infinity
    var status = FiniteDifferenceResult.Status.nonFinite
  }

  private var grid: DifferenceGrid
  private let options: FiniteDifferenceOptions
  private let tasks: [DifferenceTask]
  private(set) var evaluationCount = 0

  init(_ point: [Double], _ tasks: [DifferenceTask], _ options: FiniteDifferenceOptions) {
    precondition(options.rounds > 0, "finite differences take one round or more, not \(options.rounds)")
    (grid, self.tasks, self.options) = (DifferenceGrid(point, options), tasks, options)
  }

  /// The entries of each task, one for each output.
  mutating func run<Failure: Error>(
    _ evaluate: ([[Double]]) throws(Failure) -> [[Double]]
  ) throws(Failure) -> [[Entry]] {
    let center = try evaluate([grid.point])[0]
    evaluationCount = 1
    var entries = tasks.map { _ in center.map { _ in Entry() } }
    for round in 0..<options.rounds {
      try add(round, &entries, center, evaluate)
    }
    guard options.scheme == .automatic else { return entries }
    // Where central differences met no number: one side, and then the other.
    for side in [1, -1] {
      let lost = tasks.indices.filter { entries[$0].contains { $0.status == .nonFinite } }
      let variables = Set(lost.flatMap { [tasks[$0].first, tasks[$0].second ?? tasks[$0].first] })
      if lost.isEmpty || center.contains(where: { !$0.isFinite }) { break }
      for variable in variables { grid.turn(variable, to: side) }
      for round in 0..<options.rounds { try add(round, &entries, center, evaluate, only: Set(lost)) }
    }
    return entries
  }

  /// Evaluates a round's points for the tasks that are not done, and takes what is better.
  private mutating func add<Failure: Error>(
    _ round: Int, _ entries: inout [[Entry]], _ center: [Double],
    _ evaluate: ([[Double]]) throws(Failure) -> [[Double]], only: Set<Int>? = nil
  ) throws(Failure) {
    let levels = round * Self.levels..<(round + 1) * Self.levels
    let open = tasks.indices.filter { task in
      (only?.contains(task) ?? true)
        && entries[task].contains { $0.status == .inexact || $0.status == .nonFinite }
    }
    var places: [[Move]: Int] = [:]
    var points: [[Double]] = []
    for task in open {
      for level in levels {
        for moves in tasks[task].moves(level, grid) where places[moves] == nil {
          places[moves] = points.count
          var point = grid.point
          for move in moves { point[move.variable] = grid.coordinate(move) }
          points.append(point)
        }
      }
    }
    if points.isEmpty { return }
    let values = try evaluate(points)
    evaluationCount += points.count
    for task in open {
      for output in center.indices {
        let known = entries[task][output]
        guard known.status == .inexact || known.status == .nonFinite else { continue }
        let found = estimate(tasks[task], levels, center[output]) { values[places[$0]!][output] }
        if found.error < known.error || found.status == .kink { entries[task][output] = found }
      }
    }
  }

  private func estimate(
    _ task: DifferenceTask, _ levels: Range<Int>, _ center: Double, _ value: ([Move]) -> Double
  ) -> Entry {
    var (differences, noise, asymmetries): ([Double], [Double], [Double]) = ([], [], [])
    var largest = abs(center)
    for level in levels {
      let f = task.moves(level, grid).map(value)
      let difference = task.difference(
        level, grid, f, center: center, precision: options.functionPrecision)
      differences.append(difference.value)
      noise.append(difference.noise)
      if task.second == nil && f.count == 2 {
        asymmetries.append(((f[0] - center) + (f[1] - center)) / grid.step(task.first, level))
      }
      if difference.value.isFinite { largest = f.reduce(largest) { Swift.max($0, abs($1)) } }
    }
    let isCentral = task.isCentral(grid)
    let limit = Extrapolation(differences, noise: noise, isCentral: isCentral)
    guard limit.error.isFinite else { return Entry() }

    let tolerance = options.tolerance ?? (task.second == nil ? 1e-10 : 1e-7)
    // Of a derivative that is 0: what a function of this size has on the scale of the coordinates.
    var scale = largest / Swift.max(1, abs(grid.point[task.first]))
    if let second = task.second { scale /= Swift.max(1, abs(grid.point[second])) }
    var entry = Entry(value: limit.value, error: limit.error, status: .inexact)
    if limit.error <= tolerance * Swift.max(abs(limit.value), 1e-3 * scale) {
      entry.status =
        isCentral || options.scheme == .forward || options.scheme == .backward ? .converged : .oneSided
    }
    // h f'' + O(h³) where there is a second derivative: it halves with the step.
    let last = asymmetries.suffix(3)
    if last.count == 3, let smallest = last.map({ abs($0) }).min(), smallest.isFinite,
      smallest > 1e3 * noise.last!, smallest > 1e-6 * abs(limit.value),
      zip(last, last.dropFirst()).allSatisfy({ abs($1) > 0.75 * abs($0) && $0 * $1 > 0 })
    {
      entry.status = .kink
    }
    return entry
  }
}
