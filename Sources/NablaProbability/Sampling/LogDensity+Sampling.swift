// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels
public import NablaTensors
internal import Synchronization

extension LogDensity {
  /// Draws from the distribution by the No-U-Turn sampler, a Hamiltonian Monte Carlo method that chooses the lengths
  /// of its trajectories, with exact gradients; step size and metric are found during a warm-up.
  ///
  ///     let draws = try density.sample(SamplingOptions(chains: 4, draws: 2000, seed: 1))
  ///     print(draws.summary)
  ///     if !draws.converged { print(draws.warnings) }
  ///
  /// Chains are the lanes of a kernel that computes value and gradient: every call moves each chain by one leapfrog
  /// step of its own trajectory. More chains than threads are shared out among the threads.
  ///
  /// - Parameters:
  ///   - options: chains, lengths, seed, tuning.
  ///   - start: one point [n] for all chains, or [chains, n], in the density's own variables. Chains that start far
  ///     apart make convergence easier to judge. By default each chain starts with coordinates uniform in (−2, 2), after
  ///     the maps to unconstrained ones; of up to 100 such points the first with a finite density and gradient.
  /// - Returns: the draws; whether they may be trusted say ``Draws/converged`` and ``Draws/warnings``. Equal options
  ///   give the same bits on one machine, whatever the number of threads.
  /// - Precondition: the shape of the start fits.
  /// - Throws: ``InferenceError`` for a start outside the support, where no step size works, and where
  ///   ``SamplingOptions/report`` ends the run before there is a draw.
  /// - Complexity: O(n + the density's gradient) for each leapfrog step; nothing is allocated in transitions.
  /// - Source: Hoffman, Gelman, "The No-U-Turn sampler", JMLR 15 (2014); see ``SamplerStatistics`` and
  ///   ``SamplingOptions``.
  public func sample(
    _ options: SamplingOptions = SamplingOptions(), from start: Tensor<Double>? = nil
  ) throws(InferenceError) -> Draws {
    let kernel = gradientKernel()
    var generator = SeededGenerator(seed: options.seed)
    var generators: [SeededGenerator] = []
    for _ in 0..<options.chains { generators.append(generator.split()) }
    let starts = try starts(start, kernel, &generators)

    let points = Tensor<Double>(uninitialized: [options.chains, options.draws, dimension])
    var statistics = SamplerStatistics(options)
    var ends = [ChainEnd?](repeating: nil, count: options.chains)
    // As many groups of chains as threads, and whole registers of lanes where there are so many chains.
    let threads = Swift.max(1, Swift.min(Parallelism.threadCount, options.chains))
    var size = (options.chains + threads - 1) / threads
    if size > Double.tileWidth { size = (size + Double.tileWidth - 1) / Double.tileWidth * Double.tileWidth }
    let groups = stride(from: 0, to: options.chains, by: size).map {
      $0..<Swift.min(options.chains, $0 + size)
    }
    let progress = SamplingProgress(options)
    ends.withUnsafeMutableBufferPointer { ends in
      // Each chain has its own place.
      nonisolated(unsafe) let ends = ends
      let (generators, statistics) = (generators, statistics)
      Parallelism.forEachChunk(of: groups.count, costPerItem: 1e9) { range in
        for group in range {
          let chains = groups[group].map { chain in
            NUTSChain(
              dimension, options, generator: generators[chain],
              record: DrawRecord(chain: chain, points: points, statistics: statistics))
          }
          run(chains, from: groups[group].map { starts[$0] }, kernel, progress)
          for (index, chain) in zip(groups[group], chains) { ends[index] = ChainEnd(chain, dimension) }
        }
      }
    }
    for (chain, end) in ends.enumerated() {
      guard let end else { continue }
      statistics.stepSizes[chain] = end.stepSize
      guard let failure = end.failure else { continue }
      let point = constrained(Tensor(end.point)).scalars
      switch failure {
      case .noStepSize: throw .noStepSize(chain: chain, point: point)
      case .flatDensity: throw .flatDensity(chain: chain, point: point)
      }
    }
    guard progress.isCancelled else {
      return Draws(variableNames: variableNames, tensor: constrained(points), statistics: statistics)
    }
    let count = (ends.map { $0?.transitions ?? 0 }.min() ?? 0) - options.warmup
    guard count > 0 else { throw .cancelled }
    return Draws(
      variableNames: variableNames, tensor: constrained(points[.all, 0..<count]),
      statistics: statistics.prefix(count))
  }

  /// What is left of a chain.
  private struct ChainEnd {
    let stepSize: Double
    let failure: NUTSChain.Failure?
    let point: [Double]
    /// Those of the warm-up included.
    let transitions: Int

    init(_ chain: NUTSChain, _ n: Int) {
      (stepSize, failure, transitions) = (chain.stepSize, chain.failure, chain.transitions)
      point = Array(UnsafeBufferPointer(start: chain.point, count: n))
    }
  }

  /// A point in unconstrained coordinates, with log density and gradient.
  private struct Start {
    var point: [Double]
    var logDensity: Double
    var gradient: [Double]

    var isFinite: Bool { logDensity.isFinite && gradient.allSatisfy(\.isFinite) }
  }

  /// Runs chains to their ends, all by one gradient at a time.
  private func run(
    _ chains: [NUTSChain], from starts: [Start], _ kernel: any Kernel<Double>, _ progress: SamplingProgress
  ) {
    let lanes = GradientLanes(self, kernel, count: chains.count)
    for (chain, start) in zip(chains, starts) {
      chain.start(at: start.point, logDensity: start.logDensity, gradient: start.gradient)
    }
    withUnsafeTemporaryAllocation(of: Bool.self, capacity: chains.count) { isActive in
      isActive.initialize(repeating: true)
      var active = chains.count
      var (steps, reported) = (0, 0)
      while active > 0 {
        steps += 1
        if steps % SamplingProgress.interval == 0 {
          let transitions = chains.reduce(0) { $0 + $1.transitions }
          if !progress.proceeds(newTransitions: transitions - reported) { return }
          reported = transitions
        }
        for lane in chains.indices where isActive[lane] { lanes.setPoint(chains[lane].position, lane: lane) }
        lanes.evaluate(isActive.baseAddress!)
        for lane in chains.indices where isActive[lane] {
          let chain = chains[lane]
          chain.advance(logDensity: lanes.result(lane: lane, gradient: chain.gradient))
          if chain.isFinished {
            isActive[lane] = false
            active -= 1
          }
        }
      }
    }
  }

  // MARK: Starts

  private func starts(
    _ start: Tensor<Double>?, _ kernel: any Kernel<Double>, _ generators: inout [SeededGenerator]
  ) throws(InferenceError) -> [Start] {
    let (n, chains) = (dimension, generators.count)
    let lanes = GradientLanes(self, kernel, count: 1)
    func evaluated(_ point: [Double]) -> Start {
      var result = Start(point: point, logDensity: 0, gradient: point)
      point.withUnsafeBufferPointer { lanes.setPoint($0.baseAddress!, lane: 0) }
      var isActive = true
      lanes.evaluate(&isActive)
      result.logDensity = result.gradient.withUnsafeMutableBufferPointer {
        lanes.result(lane: 0, gradient: $0.baseAddress!)
      }
      return result
    }
    if let start {
      precondition(
        start.shape == [n] || start.shape == [chains, n],
        "\(chains) chains start at one point [\(n)] or at [\(chains), \(n)], not at \(start.shape)")
      var result: [Start] = []
      for chain in 0..<chains {
        let point = start.rank == 1 ? start.scalars : start.row(chain).scalars
        let candidate = evaluated(try unconstrained(point))
        guard candidate.isFinite else {
          throw .nonFiniteStart(point: point, logDensity: candidate.logDensity)
        }
        result.append(candidate)
      }
      return result
    }
    var result: [Start] = []
    for chain in 0..<chains {
      let trials = 100
      for trial in 1...trials {
        let candidate = evaluated((0..<n).map { _ in 4 * generators[chain].nextUniform() - 2 })
        if candidate.isFinite {
          result.append(candidate)
          break
        }
        guard trial < trials else {
          throw .noFiniteStart(trials: trials, point: constrained(Tensor(candidate.point)).scalars)
        }
      }
    }
    return result
  }
}

/// What ``SamplingOptions/report`` hears, and what it answers.
private final class SamplingProgress: Sendable {
  /// The number of leapfrog steps of a group of chains between reports.
  static let interval = 256

  private let total: Double
  private let report: @Sendable (Double) -> Bool
  private let state = Mutex((transitions: 0, isCancelled: false))

  init(_ options: SamplingOptions) {
    total = Double(options.chains) * (Double(options.warmup) + Double(options.draws))
    report = options.report
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func proceeds(newTransitions: Int) -> Bool {
    state.withLock { state in
      state.transitions += newTransitions
      if !state.isCancelled { state.isCancelled = !report(Double(state.transitions) / total) }
      return !state.isCancelled
    }
  }
}
