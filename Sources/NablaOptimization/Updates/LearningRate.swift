// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The size of the steps of an ``UpdateRule`` as a function of the number of steps taken before.
///
/// A number is a constant rate: `SGD(rate: 0.1)`.
public struct LearningRate: Sendable, ExpressibleByFloatLiteral {
  private let rate: @Sendable (_ step: Int) -> Double

  /// A schedule of one's own: the rate of each step, from 0.
  public init(_ rate: @escaping @Sendable (_ step: Int) -> Double) { self.rate = rate }

  public init(floatLiteral value: Double) { self = .constant(value) }

  /// The rate of a step; the first is 0.
  public func callAsFunction(_ step: Int) -> Double { rate(step) }

  /// The same rate always.
  public static func constant(_ rate: Double) -> LearningRate { LearningRate { _ in rate } }

  /// `initial` · `factor`^⌊step / `interval`⌋.
  public static func stepDecay(_ initial: Double, factor: Double, every interval: Int) -> LearningRate {
    precondition(interval > 0, "The rate cannot change every \(interval) steps.")
    return LearningRate { initial * Double.pow(factor, $0 / interval) }
  }

  /// `initial` · exp(−step / `time`).
  public static func exponentialDecay(_ initial: Double, time: Double) -> LearningRate {
    LearningRate { initial * Double.exp(-Double($0) / time) }
  }

  /// From `initial` to `final` along half a cosine in `steps` steps, and `final` from then on.
  ///
  /// Source: Loshchilov, Hutter, "SGDR", ICLR 2017, equation 5.
  public static func cosine(_ initial: Double, to final: Double = 0, steps: Int) -> LearningRate {
    LearningRate { step in
      guard step < steps else { return final }
      return final + (initial - final) * (1 + Double.cos(Double.pi * Double(step) / Double(steps))) / 2
    }
  }

  /// A linear rise in `steps` steps, (step + 1) / (steps + 1) of the first rate of what follows, which then begins.
  public static func warmup(steps: Int, then following: LearningRate) -> LearningRate {
    LearningRate { step in
      step < steps ? following(0) * Double(step + 1) / Double(steps + 1) : following(step - steps)
    }
  }
}
