// SPDX-License-Identifier: Apache-2.0

import NablaKernels
import Testing

@testable import NablaTensors

/// Products in pieces against products by OpenBLAS at once, whichever of the two this machine's processor prefers.
@Suite struct BlockedProductTests {
  @Test(arguments: [false, true], [false, true])
  func piecesMakeTheWhole(leftIsTransposed: Bool, rightIsTransposed: Bool) {
    compare(leftIsTransposed, rightIsTransposed, as: Double.self)
    compare(leftIsTransposed, rightIsTransposed, as: Float.self)
  }

  /// Extents that fill pieces and such that do not.
  private func compare<S: TensorScalar>(_ leftIsTransposed: Bool, _ rightIsTransposed: Bool, as: S.Type) {
    for (m, k, n) in [(48, 320, 32), (97, 321, 33), (385, 40, 70), (96, 1, 31), (500, 700, 5)] {
      let (a, b): (Tensor<S>, Tensor<S>) =
        (
          wholeNumbers(leftIsTransposed ? [k, m] : [m, k]),
          wholeNumbers(rightIsTransposed ? [n, k] : [k, n])
        )
      let (left, right) = (leftIsTransposed ? a.transposed() : a, rightIsTransposed ? b.transposed() : b)
      for isAdded in [false, true] {
        let start = isAdded ? Tensor<S>.ones([m, n]) : Tensor(shape: [m, n], repeating: .nan)
        var whole = start.copied()
        matmul(left, right, into: &whole, adding: isAdded)
        let pieces = start.copied()
        guard let x = MatrixOperand(left), let y = MatrixOperand(right) else {
          Issue.record("A transposed matrix can be read.")
          return
        }
        let product = MatrixProduct<S>(
          left: x, right: y, rows: m, inner: k, columns: n, isAdded: isAdded)
        left.withStorage { a in
          right.withStorage { b in BlockedProduct.write(product, a, b, to: pieces.storage.base) }
        }
        // Sums of whole numbers below 2²⁴: exact in any order.
        #expect(pieces == whole, "\(m) × \(k) × \(n), added: \(isAdded), seed \(seed)")
      }
    }
  }

  private func wholeNumbers<S: TensorScalar>(_ shape: [Int]) -> Tensor<S> {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape,
      scalars: (0..<shape.reduce(1, *)).map { _ in
        S(Int.random(in: -9...9, using: &generator))
      })
  }

  @Test func versionIsRead() throws {
    let version = try #require(BLASLibrary.version)
    #expect(BLASLibrary.configuration.contains("OpenBLAS \(version.0).\(version.1).\(version.2)"))
  }
}
