// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct EinsumTests {
  private static let seed: UInt64 = 314

  /// The definition: a loop over all letters.
  private func naive(_ operands: [(letters: [Character], tensor: Tensor<Double>)], _ result: [Character])
    -> Tensor<Double>
  {
    var extents: [Character: Int] = [:]
    for (letters, tensor) in operands { for (l, n) in zip(letters, tensor.shape) { extents[l] = n } }
    let all = extents.keys.sorted()
    let shape = result.map { extents[$0]! }
    var sums = [Double](repeating: 0, count: shape.reduce(1, *))
    for position in 0..<all.reduce(1, { $0 * extents[$1]! }) {
      var (rest, index) = (position, [Character: Int]())
      for letter in all {
        index[letter] = rest % extents[letter]!
        rest /= extents[letter]!
      }
      let product = operands.reduce(1.0) { product, operand in
        let place = operand.letters.map { index[$0]! }
        let strides = operand.tensor.strides
        let flat = zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }
        return product * operand.tensor.withUnsafeBufferPointer { $0[flat] }
      }
      sums[result.reduce(0) { $0 * extents[$1]! + index[$1]! }] += product
    }
    return Tensor(shape: shape, scalars: sums)
  }

  /// Random subscripts with shared, repeated and lone letters; integers, so that all orders of summation agree.
  @Test func randomSubscripts() {
    var generator = SeededGenerator(seed: Self.seed)
    let alphabet = Array("abcde")
    for trial in 0..<300 {
      let extents = Dictionary(
        uniqueKeysWithValues: alphabet.map { ($0, Int.random(in: 1...3, using: &generator)) })
      let operands = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        let letters = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator)!
        }
        let shape = letters.map { extents[$0]! }
        let t = Tensor<Double>(
          shape: shape,
          scalars: (0..<shape.reduce(1, *)).map { _ in Double(Int.random(in: -3...3, using: &generator)) })
        return (letters: letters, tensor: t)
      }
      let present = Set(operands.flatMap(\.letters)).sorted()
      let result = present.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator))
      let text = operands.map { String($0.letters) }.joined(separator: ",") + "->" + String(result)
      #expect(
        einsum(text, operands.map(\.tensor)) == naive(operands, Array(result)),
        "\(text), trial \(trial), seed \(Self.seed)")
    }
  }

  @Test func wellKnownForms() {
    let a = Tensor<Double>.arange(6).reshaped([2, 3])
    let b = Tensor<Double>.arange(12).reshaped([3, 4])
    #expect(einsum("ij,jk->ik", a, b) == matmul(a, b) && einsum("ij,jk", a, b) == matmul(a, b))
    #expect(einsum("ij -> ji", a) == a.transposed() && einsum("ba", a) == a.transposed())
    let c = matmul(a.transposed(), a)
    #expect(einsum("ii->", c).item == c.diagonal().sum() && einsum("ii->i", c) == c.diagonal())
    #expect(einsum("ij,ij->", a, a.transposed().transposed()).item == (a * a).sum())
    #expect(tensordot(a, b, axes: ([1], [0])) == matmul(a, b))
    #expect(tensordot(a, a, axes: ([0, 1], [0, 1])).item == (a * a).sum())
    #expect(tensordot(a, b, axes: ([], [])).shape == [2, 3, 3, 4])
    #expect(einsum("ij,jk->ik", Tensor<Double>.zeros([2, 0]), Tensor.zeros([0, 3])) == .zeros([2, 3]))
  }

  /// Axes without letters, broadcast as numpy.einsum does (NumPy 2.4), against the same with letters.
  @Test func ellipses() {
    let a = Tensor<Double>.arange(30).reshaped([5, 1, 2, 3])
    let b = Tensor<Double>.arange(24).reshaped([4, 3, 2])
    let product = matmul(a, b)
    #expect(einsum("...ij,...jk->...ik", a, b) == product && product.shape == [5, 4, 2, 2])
    #expect(einsum("...ij,...jk", a, b) == product)
    #expect(einsum("i...,i...->...", b, b) == (b * b).sum(axis: 0))
    #expect(einsum("i...->...i", b) == b.movedAxis(0, to: -1) && einsum("...i", b) == b)
    #expect(einsum("...i,i->...", b, Tensor([1, 10])) == b[..., 0] + b[..., 1] * 10)
    // An operand whose ... has no axes, and subscripts that already use the first letters.
    #expect(einsum("...A,A...->A...", b, Tensor([1, 10])).shape == [2, 4, 3])
    #expect(einsum("...,...->...", Tensor<Double>([1, 2]), Tensor([[1], [3]])) == [[1, 2], [3, 6]])
    let square = Tensor<Double>.arange(18).reshaped([2, 3, 3])
    #expect(einsum("...ii->...", square) == square.diagonal().sum(axis: -1))
    #expect(einsum("...ij->...ji", square.transposed()) == square)
    #expect(einsum("...->...", Tensor<Double>(4)).item == 4 && einsum("...i->...", b[0..<0]).shape == [0, 3])
    #expect(einsum("...i,...i->...", Tensor<Double>.ones([0, 2]), Tensor.ones([1, 2])).shape == [0])
  }

  @Test func mistakesNameTheSubscripts() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = einsum("ij,jk->ik", Tensor<Double>.zeros([2, 3]), Tensor<Double>.zeros([4, 2]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #if DEBUG
      #expect(
        text.contains("einsum(\"ij,jk->ik\") of shapes [[2, 3], [4, 2]]: axis \"j\" has extents 3 and 4."))
    #endif
  }

  @Test func mistakesWithEllipsesTrap() async {
    await #expect(processExitsWith: .failure) { _ = einsum("i...->i", Tensor<Double>.zeros([2, 3])) }
    await #expect(processExitsWith: .failure) { _ = einsum("..i->i", Tensor<Double>.zeros([2])) }
    await #expect(processExitsWith: .failure) { _ = einsum("...i...->i", Tensor<Double>.zeros([2])) }
    await #expect(processExitsWith: .failure) { _ = einsum("...ij->ij", Tensor<Double>.zeros([2])) }
    await #expect(processExitsWith: .failure) {
      _ = einsum("...,...->...", Tensor<Double>.zeros([2]), Tensor<Double>.zeros([3]))
    }
  }
}
