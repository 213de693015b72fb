// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule
import Testing

#if arch(x86_64) && !os(Windows)
  private typealias Wide = Float80
#else
  private typealias Wide = Double
#endif

/// What a reference in `Double` may err by itself; one of 64 significant bits does not matter.
private let referenceUlps = Wide.significandBitCount > Double.significandBitCount ? 0.0 : 5

/// An elementwise function, what it should give, and the largest error in ulp of the result.
private struct Row<S: TensorScalar> {
  let name: String
  let ulps: Double
  let function: (Tensor<S>) -> Tensor<S>
  let reference: (Wide) -> Wide

  init(
    _ name: String, _ ulps: Double, _ function: @escaping (Tensor<S>) -> Tensor<S>,
    _ reference: @escaping (Wide) -> Wide
  ) {
    (self.name, self.ulps, self.function, self.reference) = (name, ulps, function, reference)
  }
}

private func rows<S: TensorScalar>(_: S.Type) -> [Row<S>] {
  var rows: [Row<S>] = []
  rows.append(Row("exp", 1, { exp($0) }, { .exp($0) }))
  rows.append(Row("exp2", 1, { exp2($0) }, { .exp2($0) }))
  rows.append(Row("expm1", 1, { expm1($0) }, { .expMinusOne($0) }))
  rows.append(Row("log", 1, { log($0) }, { .log($0) }))
  rows.append(Row("log2", 1, { log2($0) }, { .log2($0) }))
  rows.append(Row("log10", 1, { log10($0) }, { .log10($0) }))
  rows.append(Row("log1p", 1, { log1p($0) }, { .log(onePlus: $0) }))
  rows.append(Row("sqrt", 0.5, { sqrt($0) }, { $0.squareRoot() }))
  rows.append(Row("cbrt", 1, { cbrt($0) }, { .root($0, 3) }))
  rows.append(Row("sin", 1, { sin($0) }, { .sin($0) }))
  rows.append(Row("cos", 1, { cos($0) }, { .cos($0) }))
  rows.append(Row("tan", 1, { tan($0) }, { .tan($0) }))
  rows.append(Row("asin", 1, { asin($0) }, { .asin($0) }))
  rows.append(Row("acos", 1, { acos($0) }, { .acos($0) }))
  rows.append(Row("atan", 1, { atan($0) }, { .atan($0) }))
  rows.append(Row("sinh", 1, { sinh($0) }, { .sinh($0) }))
  rows.append(Row("cosh", 1, { cosh($0) }, { .cosh($0) }))
  rows.append(Row("tanh", 1, { tanh($0) }, { .tanh($0) }))
  rows.append(Row("asinh", 1, { asinh($0) }, { .asinh($0) }))
  rows.append(Row("acosh", 1, { acosh($0) }, { .acosh($0) }))
  rows.append(Row("atanh", 1, { atanh($0) }, { .atanh($0) }))
  rows.append(Row("erf", 1, { erf($0) }, { .erf($0) }))
  rows.append(Row("erfc", 1, { erfc($0) }, { .erfc($0) }))
  // The C library's, which promises less.
  rows.append(Row("exp10", 2, { exp10($0) }, { .exp10($0) }))
  rows.append(Row("lgamma", 8, { lgamma($0) }, { .logGamma($0) }))
  rows.append(Row("gamma", 10, { gamma($0) }, { .gamma($0) }))
  rows.append(
    Row("sigmoid", 1, { sigmoid($0) }, { $0 < 0 ? .exp($0) / (1 + .exp($0)) : 1 / (1 + .exp(-$0)) }))
  rows.append(
    Row("softplus", 1, { softplus($0) }, { ($0 < 0 ? 0 : $0) + .log(onePlus: .exp(-$0.magnitude)) }))
  rows.append(Row("abs", 0, { abs($0) }, { $0.magnitude }))
  rows.append(Row("sign", 0, { sign($0) }, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }))
  rows.append(Row("floor", 0, { floor($0) }, { $0.rounded(.down) }))
  rows.append(Row("ceil", 0, { ceil($0) }, { $0.rounded(.up) }))
  rows.append(Row("round", 0, { round($0) }, { $0.rounded(.toNearestOrEven) }))
  rows.append(Row("square", 0.5, { pow($0, 2) }, { $0 * $0 }))
  rows.append(Row("cube", 1, { pow($0, 3) }, { $0 * $0 * $0 }))
  return rows
}

private let names = rows(Double.self).map(\.name)

/// Ends of domains and of the format, and numbers of all sizes.
private func arguments<S: TensorScalar>(_: S.Type) -> [S] {
  let tiny: [S] = [0, S.leastNonzeroMagnitude, S.leastNormalMagnitude, S.ulpOfOne]
  let plain: [S] = [0.5, 1, 1.5, 2, 2.5, 3, 1000, S.pi, S.greatestFiniteMagnitude, S.infinity]
  var numbers = (tiny + plain).flatMap { [$0, -$0] } + [S.nan]
  var generator = SeededGenerator(seed: seed)
  for size: S in [1, 20, 800] {
    for _ in 0..<300 { numbers.append(size * S(Double.random(in: -1...1, using: &generator))) }
  }
  let exponents = Int(S.leastNormalMagnitude.exponent)...Int(S.greatestFiniteMagnitude.exponent)
  for _ in 0..<300 {
    let exponent = S.Exponent(Int.random(in: exponents, using: &generator))
    let significand = S(Double.random(in: 1..<1.99, using: &generator))
    let magnitude = S(sign: .plus, exponent: exponent, significand: significand)
    numbers.append(Bool.random(using: &generator) ? magnitude : -magnitude)
  }
  return numbers
}

/// The bits, with one pattern for every NaN; widening is exact.
private func bits<S: TensorScalar>(_ x: S) -> UInt64 { Double(x.isNaN ? .nan : x).bitPattern }

@Suite struct ElementwiseAccuracyTests {
  @Test(arguments: names) func doubles(_ name: String) { againstReference(name, Double.self) }
  @Test(arguments: names) func floats(_ name: String) { againstReference(name, Float.self) }

  private func againstReference<S: TensorScalar>(_ name: String, _: S.Type) {
    let row = rows(S.self).first { $0.name == name }!
    let x = arguments(S.self)
    let y = row.function(Tensor(shape: [x.count], scalars: x)).scalars
    for (x, y) in zip(x, y) {
      let expected = row.reference(Wide(x))
      let rounded = S(expected)
      if expected.isNaN {
        #expect(y.isNaN, "\(name)(\(x)) = \(y)")
      } else if rounded.isInfinite || expected == 0 {
        #expect(y == rounded && y.sign == rounded.sign, "\(name)(\(x)) = \(y), not \(rounded)")
      } else {
        let error = Double((Wide(y) - expected).magnitude / Wide(rounded.ulp))
        #expect(error <= row.ulps + referenceUlps, "\(name)(\(x)) = \(y), seed \(seed)")
      }
    }
  }

  /// A number's result has the same bits alone, at every place of every count, and in every layout.
  @Test(arguments: names) func sameBitsEverywhere(_ name: String) {
    sameBits(rows(Double.self).first { $0.name == name }!)
    sameBits(rows(Float.self).first { $0.name == name }!)
  }

  private func sameBits<S: TensorScalar>(_ row: Row<S>) {
    let (f, name) = (row.function, row.name)
    let all = arguments(S.self)
    let alone = all.map { bits(f(Tensor($0)).item) }
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 600] {
      for start in [0, 1, 5, 400] where start + count <= all.count {
        let part = Tensor(shape: [count], scalars: Array(all[start..<(start + count)]))
        #expect(
          f(part).scalars.map { bits($0) } == Array(alone[start..<(start + count)]), "\(name), \(count)")
      }
    }
    let (m, n) = (9, 70)
    let matrix = Tensor(shape: [m, n], scalars: Array(all[..<(m * n)]))
    for (layout, x) in layouts(of: matrix) {
      #expect(f(x).scalars.map { bits($0) } == Array(alone[..<(m * n)]), "\(name), \(layout)")
    }
    let repeated = f(matrix[0].broadcast(to: [3, n]))
    #expect(
      repeated.shape == [3, n] && repeated.scalars.map { bits($0) } == (0..<3).flatMap { _ in alone[..<n] })
    #expect(f(Tensor<S>.zeros([0, 3])).shape == [0, 3] && f(Tensor<S>(1)).shape == [])
  }

  @Test func twoArguments() {
    pairs(Double.self)
    pairs(Float.self)
  }

  private func pairs<S: TensorScalar>(_: S.Type) {
    var generator = SeededGenerator(seed: seed)
    let x = (0..<500).map { _ in S(Double.random(in: -30...30, using: &generator)) }
    let y = (0..<500).map { _ in S(Double.random(in: -8...8, using: &generator)) }
    let (a, b) = (Tensor(shape: [500], scalars: x), Tensor(shape: [500], scalars: y))
    let powers = pow(abs(a), b)
    let (lengths, angles) = (hypot(a, b), atan2(a, b))
    let (larger, smaller) = (maximum(a, b), minimum(a, b))
    for i in x.indices {
      let (u, v) = (Wide(x[i]), Wide(y[i]))
      let errors = [
        (powers[i], Wide.pow(u.magnitude, v)), (lengths[i], Wide.hypot(u, v)),
        (angles[i], Wide.atan2(y: u, x: v)),
      ].map { Double((Wide($0) - $1).magnitude / Wide(S($1).ulp)) }
      #expect(errors.allSatisfy { $0 <= 1 + referenceUlps }, "\(x[i]), \(y[i]): \(errors), seed \(seed)")
      #expect(larger[i] == Swift.max(x[i], y[i]) && smaller[i] == Swift.min(x[i], y[i]))
    }
    // Columns and rows after broadcasting give the bits of the pairs.
    let table = pow(abs(a).reshaped([500, 1])[0..<20], b[0..<30])
    for i in 0..<20 {
      for j in 0..<30 { #expect(table[i, j] == pow(Tensor(x[i].magnitude), Tensor(y[j])).item) }
    }
    let (zero, infinity) = (Tensor<S>(0), S.infinity)
    #expect(pow(zero, zero).item == 1 && pow(Tensor(S.nan), zero).item == 1 && pow(zero, -1).item == infinity)
    #expect(pow(Tensor<S>(-2), S(0.5)).item.isNaN && pow(Tensor<S>(-2), -3).item == -0.125)
    #expect(hypot(Tensor(infinity), Tensor(S.nan)).item == infinity)
    let pi = S(Double.pi)
    #expect(atan2(zero, Tensor<S>(-1)).item == pi && atan2(-zero, Tensor<S>(-1)).item == -pi)
  }
}
