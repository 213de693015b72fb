// SPDX-License-Identifier: Apache-2.0

// Scalar sin, cos and tan of arguments beyond the vector code's reduction: exact for every double.

extension VectorMath {
  /// The way out for large, infinite and NaN arguments of sin, cos and tan.
  static let hugeSin = ScalarFunction { x, _ in
    guard let angle = HugeAngle(x) else { return .nan }
    let value = angle.quadrant & 1 == 0 ? angle.sine : angle.cosine
    let isNegative = (angle.quadrant & 2 != 0) != (x < 0)
    return isNegative ? -(value.high + value.low) : value.high + value.low
  }

  static let hugeCos = ScalarFunction { x, _ in
    guard let angle = HugeAngle(x) else { return .nan }
    let value = angle.quadrant & 1 == 0 ? angle.cosine : angle.sine
    let isNegative = (angle.quadrant + 1) & 2 != 0
    return isNegative ? -(value.high + value.low) : value.high + value.low
  }

  static let hugeTan = ScalarFunction { x, _ in
    guard let angle = HugeAngle(x) else { return .nan }
    let isOdd = angle.quadrant & 1 != 0
    let (n, d) = isOdd ? (angle.cosine, angle.sine) : (angle.sine, angle.cosine)
    let nHigh = n.high + n.low, nLow = n.low - (nHigh - n.high)
    let dHigh = d.high + d.low, dLow = d.low - (dHigh - d.high)
    let quotient = nHigh / dHigh
    let rest = nHigh.addingProduct(-quotient, dHigh) + nLow.addingProduct(-quotient, dLow)
    let value = quotient + rest / dHigh
    return isOdd != (x < 0) ? -value : value
  }
}

/// |x| less a multiple of π/2, by the method of M. H. Payne and R. N. Hanek, Radian reduction for
/// trigonometric functions, SIGNUM Newsletter 18 (1983): of 2/π only those bits take part that
/// contribute neither multiples of 4 nor less than matters.
private struct HugeAngle {
  /// The multiple, modulo 4.
  var quadrant: Int
  /// The rest, at most π/4 in magnitude, with an error below 2⁻¹⁰⁰ of it.
  var high: Double
  var low: Double

  /// nil of infinities and NaN. Of |x| ≥ 2¹⁶.
  init?(_ x: Double) {
    guard x.isFinite else { return nil }
    // |x| = m 2ᵉ; 2/π from the bit of weight 2^(2−e) on: the product is |x|·2/π modulo 4, times 2²⁵⁴.
    let m = UInt64(x.significandBitPattern) | 1 << 52
    let start = Int(x.exponent) - 52 - 2 + 64
    let (word, bit) = (start / 64, UInt64(start % 64))
    var product: [UInt64] = [0, 0, 0, 0]
    var carry: UInt64 = 0
    for i in (0..<4).reversed() {
      let (upper, lower) = (Self.twoOverPi[word + i], Self.twoOverPi[word + i + 1])
      let bits = bit == 0 ? upper : upper << bit | lower >> (64 - bit)
      let (high, low) = m.multipliedFullWidth(by: bits)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      product[i] = sum
      carry = high + (overflow ? 1 : 0)
    }
    quadrant = Int(product[0] >> 62)
    for i in 0..<4 { product[i] = product[i] << 2 | (i < 3 ? product[i + 1] >> 62 : 0) }
    // To the nearest multiple: a fraction above ½ is less than the next by its complement.
    let isAbove = product[0] >> 63 != 0
    if isAbove {
      quadrant = (quadrant + 1) & 3
      for i in 0..<4 { product[i] = ~product[i] }
    }
    // No double is closer to a multiple than 2⁻⁶², so that the first two words hold its leading bits.
    var shift = 0
    while product[0] >> 63 == 0 && shift < 128 {
      for i in 0..<4 { product[i] = product[i] << 1 | (i < 3 ? product[i + 1] >> 63 : 0) }
      shift += 1
    }
    let first = Double(product[0] >> 11) * 0x1p-53
    let second = Double((product[0] & 0x7FF) << 42 | product[1] >> 22) * 0x1p-106
    // Times π/2.
    let p1 = 0x1.921fb54442d18p0, p2 = 0x1.1a62633145c07p-54
    let h = first * p1
    let l = (-h).addingProduct(first, p1).addingProduct(first, p2).addingProduct(second, p1)
    let scale = Double(sign: isAbove ? .minus : .plus, exponent: -shift, significand: 1)
    (high, low) = ((h + l) * scale, (l - ((h + l) - h)) * scale)
  }

  /// sin and cos of the rest, as in the vector code.
  var sine: (high: Double, low: Double) {
    let z = high * high
    let v = z * high
    let r = Self.polynomial(z, VectorMath.sinCoefficients)
    let middle = (-low).addingProduct(z, (low * 0.5).addingProduct(-v, r))
    return (high, -middle.addingProduct(v, 1.66666666666666324348e-01))
  }

  var cosine: (high: Double, low: Double) {
    let z = high * high
    let r = z * Self.polynomial(z, VectorMath.cosCoefficients)
    let half = z * 0.5
    let w = 1 - half
    return (w, ((1 - w) - half) + (-(high * low)).addingProduct(z, r))
  }

  private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
    coefficients.reversed().reduce(0) { $1.addingProduct($0, x) }
  }

  /// A word of zeros and the first 1280 bits of 2/π.
  private static let twoOverPi: [UInt64] = [
    0,
    0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
    0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484,
    0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
    0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B,
    0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
  ]
}
