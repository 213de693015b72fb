// SPDX-License-Identifier: Apache-2.0

/// A part of the range with its own rule.
struct Piece {
  var lower: Double
  var upper: Double
  /// Whether the integrand may be singular at the ends.
  var isLowerEndSingular = false
  var isUpperEndSingular = false
  /// Bisections that led here.
  var generation = 0
  /// Cuts that enclosures asked for.
  var cuts = 0
  /// The length by which an infinite piece is measured.
  var scale = 1.0
  var isRescaled = false

  /// Nil for Gauss–Kronrod.
  var doubleExponential: DoubleExponentialState?

  /// Of an unbounded piece that is summed by oscillations.
  var tail: OscillatingTail?

  var value = 0.0
  var error = Double.infinity
  /// The part of the error that comes from the rounding of x, which no subdivision reduces.
  var noise = 0.0
  /// ∫|f|.
  var absolute = 0.0
  /// Samples in ascending order of x, to be compared with enclosures.
  var samples: [(x: Double, value: Double)] = []
  var isEvaluated = false
  var isValidated = false
  /// Whether it is not to be divided any further.
  var isFrozen = false
  /// What is known of a divergence: +1, −1 by the sign of what is infinite.
  var divergence: Double?
  /// Where the integrand is not finite.
  var nonFinite: (x: Double, value: Double)?

  var isFinite: Bool { lower.isFinite && upper.isFinite }

  init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
    // Far out nothing nearer to the end than its ulp can be told from it.
    let end = Swift.max(lower.isFinite ? lower.magnitude : 0, upper.isFinite ? upper.magnitude : 0)
    if lower.isFinite != upper.isFinite && end > 0x1p40 { scale = end }
  }
}

/// The levels of a double-exponential rule.
struct DoubleExponentialState {
  struct Sample {
    var node: DoubleExponential.Node
    var value: Double
  }

  let map: DoubleExponential
  /// The step is 2^−level.
  var level = 0
  /// By t, ascending.
  var samples: [Sample] = []
  /// Estimates of all levels.
  var estimates: [Double] = []
  /// Where terms are not negligible.
  var low = -DoubleExponential.limit
  var high = DoubleExponential.limit

  /// Steps are halved to no less than 2^−lastLevel.
  static let lastLevel = 8

  init(_ map: DoubleExponential) { self.map = map }

  /// The values of t that the next level adds.
  var nextPlaces: [Double] {
    if samples.isEmpty {
      return stride(from: -DoubleExponential.limit, through: DoubleExponential.limit, by: 0.5).map { $0 }
    }
    let step = Double(sign: .plus, exponent: -(level + 1), significand: 1)
    var places: [Double] = []
    // Odd multiples of the step, counted from the first node.
    var k = ((low + DoubleExponential.limit) / (2 * step)).rounded(.down)
    while true {
      let t = -DoubleExponential.limit + (2 * k + 1) * step
      if t > high { break }
      if t >= low { places.append(t) }
      k += 1
    }
    return places
  }
}
