// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaKernels
import NablaTensors
import RealModule
import TestSupport
import Testing

@testable import NablaProbability

/// Fails if an estimate is further from the truth than 5 standard errors. Of normal errors 1 in 1.7 million is; a run has
/// fewer than 50 such tests, and the seeds are fixed.
private func expectWithinError(
  _ estimate: Double, _ truth: Double, error: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(estimate - truth) <= 5 * error, "\(what): \(estimate) ± \(error), not \(truth)",
    sourceLocation: sourceLocation)
}

struct SamplingTests {
  @Test(arguments: SamplingMetric.allCases)
  func momentsOfACorrelatedNormal(_ metric: SamplingMetric) throws {
    let (n, correlation, seed) = (isRelease ? 10 : 4, 0.9, UInt64(20_261_129))
    print("seed \(seed)")
    let density = Densities.correlatedNormal(n, correlation: correlation)
    let options = SamplingOptions(
      chains: 4, warmup: isRelease ? 600 : 400, draws: isRelease ? 4000 : 500, seed: seed, metric: metric)
    let draws = try density.sample(options)
    for (i, row) in draws.summary.rows.enumerated() {
      expectWithinError(row.mean, Densities.mean(i), error: row.meanError, "mean \(i)")
      expectWithinError(
        row.standardDeviation, Double(i + 1), error: row.standardDeviationError, "deviation \(i)")
      #expect(!isRelease || row.rHat < 1.01)
    }
    // A covariance is the mean of products.
    for (i, j) in [(0, 1), (2, 3), (0, n - 1)] {
      let product = Tensor(
        shape: [4, options.draws],
        scalars: zip(draws["x\(i)"].scalars, draws["x\(j)"].scalars).map {
          ($0 - Densities.mean(i)) * ($1 - Densities.mean(j))
        })
      let truth = Double((i + 1) * (j + 1)) * (0..<j - i).reduce(1) { power, _ in power * correlation }
      expectWithinError(
        product.mean(), truth, error: ConvergenceDiagnostics.meanError(product), "covariance \(i), \(j)")
    }
    #expect(!isRelease || draws.converged, "\(draws.warnings)")
    #expect(draws.tensor.shape == [4, options.draws, n])
    #expect(draws.statistics?.divergences == 0)
    // The step size was tuned for an acceptance of 0.8.
    #expect(abs(draws.statistics!.acceptance.mean() - 0.8) < 0.12)
  }

  /// The references integrate θ and μ analytically and τ by quadrature (mpmath, 30 digits).
  @Test func eightSchools() throws {
    let seed = UInt64(8)
    print("seed \(seed)")
    let options = SamplingOptions(
      chains: 4, warmup: isRelease ? 1000 : 300, draws: isRelease ? 5000 : 600, seed: seed,
      targetAcceptance: 0.9)
    var draws = try Densities.eightSchools().sample(options)
    for j in [1, 3] {
      draws = draws.adding(
        "theta\(j)", try Function(parsing: "mu + tau*eta\(j)", variables: draws.variableNames))
    }
    let truths = [
      ("mu", 4.396820713833, 3.31770446313956), ("tau", 3.59770548409766, 3.21995841466277),
      ("theta1", 6.21188420405629, 5.5931261953307), ("theta3", 3.92700440252717, 5.26261510549726),
    ]
    let summary = draws.summary
    for (name, mean, deviation) in truths {
      let row = try #require(summary[name])
      expectWithinError(row.mean, mean, error: row.meanError, "mean of \(name)")
      expectWithinError(
        row.standardDeviation, deviation, error: row.standardDeviationError, "deviation of \(name)")
    }
    #expect(!isRelease || summary.rows.allSatisfy { $0.rHat < 1.01 })
    #expect(draws["tau"].min() > 0)
  }

  @Test func aDensityOverRowsOfData() throws {
    // A normal mean with known variance 4 and prior N(0, 10²): the posterior is normal.
    let prior = Function(1) { m in -0.5 * pow(m[0] / 10, 2) }
    let likelihood = Function(1, parameters: 1) { m, row in -0.5 * pow((row[0] - m[0]) / 2, 2) }
    let values = (0..<50).map { Double($0 * 37 % 50) / 10 }
    let rows = Tensor(values.map { [$0] })
    let draws = try LogDensity(prior: prior, likelihood: likelihood, over: rows)
      .sample(SamplingOptions(warmup: 300, draws: 500, seed: 2))
    let precision = 50.0 / 4 + 0.01
    let row = draws.summary.rows[0]
    expectWithinError(row.mean, values.reduce(0, +) / 4 / precision, error: row.meanError, "mean")
    expectWithinError(
      row.standardDeviation, 1 / precision.squareRoot(), error: row.standardDeviationError, "deviation")
  }

  @Test func manyChains() throws {
    let options = SamplingOptions(chains: 70, warmup: 200, draws: isRelease ? 200 : 30, seed: 4)
    let density = LogDensity(
      try Function(parsing: "(a - 1)*log(x) - b*x", variables: ["x"], parameters: ["a", "b"]),
      parameters: [3, 2], constraints: ["x": .positive])
    let row = try density.sample(options).summary.rows[0]
    expectWithinError(row.mean, 1.5, error: row.meanError, "mean of a gamma distribution")
    expectWithinError(
      row.standardDeviation, 0.75.squareRoot(), error: row.standardDeviationError, "its deviation")
  }

  @Test func endedByTheReport() throws {
    let density = LogDensity(try Function(parsing: "-x^2/2 - (y - x)^2"))
    // One chain: of several, one may be at its end before another has begun.
    var options = SamplingOptions(chains: 1, warmup: 100, draws: 2000, seed: 2)
    let all = try density.sample(options)
    options.report = { $0 < 0.5 }
    let draws = try density.sample(options)
    let count = draws.tensor.shape[1]
    #expect(count > 0 && count < 2000 && draws.statistics?.energy.shape == [1, count])
    #expect(draws.tensor == all.tensor[.all, 0..<count])
    options.report = { _ in false }
    #expect(throws: InferenceError.cancelled) { try density.sample(options) }
  }

  @Test func theFunnelIsReported() throws {
    let draws = try Densities.funnel(4).sample(SamplingOptions(warmup: 200, draws: 300, seed: 1))
    #expect(!draws.converged)
    #expect(draws.statistics!.divergences > 0)
    #expect(draws.warnings.contains(.divergences(count: draws.statistics!.divergences)))
  }

  @Test func separateModesAreReported() throws {
    // Two normal modes 40 apart, each chain in the one it starts in.
    let f = try Function(parsing: "log(exp(-0.5*(x - 20)^2) + exp(-0.5*(x + 20)^2))", variables: ["x"])
    let draws = try LogDensity(f).sample(
      SamplingOptions(warmup: 100, draws: 100, seed: 1), from: [[-20], [20], [-20], [20]])
    #expect(draws.warnings.contains { if case .rHat("x", let value) = $0 { value > 1.5 } else { false } })
  }

  @Test func trajectoriesThatAreCutOffAreReported() throws {
    let draws = try Densities.correlatedNormal(10, correlation: 0.9).sample(
      SamplingOptions(warmup: 100, draws: 50, seed: 1, maxTreeDepth: 2))
    #expect(draws.warnings.contains { if case .depthLimit = $0 { true } else { false } })
    #expect(draws.statistics!.treeDepth.max() == 2)
    #expect(draws.statistics!.leapfrogs.max() == 3)
  }

  @Test func draws() throws {
    let draws = Draws(
      variableNames: ["a", "b"], tensor: Tensor(shape: [2, 3, 2], scalars: (0..<12).map(Double.init)))
    #expect(draws["b"].scalars == [1, 3, 5, 7, 9, 11])
    let sum = draws.adding("c", Function { a, b in a + 10 * b })
    #expect(sum["c"].scalars == [10, 32, 54, 76, 98, 120])
    #expect(sum.variableNames == ["a", "b", "c"] && sum["a"].scalars == draws["a"].scalars)
    #expect(draws.warnings == [.undefined(variable: "a"), .undefined(variable: "b")])
  }

  @Test func theSummaryIsATable() {
    var generator = SeededGenerator(seed: 1)
    let draws = Draws(variableNames: ["height"], tensor: .normal([4, 100, 1], mean: 1000, using: &generator))
    let lines = draws.summary.description.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].count == lines[1].count)
    #expect(lines[1].split(separator: " ").count == 10 && lines[1].hasPrefix("height  "))
    #expect(
      [0.0012345, -12.3456, 123456, 1e20, .infinity, 0].map(short) == [
        "0.001235", "-12.35", "123456", "1e+20", "inf", "0.0",
      ])
  }
}

struct SamplingReproducibilityTests {
  @Test func theNumberOfThreadsAndOfChainsDoesNotMatter() throws {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let density = Densities.eightSchools()
    func sample(_ chains: Int, threads: Int, seed: UInt64 = 3) throws -> Draws {
      Parallelism.threadCount = threads
      return try density.sample(SamplingOptions(chains: chains, warmup: 60, draws: 20, seed: seed))
    }
    let reference = try sample(5, threads: 1)
    for threads in [2, 3, 8] {
      let draws = try sample(5, threads: threads)
      #expect(draws.tensor.scalars == reference.tensor.scalars)
      #expect(draws.statistics!.energy.scalars == reference.statistics!.energy.scalars)
    }
    let more = try sample(19, threads: 2)
    for chain in 0..<5 { #expect(more.tensor.row(chain).scalars == reference.tensor.row(chain).scalars) }
    #expect(try sample(5, threads: 1, seed: 4).tensor.scalars != reference.tensor.scalars)
    // Chains differ from each other.
    #expect(reference.tensor.row(0).scalars != reference.tensor.row(1).scalars)
  }

  @Test(arguments: [0, 1, 19, 20, 74, 149, 150, 1000, 1237])
  func warmupWindows(_ count: Int) {
    let schedule = WarmupSchedule(count: count)
    guard count >= 20 else { return #expect(schedule.windowEnds.isEmpty && schedule.estimated.isEmpty) }
    #expect(schedule.windowEnds.last == schedule.estimated.upperBound)
    #expect(schedule.windowEnds == schedule.windowEnds.sorted())
    #expect(schedule.estimated.lowerBound > 0 && schedule.estimated.upperBound < count)
    if count == 1000 {
      // Stan's windows for its default.
      #expect(schedule.estimated == 75..<950 && schedule.windowEnds == [100, 150, 250, 450, 950])
    }
    // No window's end is lost, whatever the length.
    #expect(throws: Never.self) {
      try LogDensity(Function { x in -x * x }).sample(SamplingOptions(chains: 1, warmup: count, draws: 1))
    }
  }
}

struct SamplingErrorTests {
  private let gamma = LogDensity(
    Function { x in 2 * log(x) - 3 * x }, constraints: ["x0": .positive])

  @Test func startsOutsideTheSupport() {
    #expect(throws: InferenceError.outsideConstraint(variable: "x0", value: -1, constraint: .positive)) {
      try gamma.sample(from: [-1])
    }
    let unconstrained = LogDensity(Function { x in log(x) - x })
    let error = #expect(throws: InferenceError.self) { try unconstrained.sample(from: [-1]) }
    guard case .nonFiniteStart([-1], let value)? = error else { Issue.record("\(error as Any)"); return }
    #expect(value.isNaN)
    #expect("\(error!)".contains("[-1.0]"))
  }

  @Test func noRandomStart() {
    let nowhere = LogDensity(Function { x in log(x - 1000) })
    let error = #expect(throws: InferenceError.self) { try nowhere.sample() }
    guard case .noFiniteStart(100, _)? = error else { Issue.record("\(error as Any)"); return }
  }

  @Test func improperDensities() {
    let flat = LogDensity(Function { x, y in 0 * x + 0 * y })
    let error = #expect(throws: InferenceError.self) { try flat.sample() }
    guard case .flatDensity? = error else { Issue.record("\(error as Any)"); return }
  }

  @Test func aGradientThatIsNotFiniteIsAStart() {
    let root = LogDensity(Function { x in -sqrt(x) })
    let error = #expect(throws: InferenceError.self) { try root.sample(from: [0]) }
    guard case .nonFiniteStart(let point, let value)? = error else { Issue.record("\(error as Any)"); return }
    #expect(point == [0] && value == 0 && "\(error!)".contains("gradient"))
  }
}

/// Simulation-based calibration: a parameter from the prior, data from the parameter, and the rank of the parameter among
/// draws of the posterior is uniform, if and only if the sampler is right for the density it is given.
///
/// Source: Talts, Betancourt, Simpson, Vehtari, Gelman, "Validating Bayesian inference algorithms with simulation-based
/// calibration", arXiv:1804.06788 (2018).
struct SimulationBasedCalibrationTests {
  @Test(.enabled(if: isRelease)) func ranksAreUniform() throws {
    let (replicates, kept, bins, seed) = (800, 63, 8, UInt64(17))
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    // λ ~ Gamma(2, 1), five counts ~ Poisson(λ): p(λ | y) is no normal density, and the posterior's scale varies.
    let prior = Function(1) { (l: [Expr]) -> Expr in log(l[0]) - l[0] }
    let likelihood = Function(1, parameters: 1) { l, y in y[0] * log(l[0]) - l[0] }
    var counts = [Double](repeating: 0, count: bins)
    for replicate in 0..<replicates {
      let rate = -Double.log(1 - generator.nextUniform()) - Double.log(1 - generator.nextUniform())
      let data = (0..<5).map { _ -> [Double] in
        // Arrivals of a Poisson process in a time of 1.
        var (time, arrivals) = (0.0, -1.0)
        while time < 1 {
          time -= Double.log(1 - generator.nextUniform()) / rate
          arrivals += 1
        }
        return [arrivals]
      }
      let density = LogDensity(
        prior: prior, likelihood: likelihood, over: Tensor(data), constraints: ["x0": .positive])
      let draws = try density.sample(
        SamplingOptions(chains: 1, warmup: 150, draws: 8 * kept, seed: UInt64(replicate)), from: [1])
      // Every eighth draw: nearly independent ones.
      let values = draws["x0"].scalars
      let rank = (0..<kept).count { values[8 * $0] < rate }
      counts[rank * bins / (kept + 1)] += 1
    }
    let expected = Double(replicates) / Double(bins)
    let chiSquared = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    // Of 7 degrees of freedom 1 in 20,000 is above.
    #expect(chiSquared < 31.4, "\(counts)")
  }
}
