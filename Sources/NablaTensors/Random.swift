// SPDX-License-Identifier: Apache-2.0

import RealModule

/// A small seeded generator of random bits: SplitMix64. The same seed gives the same numbers on every
/// machine and in every version of this package.
///
/// Period 2⁶⁴; passes BigCrush. Not for cryptography.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64
  /// By how much the state moves on: odd.
  private let gamma: UInt64

  /// The generator of a seed; every seed is as good as any other.
  public init(seed: UInt64) { self.init(state: seed, gamma: 0x9E37_79B9_7F4A_7C15) }

  private init(state: UInt64, gamma: UInt64) {
    self.state = state
    self.gamma = gamma
  }

  public mutating func next() -> UInt64 {
    state &+= gamma
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A generator of its own, for another task or thread: it steps by another odd number, so that the two give unrelated
  /// numbers. It follows from this generator's state alone, which moves on by two draws.
  public mutating func split() -> SeededGenerator {
    let state = next()
    self.state &+= gamma
    // The paper's mixGamma: another mixture of the bits, made odd and irregular enough.
    var z = self.state
    z = (z ^ (z >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    z = (z ^ (z >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    z = (z ^ (z >> 33)) | 1
    let changes = (z ^ (z >> 1)).nonzeroBitCount
    return SeededGenerator(state: state, gamma: changes < 24 ? z ^ 0xAAAA_AAAA_AAAA_AAAA : z)
  }
}

extension RandomNumberGenerator {
  /// A number in [0, 1), a multiple of 2⁻⁵³; one call of `next()`.
  package mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A normally distributed number of mean 0 and variance 1, by the ratio of uniforms with Leva's
  /// quadratic bounds; on average 2.7 calls of `next()`.
  ///
  /// The value is a quotient, exact to rounding on every machine; the logarithm, which may differ in
  /// its last bit between C libraries, only decides on the 1 % of the trials near the boundary.
  /// Source: Leva, "A fast normal random number generator", ACM TOMS 18 (1992), algorithm 712.
  package mutating func nextNormal() -> Double {
    while true {
      // Never 0, so that the quotient is finite.
      let u = (Double(next() >> 11) + 0.5) * 0x1p-53
      let v = 1.7156 * (nextUniform() - 0.5)
      let x = u - 0.449871
      let y = v.magnitude + 0.386595
      let q = x * x + y * (0.19600 * y - 0.25472 * x)
      if q < 0.27597 || q <= 0.27846 && v * v <= -4 * Double.log(u) * u * u { return v / u }
    }
  }
}

extension RandomNumberGenerator {
  /// The numbers 0, …, `count` − 1 in random order, each order with the same probability (NumPy's `permutation`):
  /// `t.taking(generator.permutation(t.shape[0]))` shuffles rows. With a ``SeededGenerator`` the order is the same on
  /// every machine.
  ///
  /// - Complexity: O(`count`).
  /// - Source: Durstenfeld, "Algorithm 235: random permutation", CACM 7 (1964).
  public mutating func permutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "There is no permutation of \(count) numbers.")
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, Int(nextBelow(UInt64(i) + 1))) }
    return order
  }

  /// An integer in 0..<`bound`, all with exactly the same probability; mostly one call of `next()`.
  ///
  /// The standard library's `random(in:using:)` may change with its version; this does not.
  /// Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
  package mutating func nextBelow(_ bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let rejected = (0 &- bound) % bound
      while product.low < rejected { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }
}

extension Tensor {
  /// Independent numbers from the uniform distribution on a half-open range.
  ///
  /// Each is `lower + (upper − lower) · u` with u a multiple of 2⁻⁵³ in [0, 1) from one 64-bit draw,
  /// computed as `Double` and rounded to `Scalar`; where rounding would reach `upper`, the number
  /// below it is taken. With a ``SeededGenerator`` the numbers are the same on every machine.
  public static func uniform(
    _ shape: [Int], in range: Range<Scalar> = 0..<1, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
    precondition(
      range.upperBound > range.lowerBound && (upper - lower).isFinite,
      "There is no uniform distribution on \(range).")
    return Tensor(shape: shape) { buffer in
      for i in buffer.indices {
        let value = Scalar(lower + (upper - lower) * generator.nextUniform())
        buffer[i] = value < range.upperBound ? value : range.upperBound.nextDown
      }
    }
  }

  /// Independent numbers from the normal distribution, by Leva's ratio of uniforms (ACM TOMS 18, 1992).
  ///
  /// Computed as `Double` and rounded to `Scalar`. With a ``SeededGenerator`` the numbers are the same
  /// on every machine.
  public static func normal(
    _ shape: [Int], mean: Scalar = 0, standardDeviation: Scalar = 1,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    precondition(standardDeviation >= 0, "A standard deviation of \(standardDeviation) is negative.")
    let (mean, deviation) = (Double(mean), Double(standardDeviation))
    return Tensor(shape: shape) { buffer in
      for i in buffer.indices { buffer[i] = Scalar(mean + deviation * generator.nextNormal()) }
    }
  }

  /// Independent zeros and ones, each one with this probability.
  ///
  /// - Precondition: 0 ≤ `probability` ≤ 1.
  public static func bernoulli(
    _ shape: [Int], probability: Double, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    precondition(
      probability >= 0 && probability <= 1, "A probability lies between 0 and 1; \(probability) does not.")
    return Tensor(shape: shape) { buffer in
      for i in buffer.indices { buffer[i] = generator.nextUniform() < probability ? 1 : 0 }
    }
  }

  /// Independent integers from the uniform distribution on a half-open range (NumPy's `integers`), all with exactly the
  /// same probability. With a ``SeededGenerator`` they are the same on every machine.
  ///
  /// - Precondition: the range is not empty, and `Scalar` holds each of its integers exactly: they are at most 2⁵³
  ///   (`Float`: 2²⁴) in magnitude.
  public static func integers(
    _ shape: [Int], in range: Range<Int>, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    let limit = 1 << (Scalar.significandBitCount + 1)
    precondition(
      !range.isEmpty && range.lowerBound >= -limit && range.upperBound - 1 <= limit,
      "There are no random integers in \(range) among the numbers that a \(Scalar.self) holds exactly.")
    let width = UInt64(range.count)
    return Tensor(shape: shape) { buffer in
      for i in buffer.indices { buffer[i] = Scalar(range.lowerBound + Int(generator.nextBelow(width))) }
    }
  }
}
