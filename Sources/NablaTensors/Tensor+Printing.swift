// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension Tensor: CustomStringConvertible, CustomDebugStringConvertible {
  /// The elements as NumPy 2 prints an array: nested brackets, aligned columns, at most 8 digits after
  /// the point, scientific notation for all if one element is 10⁸ (`Float`: 10⁶) or more, below 10⁻⁴,
  /// or if magnitudes span more than 1000; lines of at most 75 characters; of more than 1000 elements
  /// only the 3 at each end of an axis. A 0-dimensional tensor prints as its number.
  public var description: String {
    if rank == 0 { return item.description }
    if count == 0 { return "[]" }
    let elided = count > 1000
    var shown: [Scalar] = []
    var index = [Int](repeating: 0, count: rank)
    forEachShown(axis: 0, index: &index, elided: elided) { shown.append($0) }
    return ArrayPrinter(tensor: self, format: NumberFormat(shown), elided: elided).text()
  }

  /// The scalar type and shape, then the elements.
  public var debugDescription: String { "Tensor<\(Scalar.self)> \(shape)\n\(description)" }

  fileprivate func forEachShown(
    axis: Int, index: inout [Int], elided: Bool, _ body: (Scalar) -> Void
  ) {
    if axis == rank { return body(self[layout: index]) }
    for i in ArrayPrinter<Scalar>.shownIndices(shape[axis], elided: elided) {
      guard let i else { continue }
      index[axis] = i
      forEachShown(axis: axis + 1, index: &index, elided: elided, body)
    }
  }

  fileprivate subscript(layout index: [Int]) -> Scalar {
    withStorage { base in base[layout.position(index) - layout.offset] }
  }
}

/// NumPy's layout of brackets and lines: `_formatArray` in numpy/_core/arrayprint.py, version 2.4.
private struct ArrayPrinter<Scalar: TensorScalar> {
  let tensor: Tensor<Scalar>
  let format: NumberFormat<Scalar>
  let elided: Bool

  static var edge: Int { 3 }

  /// The indices printed of an axis; nil stands for the dots.
  static func shownIndices(_ extent: Int, elided: Bool) -> [Int?] {
    guard elided && extent > 2 * edge else { return Array(0..<extent) }
    return Array(0..<edge) + [nil] + Array(extent - edge..<extent)
  }

  func text() -> String { block(index: [], indent: " ", width: 75) }

  private func block(index: [Int], indent: String, width: Int) -> String {
    let axis = index.count
    let shown = Self.shownIndices(tensor.shape[axis], elided: elided)
    var text = ""
    if axis == tensor.rank - 1 {
      var line = indent
      for (k, i) in shown.enumerated() {
        let word = i.map { format.text(of: tensor[layout: index + [$0]]) } ?? "..."
        // Each word leaves room for the separator or the closing bracket behind it.
        let isLast = k == shown.count - 1
        if line.count + word.count > width - 1 && line.count > indent.count {
          text += trimmedEnd(line) + "\n"
          line = indent
        }
        line += word + (isLast ? "" : " ")
      }
      text += line
    } else {
      let separator = String(repeating: "\n", count: tensor.rank - 1 - axis)
      for (k, i) in shown.enumerated() {
        text += indent
        text += i.map { block(index: index + [$0], indent: indent + " ", width: width - 1) } ?? "..."
        if k < shown.count - 1 { text += separator }
      }
    }
    return "[" + text.dropFirst(indent.count) + "]"
  }

  private func trimmedEnd(_ line: String) -> Substring {
    var end = line.endIndex
    while end > line.startIndex, line[line.index(before: end)] == " " { end = line.index(before: end) }
    return line[..<end]
  }
}

/// One precision and width for all numbers: `FloatingFormat` in numpy/_core/arrayprint.py, version 2.4,
/// with its defaults (precision 8, shortest digits).
private struct NumberFormat<Scalar: TensorScalar> {
  private var isScientific = false
  private var padLeft = 0
  private var padRight = 0
  private var exponentDigits = 0
  private var precision = 8

  init(_ values: [Scalar]) {
    let finite = values.filter(\.isFinite)
    let magnitudes = finite.map(\.magnitude).filter { $0 > 0 }
    if let largest = magnitudes.max(), let smallest = magnitudes.min() {
      let cutoff: Scalar = Scalar.significandBitCount < 30 ? 1e6 : 1e8
      isScientific = largest >= cutoff || smallest < 0.0001 || largest / smallest > 1000
    }
    let parts = finite.map { isScientific ? scientific($0) : positional($0) }
    padLeft = parts.map(\.whole.count).max() ?? 0
    let digits = parts.map(\.fraction.count).max() ?? 0
    if isScientific {
      precision = digits
      exponentDigits = parts.map { String($0.exponent.magnitude).count }.max().map { max($0, 2) } ?? 0
      padRight = exponentDigits + 2 + digits
    } else {
      padRight = digits
    }
    if finite.count < values.count {
      let longest = values.contains(-.infinity) ? 4 : 3
      padLeft = max(padLeft, longest - (padRight + 1))
    }
  }

  func text(of value: Scalar) -> String {
    guard value.isFinite else {
      let name = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
      return pad(name, to: padLeft + padRight + 1)
    }
    if isScientific {
      let (whole, fraction, exponent) = scientific(value)
      let digits = String(exponent.magnitude)
      return pad(whole, to: padLeft) + "." + fraction
        + String(repeating: "0", count: precision - fraction.count) + (exponent < 0 ? "e-" : "e+")
        + String(repeating: "0", count: max(0, exponentDigits - digits.count)) + digits
    }
    let (whole, fraction, _) = positional(value)
    return pad(whole, to: padLeft) + "." + fraction
      + String(repeating: " ", count: padRight - fraction.count)
  }

  private func pad(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The shortest decimal that reads back as the same number, or if it has more than `precision`
  /// digits after the point, the correctly rounded one with so many; without trailing zeros.
  private func positional(_ value: Scalar) -> (whole: String, fraction: String, exponent: Int) {
    let (digits, exponent) = shortestDigits(value)
    let sign = value.sign == .minus ? "-" : ""
    if digits.count - 1 - exponent > precision {
      let text = formatted(value, "%.\(precision)f")
      let parts = text.split(separator: ".")
      return (String(parts[0]), withoutTrailingZeros(parts.count > 1 ? parts[1] : ""), 0)
    }
    if exponent < 0 {
      return (sign + "0", withoutTrailingZeros(String(repeating: "0", count: -exponent - 1) + digits), 0)
    }
    let padded = digits + String(repeating: "0", count: max(0, exponent + 1 - digits.count))
    return (sign + padded.prefix(exponent + 1), withoutTrailingZeros(padded.dropFirst(exponent + 1)), 0)
  }

  private func scientific(_ value: Scalar) -> (whole: String, fraction: String, exponent: Int) {
    let (digits, exponent) = shortestDigits(value)
    let sign = value.sign == .minus ? "-" : ""
    if digits.count - 1 > precision {
      let parts = formatted(value, "%.\(precision)e").split(separator: "e")
      let mantissa = parts[0].split(separator: ".")
      return (
        String(mantissa[0]), withoutTrailingZeros(mantissa.count > 1 ? mantissa[1] : ""),
        Int(parts[1]) ?? 0
      )
    }
    return (sign + digits.prefix(1), withoutTrailingZeros(digits.dropFirst()), exponent)
  }

  private func withoutTrailingZeros(_ digits: some StringProtocol) -> String {
    var digits = Substring(digits)
    while digits.last == "0" { digits.removeLast() }
    return String(digits)
  }

  /// The digits of Swift's `description`, which are the shortest that identify the number, without
  /// sign, point and zeros around them, and the decimal exponent of the first.
  private func shortestDigits(_ value: Scalar) -> (digits: String, exponent: Int) {
    if value == 0 { return ("0", 0) }
    let parts = value.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var exponent = mantissa[0].count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    var digits = Substring(mantissa[0] + (mantissa.count > 1 ? mantissa[1] : ""))
    while digits.first == "0" {
      digits.removeFirst()
      exponent -= 1
    }
    return (withoutTrailingZeros(digits), exponent)
  }

  /// C's correctly rounded conversion; every `Float` is a `Double`.
  private func formatted(_ value: Scalar, _ format: String) -> String {
    withVaList([Double(value)]) { arguments in
      // The longest is a Double just below 10⁸, or a mantissa with an exponent.
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
        vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
        return String(cString: buffer.baseAddress!)
      }
    }
  }
}
