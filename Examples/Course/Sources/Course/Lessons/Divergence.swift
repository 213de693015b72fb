// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let divergence = Lesson("divergence", "The Kullback–Leibler divergence") { pictures in
    print(
      """
      KL(p‖q) = ∫ p log(p/q) says how badly q stands in for p; it is 0 only for q = p. For two normal
      distributions it has a closed form; an integral by quadrature does for other densities of few
      variables, and a mean over random draws from p for many. p is normal(0, 1), q normal(1, 2); in nats:

      """)
    let p = try NormalDistribution(mean: 0, standardDeviation: 1)
    let q = try NormalDistribution(mean: 1, standardDeviation: 2)
    let x = Expr.variable("x")
    let (densityP, densityQ) = (Density(p, of: x), Density(q, of: x))
    let exact = p.klDivergence(to: q)
    let quadrature = densityP.klDivergence(to: densityQ)

    var table = Table(["way", "KL(p‖q)", "own estimate of the error", "error", "values"])
    func row(_ name: String, _ estimate: Estimate) {
      table.row([
        name, fixed(estimate.value, 9), size(estimate.errorEstimate), size(estimate.value - exact.value),
        "\(estimate.evaluations)",
      ])
    }
    row("closed form", exact)
    row("quadrature", quadrature)
    var generator = SeededGenerator(seed: 1)
    for count in [100, 10_000, 1_000_000] {
      let draws = p.samples(count, using: &generator).reshaped([count, 1])
      let estimate = densityP.klDivergence(to: densityQ, draws: draws)
      row("\(count) draws", estimate)
      expect(
        abs(estimate.value - exact.value) < 4 * estimate.errorEstimate,
        "the mean is within four standard errors")
    }
    print(table)
    expect(
      abs(quadrature.value - exact.value) <= quadrature.errorEstimate, "the integral is within its estimate")
    print("A hundred times as many draws give one digit more.\n")

    print(
      """
      It is no distance: KL(p‖q) ≠ KL(q‖p). Let p now have two peaks, half normal(−2, ½) and half
      normal(2, ½), and q be one normal distribution. KL(p‖q) forbids q to be small where p is not; it is
      least for the wide q with the mean and the variance of p. KL(q‖p) forbids q to be where p is not, and
      prefers one peak:

      """)
    let peaks = try MixtureDistribution(
      [
        NormalDistribution(mean: -2, standardDeviation: 0.5),
        NormalDistribution(mean: 2, standardDeviation: 0.5),
      ], weights: [0.5, 0.5])
    let wide = try NormalDistribution(mean: 0, standardDeviation: peaks.standardDeviation)
    let one = try NormalDistribution(mean: 2, standardDeviation: 0.5)
    var ways = Table(["q", "KL(p‖q)", "KL(q‖p)", "Jensen–Shannon"])
    for (name, q) in [
      ("wide, normal(0, \(fixed(wide.standardDeviation, 3)))", wide), ("one peak, normal(2, 0.5)", one),
    ] {
      ways.row([
        name, fixed(peaks.klDivergence(to: q).value, 6), fixed(q.klDivergence(to: peaks).value, 6),
        fixed(peaks.jensenShannonDivergence(to: q).value, 6),
      ])
    }
    print(ways)
    expect(
      peaks.klDivergence(to: wide).value < peaks.klDivergence(to: one).value, "KL(p‖q) prefers the wide one")
    expect(one.klDivergence(to: peaks).value < wide.klDivergence(to: peaks).value, "KL(q‖p) prefers one peak")
    print(
      "The Jensen–Shannon divergence is the same both ways, and at most log 2 = \(fixed(log(2), 6)).")

    let points = Tensor.linspace(-5.0, 5, count: 401).scalars
    let plot = LinePlot(
      [("two peaks", peaks as any ContinuousDistribution), ("wide", wide), ("one peak", one)].map { name, d in
        .init(name: name, points: points.map { ($0, exp(d.logDensity(at: $0))) })
      }, names: ("x", "density"), title: "Which normal distribution stands in for two peaks?")
    try pictures?.save(plot.svg, as: "divergence")
  }
}
