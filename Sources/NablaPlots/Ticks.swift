internal import Foundation

/// Round numbers along an axis.
struct Ticks {
  let values: [Double]
  let labels: [String]

  /// Multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  init(from low: Double, to high: Double, count: Int) {
    let raw = (high - low) / Double(Swift.max(1, count))
    guard raw > 0, raw.isFinite else {
      values = [low]
      labels = [Self.label(low, step: Swift.abs(low))]
      return
    }
    let power = pow(10, floor(log10(raw)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { raw <= $0 * 1.0001 } ?? 10 * power
    let first = (low / step - 1e-9).rounded(.up)
    var values: [Double] = []
    var k = first
    while k * step <= high + 1e-9 * step, values.count < 50 {
      values.append(k * step + 0)
      k += 1
    }
    self.values = values
    labels = values.map { Self.label($0, step: step) }
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
    labels = exponents.map { "1e\($0)".replacing("-", with: "−") }
  }

  /// As many digits as tell neighbours apart, with an exponent where the number is long.
  static func label(_ value: Double, step: Double) -> String {
    if value == 0 { return "0" }
    let size = Swift.abs(value)
    if size >= 1e5 || size < 1e-3 {
      let digits = step > 0 ? Swift.max(0, Int(floor(log10(size)) - floor(log10(step)))) : 2
      let text = String(format: "%.\(Swift.min(digits, 6))e", value)
      // 2e+06 as 2e6.
      let parts = text.split(separator: "e")
      return "\(parts[0])e\(Int(parts[1]) ?? 0)".replacing("-", with: "−")
    }
    let decimals = step > 0 ? Swift.max(0, -Int(floor(log10(step) + 1e-9))) : 3
    return String(format: "%.\(Swift.min(decimals, 9))f", value).replacing("-", with: "−")
  }
}
