// SPDX-License-Identifier: Apache-2.0

/// The Sobol' sequence: points of low discrepancy in the unit cube.
///
/// Coordinate j of point i is the exclusive or of the direction numbers vⱼₖ where bit k of i's Gray code is set. Direction
/// numbers are those of Joe and Kuo that give the first coordinates good two-dimensional projections.
///
/// Sobol', "On the distribution of points in a cube and the approximate evaluation of integrals", USSR Comput. Math. Math.
/// Phys. 7 (1967); Joe and Kuo, "Constructing Sobol' sequences with better two-dimensional projections", SIAM J. Sci.
/// Comput. 30 (2008), file new-joe-kuo-6.21201; Antonov and Saleev (1979) for the order by Gray code.
struct SobolSequence {
  /// The most coordinates.
  static let dimensionLimit = table.count + 1

  /// For coordinates from the second on: the primitive polynomial as bits, and the first direction numbers.
  private static let table: [(polynomial: Int, first: [UInt64])] = [
    (3, [1]), (7, [1, 3]), (11, [1, 3, 1]), (13, [1, 1, 1]), (19, [1, 1, 3, 3]), (25, [1, 3, 5, 13]),
    (37, [1, 1, 5, 5, 17]), (41, [1, 1, 5, 5, 5]), (47, [1, 1, 7, 11, 19]), (55, [1, 1, 5, 1, 1]),
    (59, [1, 1, 1, 3, 11]), (61, [1, 3, 5, 5, 31]), (67, [1, 3, 3, 9, 7, 49]), (91, [1, 1, 1, 15, 21, 21]),
    (97, [1, 3, 1, 13, 27, 49]), (103, [1, 1, 1, 15, 7, 5]), (109, [1, 3, 1, 15, 13, 25]),
    (115, [1, 1, 5, 5, 19, 61]), (131, [1, 3, 7, 11, 23, 15, 103]), (137, [1, 3, 7, 13, 13, 15, 69]),
    (143, [1, 1, 3, 13, 7, 35, 63]), (145, [1, 3, 5, 9, 1, 25, 53]), (157, [1, 3, 1, 13, 9, 35, 107]),
    (167, [1, 3, 1, 5, 27, 61, 31]), (171, [1, 1, 5, 11, 19, 41, 61]), (185, [1, 3, 5, 3, 3, 13, 69]),
    (191, [1, 1, 7, 13, 1, 19, 1]), (193, [1, 3, 7, 5, 13, 19, 59]), (203, [1, 1, 3, 9, 25, 29, 41]),
    (211, [1, 3, 5, 13, 23, 1, 55]), (213, [1, 3, 7, 3, 13, 59, 17]), (229, [1, 3, 1, 3, 5, 53, 69]),
    (239, [1, 1, 5, 5, 23, 33, 13]), (241, [1, 1, 7, 7, 1, 61, 123]), (247, [1, 1, 7, 9, 13, 61, 49]),
    (253, [1, 3, 3, 5, 3, 55, 33]), (285, [1, 3, 1, 15, 31, 13, 49, 245]),
    (299, [1, 3, 5, 15, 31, 59, 63, 97]), (301, [1, 3, 1, 11, 11, 11, 77, 249]),
    (333, [1, 3, 1, 11, 27, 43, 71, 9]), (351, [1, 1, 7, 15, 21, 11, 81, 45]),
    (355, [1, 3, 7, 3, 25, 31, 65, 79]), (357, [1, 3, 1, 1, 19, 11, 3, 205]),
    (361, [1, 1, 5, 9, 19, 21, 29, 157]), (369, [1, 3, 7, 11, 1, 33, 89, 185]),
    (391, [1, 3, 3, 3, 15, 9, 79, 71]), (397, [1, 3, 7, 11, 15, 39, 119, 27]),
    (425, [1, 1, 3, 1, 11, 31, 97, 225]), (451, [1, 1, 1, 3, 23, 43, 57, 177]),
    (463, [1, 3, 7, 7, 17, 17, 37, 71]), (487, [1, 3, 1, 5, 27, 63, 123, 213]),
    (501, [1, 1, 3, 5, 11, 43, 53, 133]), (529, [1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (539, [1, 3, 3, 11, 3, 1, 109, 9, 69]), (545, [1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (557, [1, 3, 1, 5, 25, 15, 31, 103, 499]), (563, [1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (601, [1, 1, 5, 11, 9, 29, 97, 231, 363]), (607, [1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (617, [1, 3, 7, 7, 31, 19, 83, 137, 221]), (623, [1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (631, [1, 1, 5, 13, 31, 15, 55, 25, 161]), (637, [1, 1, 3, 13, 25, 47, 39, 87, 257]),
  ]

  private static let bits = 52
  let dimension: Int
  /// Direction numbers as 52-bit fractions, coordinate by coordinate.
  private let directions: [UInt64]
  private var state: [UInt64]
  private var index: UInt64 = 0
  /// Added modulo 2 to every point (a digital shift).
  private let shift: [UInt64]

  /// - Precondition: from 1 to ``dimensionLimit`` coordinates.
  init(dimension: Int, shift: [UInt64]) {
    self.dimension = dimension
    self.shift = shift.map { $0 & (1 << UInt64(Self.bits) - 1) }
    state = Array(repeating: 0, count: dimension)
    var directions: [UInt64] = []
    for j in 0..<dimension {
      var m: [UInt64] = []
      if j == 0 {
        m = Array(repeating: 1, count: Self.bits)
      } else {
        let (polynomial, first) = Self.table[j - 1]
        let degree = first.count
        m = first
        for k in degree..<Self.bits {
          var next = m[k - degree] ^ (m[k - degree] << UInt64(degree))
          for i in stride(from: 1, to: degree, by: 1) where polynomial >> (degree - i) & 1 == 1 {
            next ^= m[k - i] << UInt64(i)
          }
          m.append(next)
        }
      }
      for k in 0..<Self.bits { directions.append(m[k] << UInt64(Self.bits - 1 - k)) }
    }
    self.directions = directions
  }

  /// Appends the next points in [0, 1)ⁿ, row by row; each coordinate is in the middle of its cell of 2⁻⁵², never 0.
  mutating func append(_ count: Int, to points: inout [Double]) {
    for _ in 0..<count {
      for j in 0..<dimension {
        points.append((Double(state[j] ^ shift[j]) + 0.5) * 0x1p-52)
      }
      let k = (~index).trailingZeroBitCount
      index += 1
      for j in 0..<dimension { state[j] ^= directions[j * Self.bits + k] }
    }
  }
}
