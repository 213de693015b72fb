// SPDX-License-Identifier: Apache-2.0

internal import NablaOptimization

/// Points that fill a box evenly, always the same ones: first its centre and, up to four variables, its
/// corners drawn in by a hundredth, then a sequence of low discrepancy.
///
/// Up to 8 variables that is the additive recurrence zₖ = frac(½ + kα) with αⱼ = φ^−j and φ the root of
/// φ^(n+1) = φ + 1, which for n = 1 is the golden ratio (Roberts, "The unreasonable effectiveness of
/// quasirandom sequences", 2018); beyond, independent uniform numbers of SplitMix64 (Steele, Lea and Flood,
/// 2014).
struct StartSequence {
  private let box: Box
  private let special: [[Double]]
  private let increments: [Double]
  private var next = 0
  private var random: UInt64 = 0x6E61_626C_61

  init(in box: Box) {
    self.box = box
    let n = box.dimension
    var special = [[Double](repeating: 0.5, count: n)]
    if n <= 4 {
      for corner in 0..<(1 << n) { special.append((0..<n).map { corner >> $0 & 1 == 0 ? 0.01 : 0.99 }) }
    }
    self.special = special
    var root = 1.5
    for _ in 0..<64 {
      var power = 1.0
      for _ in 0..<n { power *= root }
      root -= (power * root - root - 1) / (Double(n + 1) * power - 1)
    }
    var increments: [Double] = []
    for _ in 0..<n { increments.append((increments.last ?? 1) / root) }
    self.increments = increments
  }

  /// The next `count` points.
  mutating func points(_ count: Int) -> [[Double]] {
    (0..<count).map { _ in
      let unit = nextUnit()
      return unit.indices.map { j in
        Swift.min(box.upper[j], box.lower[j] + unit[j] * (box.upper[j] - box.lower[j]))
      }
    }
  }

  private mutating func nextUnit() -> [Double] {
    defer { next += 1 }
    if next < special.count { return special[next] }
    if increments.count > 8 { return increments.map { _ in uniform() } }
    let k = Double(next - special.count + 1)
    return increments.map { alpha in
      let z = 0.5 + k * alpha
      return z - z.rounded(.down)
    }
  }

  private mutating func uniform() -> Double {
    random &+= 0x9E37_79B9_7F4A_7C15
    var z = random
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 11) * 0x1p-53
  }
}
