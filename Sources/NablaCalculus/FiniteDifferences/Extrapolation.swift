// SPDX-License-Identifier: Apache-2.0

/// The limit of differences D(h) as h → 0 from steps that are halved, by Richardson's extrapolation with Ridders'
/// choice: of all entries of the tableau the one with the least estimated error.
///
/// D(h) = D + c₁ h^p₁ + c₂ h^p₂ + …, with the powers 2, 4, 6, … of central and 1, 2, 3, … of one-sided differences;
/// column j removes the first j terms. An entry's error is estimated by its distance from the two that it was made of,
/// and the rounding error of the differences, which no extrapolation removes.
///
/// Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
struct Extrapolation {
  var value = Double.nan
  var error = Double.infinity

  /// - Parameters:
  ///   - differences: at h, h/2, h/4, …
  ///   - noise: bounds of their rounding errors.
  init(_ differences: [Double], noise: [Double], isCentral: Bool) {
    // Large steps may leave the domain; what is nearer to the point counts.
    let first = differences.lastIndex { !$0.isFinite }.map { $0 + 1 } ?? 0
    var row: [Double] = []
    for (k, difference) in differences.enumerated().dropFirst(first) {
      var next = [difference]
      for j in row.indices {
        let factor = isCentral ? Double(1 << (2 * (j + 1))) : Double(1 << (j + 1))
        let improved = next[j] + (next[j] - row[j]) / (factor - 1)
        next.append(improved)
        // The larger coefficients of an extrapolation sum to less than 3 with even powers, 9 with all.
        let rounding = noise[k] * (isCentral ? 3 : 9)
        let estimate = Swift.max(abs(improved - next[j]), abs(improved - row[j])) + rounding
        if estimate < error { (value, error) = (improved, estimate) }
      }
      row = next
    }
  }
}
