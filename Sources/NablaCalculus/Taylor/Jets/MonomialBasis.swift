// SPDX-License-Identifier: Apache-2.0

/// The monomials of n variables up to a degree, degree by degree, with the places of their products.
///
/// Within a degree the first variable's powers descend: x², xy, y².
final class MonomialBasis: Sendable {
  let variableCount: Int
  let degree: Int
  /// By degree and place, the powers of the variables.
  let powers: [[[Int]]]
  /// By degrees d ≤ e with d + e ≤ `degree`, the places of products: of place i of d and j of e at i·count(e) + j.
  private let products: [[[Int32]]]

  /// The most monomials, and the most products of two of them, that a basis has.
  static let monomialLimit = 200_000
  static let productLimit = 1 << 23

  /// Nil beyond the limits.
  ///
  /// - Complexity: O(n · number of products).
  init?(variableCount n: Int, degree: Int) {
    guard let size = Self.count(upTo: degree, variables: n), size <= Self.monomialLimit,
      let pairs = Self.count(upTo: degree, variables: 2 * n), pairs <= Self.productLimit
    else { return nil }
    variableCount = n
    self.degree = degree
    powers = (0...degree).map { Self.monomials(n, $0) }
    let binomials = Binomials(degree + n)
    var products: [[[Int32]]] = []
    for d in 0...degree {
      products.append([])
      // A factor of degree 0 is a scalar, which needs no table.
      for e in 0...degree {
        guard d > 0, d <= e, d + e <= degree else {
          products[d].append([])
          continue
        }
        var table: [Int32] = []
        table.reserveCapacity(powers[d].count * powers[e].count)
        for a in powers[d] {
          for b in powers[e] {
            table.append(Int32(binomials.place(zip(a, b).map { $0 + $1 }, degree: d + e)))
          }
        }
        products[d].append(table)
      }
    }
    self.products = products
    self.binomials = binomials
  }

  private let binomials: Binomials

  func count(_ degree: Int) -> Int { powers[degree].count }

  /// The place of a monomial among those of its degree.
  func place(_ powers: [Int]) -> Int { binomials.place(powers, degree: powers.reduce(0, +)) }

  /// The place of the product of place i of degree d and place j of degree e.
  @inline(__always)
  func product(_ d: Int, _ i: Int, _ e: Int, _ j: Int) -> Int {
    d <= e ? Int(products[d][e][i * count(e) + j]) : Int(products[e][d][j * count(d) + i])
  }

  /// The number of monomials of at most a degree, C(n+d, n); nil beyond 2⁶⁰.
  static func count(upTo degree: Int, variables n: Int) -> Int? {
    var count = 1.0
    // The shorter of the two products of equal value.
    let (few, many) = (Swift.min(n, degree), Swift.max(n, degree))
    for k in 0..<few {
      count = (count * Double(many + k + 1) / Double(k + 1)).rounded()
      if count > 0x1p60 { return nil }
    }
    return Int(count)
  }

  /// All powers of one degree.
  private static func monomials(_ n: Int, _ degree: Int) -> [[Int]] {
    guard n > 0 else { return degree == 0 ? [[]] : [] }
    var result: [[Int]] = []
    var current = [Int](repeating: 0, count: n)
    current[0] = degree
    while true {
      result.append(current)
      // The last power before the final variable moves one to its right, together with what is at the end.
      let end = current[n - 1]
      guard let place = current[..<(n - 1)].lastIndex(where: { $0 > 0 }) else { return result }
      current[n - 1] = 0
      current[place] -= 1
      current[place + 1] = end + 1
    }
  }
}

/// Pascal's triangle, and with it the places of monomials.
private struct Binomials: Sendable {
  private let rows: [[Int]]

  init(_ size: Int) {
    var rows: [[Int]] = [[1]]
    for _ in 0..<size {
      let last = rows.last!
      // Entries beyond any place are never used; they must not overflow.
      rows.append([1] + zip(last, last.dropFirst()).map { $0 &+ $1 } + [1])
    }
    self.rows = rows
  }

  /// How many monomials of the degree come before: those that agree in the first variables and then have more.
  func place(_ powers: [Int], degree: Int) -> Int {
    var (rest, place) = (degree, 0)
    for (i, power) in powers.enumerated().dropLast() {
      let others = powers.count - i - 1
      // The monomials of degree at most rest − power − 1 in the other variables.
      if rest > power { place += rows[rest - power - 1 + others][others] }
      rest -= power
    }
    return place
  }
}
