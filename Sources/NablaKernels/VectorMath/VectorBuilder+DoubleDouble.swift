// SPDX-License-Identifier: Apache-2.0

// Sums and products in two doubles, a high one and what it has lost by rounding. T. J. Dekker, A
// floating-point technique for extending the available precision, Numerische Mathematik 18 (1971).

extension VectorBuilder {
  typealias Pair = (high: Value, low: Value)

  /// a + b exactly, where |a| ≥ |b| or a = 0.
  mutating func fastTwoSum(_ a: Value, _ b: Value) -> Pair {
    let sum = add(a, b)
    return (sum, subtract(b, subtract(sum, a)))
  }

  /// a − b exactly, where |a| ≥ |b| or a = 0.
  mutating func fastTwoDifference(_ a: Value, _ b: Value) -> Pair {
    let difference = subtract(a, b)
    return (difference, subtract(subtract(a, difference), b))
  }

  /// The same number with a low part below half an ulp of the high one, where |high| ≥ |low|.
  mutating func fastTwoSum(_ pair: Pair) -> Pair { fastTwoSum(pair.high, pair.low) }

  /// A pair's sum, rounded.
  mutating func add(_ pair: Pair) -> Value { add(pair.high, pair.low) }

  /// a + b exactly (Knuth, The Art of Computer Programming, volume 2, 4.2.2).
  mutating func twoSum(_ a: Value, _ b: Value) -> Pair {
    let sum = add(a, b)
    let part = subtract(sum, a)
    return (sum, add(subtract(a, subtract(sum, part)), subtract(b, part)))
  }

  /// a·b exactly.
  mutating func twoProduct(_ a: Value, _ b: Value) -> Pair {
    let product = multiply(a, b)
    return (product, multiplySubtract(a, b, product))
  }

  /// (high + low) times a constant in two parts.
  mutating func product(_ high: Value, _ low: Value, _ c: Double, _ cLow: Double) -> Pair {
    let (product, error) = twoProduct(high, constant(c))
    return (product, multiplyAdd(high, constant(cLow), multiplyAdd(low, constant(c), error)))
  }

  /// n/d in two numbers (1/d where n is nil). The low parts must be small, as those of a `fastTwoSum`.
  mutating func quotient(_ n: Pair?, _ d: Pair) -> Pair {
    let reciprocal = divide(constant(1), d.high)
    guard let n else {
      let rest = negativeMultiplyAdd(d.high, reciprocal, constant(1))
      return (reciprocal, multiply(negativeMultiplyAdd(d.low, reciprocal, rest), reciprocal))
    }
    let high = multiply(n.high, reciprocal)
    let rest = add(negativeMultiplyAdd(high, d.high, n.high), negativeMultiplyAdd(high, d.low, n.low))
    return (high, multiply(rest, reciprocal))
  }
}
