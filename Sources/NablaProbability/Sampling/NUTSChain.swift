// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors
internal import RealModule

/// One Markov chain of the No-U-Turn sampler, as a machine that asks for one gradient after the other: ``position``
/// is where, ``advance(logDensity:)`` takes the answer. Chains of one batch are each at their own place of their own
/// trajectory.
///
/// A transition draws a momentum and doubles the trajectory, forwards or backwards in time by a fair coin, until it
/// turns back on itself, diverges or reaches the greatest depth. Points are drawn with weights e^(H₀ − H), within a
/// doubling as they come (multinomial), between the old half and the new one in favour of the new one. A trajectory
/// turns where
///
///     v₋ · (ρ − (p₋ + p₊)/2) ≤ 0   or   v₊ · (ρ − (p₋ + p₊)/2) ≤ 0,
///
/// with the momenta p and velocities v of its ends and the sum ρ of all its momenta; this is tested for every subtree of
/// a doubling, without recursion: of the subtrees that a point may close, the first points are kept, one a level.
///
/// Sources: Hoffman, Gelman, "The No-U-Turn sampler", JMLR 15 (2014); Betancourt, "A conceptual introduction to
/// Hamiltonian Monte Carlo", arXiv:1701.02434 (2017), A.3 and A.4; Phan, Pradhan, Jankowiak, "Composable effects for
/// flexible and accelerated probabilistic programming in NumPyro", arXiv:1912.11554 (2019), appendix A.
final class NUTSChain {
  /// Why a chain cannot go on.
  enum Failure { case noStepSize, flatDensity }

  private enum Phase { case stepSizeSearch, doubling, finished }

  // MARK: Fixed

  private let n: Int
  /// The number of blocks of a vector.
  private let width: Int
  private let options: SamplingOptions
  private let schedule: WarmupSchedule
  private let record: DrawRecord
  private let memory: Blocks
  private let metric: Metric

  // MARK: State of the chain

  private var generator: SeededGenerator
  private var phase = Phase.finished
  private(set) var failure: Failure?
  private var adaptation: DualAveraging
  private(set) var stepSize = 1.0
  /// The number of transitions that are done, those of the warm-up included.
  private(set) var transitions = 0
  private var searchDirection = 0

  /// The chain's point: q and g, with its log density.
  private let current: (q: Blocks, g: Blocks)
  private var currentLogDensity = 0.0

  // MARK: State of the trajectory

  private let left: PhasePoint
  private let right: PhasePoint
  /// The point drawn from the trajectory so far, and that from the doubling under way.
  private var proposal: (q: Blocks, g: Blocks)
  private var newProposal: (q: Blocks, g: Blocks)
  private var (proposalLogDensity, newProposalLogDensity) = (0.0, 0.0)
  private var (proposalEnergy, newProposalEnergy) = (0.0, 0.0)
  /// Σ p over the trajectory, and over the doubling.
  private let momentumSum: Blocks
  private let newMomentumSum: Blocks
  /// Of the first points of open subtrees, one a level: momentum, velocity, and the sum of momenta up to there.
  private let checkpoints: Blocks
  /// H₀.
  private var initialEnergy = 0.0
  /// Σ e^(H₀ − H).
  private var (weight, newWeight) = (0.0, 0.0)
  private var depth = 0
  /// How many points of the doubling are computed.
  private var leaf = 0
  private var goesRight = true
  private var (acceptanceSum, leapfrogs) = (0.0, 0)

  /// - Parameter record: where draws go.
  init(_ n: Int, _ options: SamplingOptions, generator: SeededGenerator, record: DrawRecord) {
    self.n = n
    width = blockCount(n)
    self.options = options
    self.generator = generator
    self.record = record
    schedule = WarmupSchedule(count: options.warmup)
    metric = Metric(n, options.metric)
    adaptation = DualAveraging(from: 1, target: options.targetAcceptance)
    let width = width
    memory = .zeros((16 + 3 * options.maxTreeDepth) * width)
    var next = memory
    func vector() -> Blocks {
      defer { next += width }
      return next
    }
    func phasePoint() -> PhasePoint {
      PhasePoint(q: vector(), p: vector(), v: vector(), g: vector(), width: width)
    }
    (left, right) = (phasePoint(), phasePoint())
    current = (vector(), vector())
    proposal = (vector(), vector())
    newProposal = (vector(), vector())
    (momentumSum, newMomentumSum) = (vector(), vector())
    checkpoints = next
  }

  deinit { memory.deallocate() }

  var isFinished: Bool { phase == .finished }

  /// The chain's point.
  var point: UnsafePointer<Double> { UnsafePointer(current.q.scalars) }

  /// Where the log density and its gradient are asked for next.
  var position: UnsafePointer<Double> { UnsafePointer(end.q.scalars) }

  /// Where the answer's gradient is to be written.
  var gradient: UnsafeMutablePointer<Double> { end.g.scalars }

  /// The end of the trajectory that moves.
  private var end: PhasePoint { goesRight ? right : left }

  /// Begins with a point whose log density and gradient are known and finite.
  func start(at point: [Double], logDensity: Double, gradient: [Double]) {
    for i in 0..<n { (current.q.scalars[i], current.g.scalars[i]) = (point[i], gradient[i]) }
    currentLogDensity = logDensity
    searchStepSize()
  }

  /// Takes the log density at ``position``; its gradient has been written.
  func advance(logDensity: Double) {
    let point = end
    point.kick(signedStep, metric)
    let energy = point.kineticEnergy - logDensity
    switch phase {
    case .stepSizeSearch: continueSearch(energy: energy)
    case .doubling: addLeaf(logDensity: logDensity, energy: energy)
    case .finished: break
    }
  }

  // MARK: Leapfrog

  private var signedStep: Double { goesRight ? stepSize : -stepSize }

  /// The first half of a leapfrog step: the end stands at ``position``, and the second half needs the gradient there.
  private func move() { end.kickAndDrift(signedStep, metric) }

  /// The right end at the chain's point, with a new momentum; H₀ from it.
  private func drawMomentum() {
    metric.drawMomentum(&generator, into: right.p)
    metric.velocity(of: right.p, into: right.v)
    copy(current.q, to: right.q)
    copy(current.g, to: right.g)
    initialEnergy = right.kineticEnergy - currentLogDensity
  }

  // MARK: The first step size

  /// Doubles or halves the step until the acceptance of one step crosses 0.8.
  ///
  /// Source: Hoffman, Gelman 2014, algorithm 4, with Stan's threshold and fresh momenta.
  private func searchStepSize() {
    phase = .stepSizeSearch
    searchDirection = 0
    goesRight = true
    drawMomentum()
    move()
  }

  private func continueSearch(energy: Double) {
    let isAccepted = initialEnergy - energy > .log(0.8)
    if searchDirection == 0 {
      searchDirection = isAccepted ? 1 : -1
    } else if isAccepted == (searchDirection < 0) {
      adaptation = DualAveraging(from: stepSize, target: options.targetAcceptance)
      beginTransition()
      return
    }
    stepSize *= searchDirection > 0 ? 2 : 0.5
    if stepSize > 1e7 { return fail(.flatDensity) }
    if stepSize < 1e-300 { return fail(.noStepSize) }
    drawMomentum()
    move()
  }

  private func fail(_ failure: Failure) {
    self.failure = failure
    phase = .finished
  }

  // MARK: The trajectory

  private func beginTransition() {
    phase = .doubling
    goesRight = true
    drawMomentum()
    left.copy(from: right)
    copy(current.q, to: proposal.q)
    copy(current.g, to: proposal.g)
    copy(right.p, to: momentumSum)
    (proposalLogDensity, proposalEnergy) = (currentLogDensity, initialEnergy)
    weight = 1
    depth = 0
    (acceptanceSum, leapfrogs) = (0, 0)
    beginDoubling()
  }

  private func beginDoubling() {
    goesRight = generator.next() >> 63 == 1
    leaf = 0
    newWeight = 0
    for k in 0..<width { newMomentumSum[k] = .zero }
    move()
  }

  private func addLeaf(logDensity: Double, energy: Double) {
    let point = end
    // NaN is an error of energy too. Beyond e^600 weights could overflow.
    let gain = initialEnergy - energy
    leapfrogs += 1
    guard gain > -1000 && gain < 600 else { return endTransition(isDivergent: true) }
    let leafWeight = Double.exp(gain)
    acceptanceSum += Swift.min(1, leafWeight)
    newWeight += leafWeight
    if leaf == 0 || generator.nextUniform() * newWeight < leafWeight {
      copy(point.q, to: newProposal.q)
      copy(point.g, to: newProposal.g)
      (newProposalLogDensity, newProposalEnergy) = (logDensity, energy)
    }
    for k in 0..<width { newMomentumSum[k] += point.p[k] }
    if closesTurningSubtree(point) { return endTransition() }
    leaf += 1
    if leaf < 1 << depth { return move() }

    if generator.nextUniform() * weight < newWeight {
      swap(&proposal, &newProposal)
      (proposalLogDensity, proposalEnergy) = (newProposalLogDensity, newProposalEnergy)
    }
    weight += newWeight
    depth += 1
    for k in 0..<width { momentumSum[k] += newMomentumSum[k] }
    if depth == options.maxTreeDepth || isTurning() { return endTransition() }
    beginDoubling()
  }

  /// Whether a subtree of the doubling that ends with this point turns. A point of even number opens subtrees, and is
  /// kept at the level that the one bits of its number say; one of odd number closes as many subtrees as it has
  /// trailing one bits.
  private func closesTurningSubtree(_ point: PhasePoint) -> Bool {
    let level = (leaf >> 1).nonzeroBitCount
    if leaf & 1 == 0 {
      let checkpoint = checkpoints + 3 * level * width
      copy(point.p, to: checkpoint)
      copy(point.v, to: checkpoint + width)
      copy(newMomentumSum, to: checkpoint + 2 * width)
      return false
    }
    var open = level
    for _ in 0..<(~leaf).trailingZeroBitCount {
      let checkpoint = checkpoints + 3 * open * width
      var (first, last) = (Block.zero, Block.zero)
      for k in 0..<width {
        let (p, v, sum) = (checkpoint[k], checkpoint[width + k], checkpoint[2 * width + k])
        // ρ of the subtree is the sum behind the checkpoint and its own momentum.
        let middle = newMomentumSum[k] - sum + 0.5 * (p - point.p[k])
        first += v * middle
        last += point.v[k] * middle
      }
      if !(first.sum() > 0 && last.sum() > 0) { return true }
      open -= 1
    }
    return false
  }

  /// Whether the whole trajectory turns.
  private func isTurning() -> Bool {
    var (first, last) = (Block.zero, Block.zero)
    for k in 0..<width {
      let middle = momentumSum[k] - 0.5 * (left.p[k] + right.p[k])
      first += left.v[k] * middle
      last += right.v[k] * middle
    }
    return !(first.sum() > 0 && last.sum() > 0)
  }

  private func endTransition(isDivergent: Bool = false) {
    copy(proposal.q, to: current.q)
    copy(proposal.g, to: current.g)
    currentLogDensity = proposalLogDensity
    let acceptance = acceptanceSum / Double(leapfrogs)
    transitions += 1
    if transitions > options.warmup {
      record.add(
        transitions - options.warmup - 1, point: point,
        TransitionStatistics(
          logDensity: currentLogDensity, energy: proposalEnergy, acceptance: acceptance, treeDepth: depth,
          leapfrogs: leapfrogs, isDivergent: isDivergent))
      if transitions == options.warmup + options.draws {
        phase = .finished
      } else {
        beginTransition()
      }
      return
    }
    adaptation.update(acceptance: acceptance)
    stepSize = adaptation.stepSize
    if schedule.estimated.contains(transitions - 1) { metric.add(point) }
    if schedule.windowEnds.contains(transitions) {
      metric.adapt()
      return searchStepSize()
    }
    if transitions == options.warmup { stepSize = adaptation.average }
    beginTransition()
  }

  // MARK: Vectors

  @inline(__always)
  private func copy(_ source: Blocks, to target: Blocks) {
    for k in 0..<width { target[k] = source[k] }
  }
}
