// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import NablaTensors

/// Products with some rows of a matrix against products with the whole, of rows that have code and such that have none.
@Suite struct RowProductsTests {
  @Test(arguments: [0, 1, 3, 8, 100, 3000]) func rowsOfAMatrix(_ n: Int) {
    let (x, w): (Tensor<Double>, Tensor<Double>) = (randomMatrix(40, n), randomMatrix(1, n).row(0))
    let r: Tensor<Double> = randomMatrix(1, 40).row(0)
    let products = RowProducts(x)
    for rows in [0..<40, 0..<0, 5..<6, 13..<40] {
      var z = Tensor<Double>.zeros([60])[20..<20 + rows.count]
      products.multiply(rows, by: w, into: &z)
      // Up to 3000 products of order 1, each rounded once.
      #expect(largestDifference(z, matmul(x[rows], w)) <= 1e-11, "\(rows) of \(n) columns, seed \(seed)")
      var g = Tensor<Double>.ones([n, 2])[.all, 1]
      let before = g
      products.add(rows, times: r[rows], to: &g)
      #expect(
        largestDifference(g, matmul(r[rows], x[rows]) + 1) <= 1e-12, "\(rows) of \(n) columns, seed \(seed)")
      #expect(before == .ones([n]))
    }
  }
}
