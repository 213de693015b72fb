// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct RandomTests {
  /// The reference implementation's output (Vigna, splitmix64.c) for seed 1234567.
  @Test func generatorFollowsTheReference() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func seedsRepeat() {
    var (a, b) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed))
    #expect(Tensor<Double>.uniform([100], using: &a) == Tensor<Double>.uniform([100], using: &b))
    #expect(Tensor<Double>.normal([100], using: &a) == Tensor<Double>.normal([100], using: &b))
  }

  /// Of 100 000 numbers: sample moments within 5 standard errors.
  @Test func uniformMoments() {
    var generator = SeededGenerator(seed: seed)
    let t = Tensor<Double>.uniform([100_000], in: -1..<3, using: &generator)
    #expect(t.min() >= -1 && t.max() < 3)
    #expect(abs(t.mean() - 1) < 5 * 4 / (12 * 1e5).squareRoot(), "seed \(seed)")
    #expect(abs(t.variance() - 16.0 / 12) < 5 * 16 / (180 * 1e5).squareRoot(), "seed \(seed)")
    let single = Tensor<Float>.uniform([100_000], in: 0..<1, using: &generator)
    #expect(single.max() < 1)
  }

  @Test func normalMoments() {
    var generator = SeededGenerator(seed: seed)
    let n = 100_000.0
    let t = Tensor<Double>.normal([100_000], mean: 2, standardDeviation: 3, using: &generator)
    let z = (t - 2) / 3
    #expect(abs(z.mean()) < 5 / n.squareRoot(), "seed \(seed)")
    #expect(abs(z.variance() - 1) < 5 * (2 / n).squareRoot(), "seed \(seed)")
    #expect(abs(pow(z, 3).mean()) < 5 * (15 / n).squareRoot(), "seed \(seed)")
    #expect(abs(pow(z, 4).mean() - 3) < 5 * (96 / n).squareRoot(), "seed \(seed)")
    // P(|z| > 1.96) = 0.05.
    #expect(abs((abs(z) .> 1.959963984540054).mean() - 0.05) < 5 * (0.05 * 0.95 / n).squareRoot())
  }

  /// Generators that were split give neither the same numbers nor correlated ones: the correlation of 100,000 pairs has
  /// a standard error of 0.0032.
  @Test func splitGeneratorsAreUnrelated() {
    var parent = SeededGenerator(seed: 1)
    var again = SeededGenerator(seed: 1)
    var (a, b) = (parent.split(), parent.split())
    #expect(again.split() == a && a != b && again != SeededGenerator(seed: 1))
    let n = 100_000
    let samples = [
      Tensor<Double>.uniform([n], using: &a), .uniform([n], using: &b), .uniform([n], using: &parent),
    ]
    for (i, x) in samples.enumerated() {
      #expect(abs(x.mean() - 0.5) < 5 * 0.2887 / 316 && abs(x.variance() * 12 - 1) < 0.02)
      for y in samples[..<i] {
        #expect(abs(((x - 0.5) * (y - 0.5)).mean() * 12) < 5 * 0.0032)
        #expect(Set(x.scalars[..<1000]).isDisjoint(with: y.scalars[..<1000]))
      }
    }
    #expect(abs(Tensor<Double>.bernoulli([n], probability: 0.3, using: &a).mean() - 0.3) < 5 * 0.00145)
  }

  /// Every order of 4 numbers comes up about as often: χ² of 23 degrees of freedom is below 60 but once in 40,000 seeds.
  @Test func permutationsAreUniform() {
    var generator = SeededGenerator(seed: seed)
    #expect(generator.permutation(0) == [] && generator.permutation(1) == [0])
    #expect(generator.permutation(1000).sorted() == Array(0..<1000))
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 { counts[generator.permutation(4), default: 0] += 1 }
    let statistic = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(counts.count == 24 && statistic < 60, "seed \(seed)")
    var (a, b) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
    #expect(a.permutation(20) == b.permutation(20) && a == b)
  }

  /// χ² of 6 degrees of freedom is below 30 but once in 25,000 seeds.
  @Test func integersAreUniform() {
    var generator = SeededGenerator(seed: seed)
    let t = Tensor<Double>.integers([70_000], in: -3..<4, using: &generator)
    let (values, counts, _) = t.uniqueWithCounts()
    #expect(values == Tensor.arange(-3, 4), "seed \(seed)")
    let statistic = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(statistic < 30, "seed \(seed)")
    #expect(Tensor<Float>.integers([3], in: 5..<6, using: &generator) == [5, 5, 5])
    let limit = 1 << 24
    let widest = Tensor<Float>.integers([100], in: -limit..<limit + 1, using: &generator)
    #expect(widest.max() <= 16_777_216 && widest.min() >= -16_777_216)
  }

  @Test func integersThatAreNotExactTrap() async {
    await #expect(processExitsWith: .failure) {
      var generator = SeededGenerator(seed: 1)
      _ = Tensor<Float>.integers([1], in: 0..<(1 << 24) + 2, using: &generator)
    }
    await #expect(processExitsWith: .failure) {
      var generator = SeededGenerator(seed: 1)
      _ = Tensor<Double>.integers([1], in: 3..<3, using: &generator)
    }
  }
}
