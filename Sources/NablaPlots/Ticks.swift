// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Round numbers along an axis.
struct Ticks {
  private(set) var values: [Double]
  private(set) var labels: [String]
  /// What the labels leave out, where the numbers would be too long: the value is offset + label · 10^exponent.
  private var offset = ""
  private var exponent = 0

  /// Multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  init(from low: Double, to high: Double, count: Int) {
    let raw = (high - low) / Double(Swift.max(1, count))
    // Beyond 2⁵³ steps of the axis there are no numbers between its ends.
    guard raw > 0, raw.isFinite, Swift.max(Swift.abs(low), Swift.abs(high)) / raw < 0x1p53 else {
      values = [low]
      labels = [Self.label(low, step: Swift.abs(low))]
      return
    }
    let power = pow(10, floor(log10(raw)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { raw <= $0 * 1.0001 } ?? 10 * power
    // Also the multiple that an end is to within rounding.
    let slack = 1e-9 + 4e-16 * Swift.max(Swift.abs(low), Swift.abs(high)) / step
    let (first, last) = ((low / step - slack).rounded(.up), (high / step + slack).rounded(.down))
    let multiples = (0..<50).map { first + Double($0) }.prefix { $0 <= last }
    values = multiples.map { $0 * step + 0 }
    var base = 0.0
    if let largest = multiples.map(Swift.abs).max(), largest > 1e5 {
      base = (multiples[0] / 10).rounded() * 10
      offset = Self.label(base * step, digits: 15)
    }
    let shown = multiples.map { ($0 - base) * step }
    let largest = shown.map(Swift.abs).max() ?? 0
    if largest >= 1e5 || (largest < 1e-3 && largest > 0) { exponent = Int(floor(log10(largest))) }
    let unit = pow(10, Double(exponent))
    labels = shown.map { Self.label($0 / unit, step: step / unit) }
  }

  /// As many as have room for their labels beside one another.
  init(from low: Double, to high: Double, fitting width: Double) {
    self =
      (2...6).reversed().lazy.map { Ticks(from: low, to: high, count: $0) }.first { ticks in
        let widest = ticks.labels.map { TextWidth.of($0) }.max() ?? 0
        return Double(ticks.labels.count) * (widest + 14) < width
      } ?? Ticks(from: low, to: high, count: 1)
  }

  /// Values as labels say them, above an offset.
  init(_ values: [Double], offset: Double = 0) {
    self.values = values.map { $0 + offset }
    labels = values.map { Self.label($0, digits: 4) }
    if offset != 0 { self.offset = Self.label(offset, digits: 4) }
  }

  /// Powers of ten, every one or every second, fifth … of them, no more than `count` and a few.
  init(powersOfTenFrom low: Double, to high: Double, count: Int) {
    let (first, last) = (Int(log10(low).rounded(.up)), Int(log10(high).rounded(.down)))
    guard last > first else {
      // Less than two powers: the bounds themselves.
      values = [low, high]
      labels = values.map { Self.label($0, step: $0 / 10) }
      return
    }
    let step = [1, 2, 5, 10, 20, 50].first { (last - first) / $0 <= count } ?? 100
    let exponents = Array(first...last).filter { $0 % step == 0 }
    values = exponents.map { pow(10, Double($0)) }
    labels = exponents.map { $0 == 0 ? "1" : $0 == 1 ? "10" : Self.powerOfTen($0) }
  }

  /// Without those that are not between two numbers.
  func between(_ low: Double, _ high: Double) -> Ticks {
    let kept = values.indices.filter { low < values[$0] && values[$0] < high }
    var ticks = self
    ticks.values = kept.map { values[$0] }
    ticks.labels = kept.map { labels[$0] }
    return ticks
  }

  /// What the labels are of, as x, x − 1 or (x − 1) / 10⁻⁹.
  func named(_ name: String) -> String {
    let shifted =
      offset.isEmpty
      ? name : offset.hasPrefix("−") ? "\(name) + \(offset.dropFirst())" : "\(name) − \(offset)"
    if exponent == 0 { return shifted }
    return (offset.isEmpty ? shifted : "(\(shifted))") + " / " + Self.powerOfTen(exponent)
  }

  private static func powerOfTen(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "10" + String(String(exponent).map { $0.wholeNumberValue.map { digits[$0] } ?? "⁻" })
  }

  /// As many digits as tell neighbours apart, with an exponent where the number is long.
  static func label(_ value: Double, step: Double) -> String {
    if value == 0 { return "0" }
    let size = Swift.abs(value)
    if size >= 1e5 || size < 1e-3 {
      let digits = step > 0 ? Swift.max(0, Int(floor(log10(size)) - floor(log10(step)))) : 2
      return tidied(String(format: "%.\(Swift.min(digits, 6))e", value))
    }
    let decimals = step > 0 ? Swift.max(0, -Int(floor(log10(step) + 1e-9))) : 3
    return String(format: "%.\(Swift.min(decimals, 9))f", value).replacing("-", with: "−")
  }

  /// A number of some significant digits, without zeros at its end.
  static func label(_ value: Double, digits: Int) -> String { tidied(String(format: "%.\(digits)g", value)) }

  /// 2e+06 as 2e6, with true minus signs.
  private static func tidied(_ text: String) -> String {
    let parts = text.split(separator: "e")
    let exponent = parts.count == 2 ? "e\(Int(parts[1]) ?? 0)" : ""
    return "\(parts[0])\(exponent)".replacing("-", with: "−")
  }
}
