// SPDX-License-Identifier: Apache-2.0

/// A sum of products over named axes (Einstein's convention): `einsum("bij,bjk->bik", a, b)`.
///
/// Each operand has a letter for each of its axes; axes of one letter go together. The letters behind the arrow are the
/// result's axes, and it is summed over all others:
///
/// | subscripts | meaning |
/// |---|---|
/// | `ij,jk->ik` | the matrix product; `bij,bjk->bik` of batches |
/// | `ij->ji` | the transpose |
/// | `ii->i`, `ii->` | the diagonal, the trace |
/// | `i,j->ij` | the outer product |
/// | `ijk,ijk->` | the inner product of all elements |
/// | `...ij,...jk->...ik` | the matrix product, whatever axes stand before |
///
/// Without an arrow the result has the axes of `...` and then the letters that occur once, in alphabetical order. Axes of
/// one letter have one extent. `...` stands for the axes of an operand that have no letter; those of several operands
/// are aligned at the last one and broadcast, and a result that leaves them out is a mistake.
///
/// Operands are contracted in pairs, each pair as a matrix product by BLAS, at each step the pair with the smallest
/// result.
///
/// - Precondition: the subscripts fit the operands; a message names both.
public func einsum<S: TensorScalar>(_ subscripts: String, _ operands: Tensor<S>...) -> Tensor<S> {
  einsum(subscripts, operands)
}

/// ``einsum(_:_:)`` of a list of operands.
public func einsum<S: TensorScalar>(_ subscripts: String, _ operands: [Tensor<S>]) -> Tensor<S> {
  let form = EinsumForm(subscripts, shapes: operands.map(\.shape))
  var terms = zip(operands, form.operands).map { EinsumTerm(tensor: $0, letters: $1).withoutRepetitions() }
  while terms.count > 1 {
    // The pair whose contraction is smallest.
    var best: (i: Int, j: Int, size: Int)?
    for j in terms.indices {
      for i in 0..<j {
        let others = terms.indices.filter { $0 != i && $0 != j }.flatMap { terms[$0].letters }
        let kept = Set(others + form.result)
        let size = Set(terms[i].letters + terms[j].letters).intersection(kept)
          .reduce(1) { $0 * form.extents[$1]! }
        if best == nil || size < best!.size { best = (i, j, size) }
      }
    }
    let (i, j, _) = best!
    let others = terms.indices.filter { $0 != i && $0 != j }.flatMap { terms[$0].letters }
    let contracted = terms[i].contracted(with: terms[j], keeping: Set(others + form.result))
    terms.remove(at: j)
    terms[i] = contracted
  }
  return terms[0].summed(keeping: Set(form.result)).arranged(form.result).tensor
}

/// Subscripts taken apart and checked.
///
/// The axes of `...` get letters that the subscripts do not use, and an axis of extent 1 that is broadcast one of its
/// own, over which it is summed: what is left are subscripts without `...`.
package struct EinsumForm {
  package let operands: [[Character]]
  package let result: [Character]
  package let extents: [Character: Int]

  package init(_ subscripts: String, shapes: [[Int]]) {
    func fail(_ reason: String) -> Never {
      preconditionFailure("einsum(\"\(subscripts)\") of shapes \(shapes): \(reason).")
    }
    let text = subscripts.filter { !$0.isWhitespace }
    let sides = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if sides.count == 2 && sides[1].first != ">" { fail("the result is written behind \"->\"") }
    let groups = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    if groups.count != shapes.count {
      fail("\(groups.count) groups of letters stand for \(shapes.count) operands")
    }
    /// The letters before and behind `...`; nil behind if there is none.
    func parted(_ group: Substring) -> (before: [Character], behind: [Character]?) {
      let dots = group.firstIndex(of: ".")
      let before = Array(group[..<(dots ?? group.endIndex)])
      let rest = group[(dots ?? group.endIndex)...]
      let behind = rest.hasPrefix("...") ? Array(rest.dropFirst(3)) : rest.isEmpty ? nil : Array(rest)
      if let other = (before + (behind ?? [])).first(where: { !$0.isASCII || !$0.isLetter }) {
        fail("\"\(other)\" is no letter")
      }
      return (before, behind)
    }
    let written = groups.map(parted)
    let writtenResult = sides.count == 2 ? parted(sides[1].dropFirst()) : nil

    // How many axes `...` has: the most of any operand.
    let unnamed = zip(written, shapes).map { group, shape in
      shape.count - group.before.count - (group.behind?.count ?? 0)
    }
    for ((group, shape), unnamed) in zip(zip(groups, shapes), unnamed)
    where group.contains(".") ? unnamed < 0 : unnamed != 0 {
      let letters = group.count { $0 != "." }
      fail("\(letters) letters \"\(group)\" cannot name the axes of shape \(shape)")
    }
    let used = Set(text)
    var taken = used
    func freeLetter() -> Character {
      let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
      guard let letter = alphabet.first(where: { !taken.contains($0) }) else {
        fail("there are not enough letters for the axes of \"...\"")
      }
      taken.insert(letter)
      return letter
    }
    let ellipsis = (0..<(unnamed.max() ?? 0)).map { _ in freeLetter() }
    var broadcastExtents = [Int](repeating: 1, count: ellipsis.count)
    for ((group, shape), count) in zip(zip(written, shapes), unnamed) {
      for k in 0..<count {
        let place = ellipsis.count - count + k
        if shape[group.before.count + k] != 1 { broadcastExtents[place] = shape[group.before.count + k] }
      }
    }

    var extents: [Character: Int] = [:]
    var counts: [Character: Int] = [:]
    var parts: [[Character]] = []
    for ((group, shape), count) in zip(zip(written, shapes), unnamed) {
      let dots = (0..<count).map { k in
        let place = ellipsis.count - count + k
        let isRepeated = shape[group.before.count + k] == 1 && broadcastExtents[place] != 1
        return isRepeated ? freeLetter() : ellipsis[place]
      }
      let letters = group.before + dots + (group.behind ?? [])
      for (letter, extent) in zip(letters, shape) {
        if let known = extents[letter], known != extent {
          let name = ellipsis.contains(letter) ? "..." : String(letter)
          fail("axis \"\(name)\" has extents \(known) and \(extent)")
        }
        extents[letter] = extent
        counts[letter, default: 0] += 1
      }
      parts.append(letters)
    }
    if let (before, behind) = writtenResult {
      if behind == nil && !ellipsis.isEmpty {
        fail("the result leaves out the axes of \"...\"; sum over them afterwards")
      }
      if Set(before + (behind ?? [])).count != before.count + (behind?.count ?? 0) {
        fail("a letter of the result occurs twice")
      }
      if let unknown = (before + (behind ?? [])).first(where: { extents[$0] == nil }) {
        fail("\"\(unknown)\" of the result names no axis of an operand")
      }
      result = before + (behind.map { ellipsis + $0 } ?? [])
    } else {
      result = ellipsis + counts.filter { $0.value == 1 && used.contains($0.key) }.keys.sorted()
    }
    operands = parts
    self.extents = extents
  }
}

/// A tensor whose axes have letters.
private struct EinsumTerm<Scalar: TensorScalar> {
  let tensor: Tensor<Scalar>
  let letters: [Character]

  /// With each letter once: axes of one letter become their diagonal, as a view.
  func withoutRepetitions() -> EinsumTerm {
    var shape: [Int] = []
    var strides: [Int] = []
    var kept: [Character] = []
    for (axis, letter) in letters.enumerated() {
      if let place = kept.firstIndex(of: letter) {
        strides[place] += tensor.strides[axis]
      } else {
        kept.append(letter)
        shape.append(tensor.shape[axis])
        strides.append(tensor.strides[axis])
      }
    }
    let layout = TensorLayout(shape: shape, strides: strides, offset: tensor.layout.offset)
    return EinsumTerm(tensor: Tensor(storage: tensor.storage, layout: layout), letters: kept)
  }

  func summed(keeping kept: Set<Character>) -> EinsumTerm {
    let axes = letters.indices.filter { !kept.contains(letters[$0]) }
    if axes.isEmpty { return self }
    return EinsumTerm(tensor: tensor.sum(axes: axes), letters: letters.filter { kept.contains($0) })
  }

  /// With the axes in the order of `order`, which names all of them.
  func arranged(_ order: [Character]) -> EinsumTerm {
    EinsumTerm(tensor: tensor.permuted(order.map { letters.firstIndex(of: $0)! }), letters: order)
  }

  /// The product with another term, summed over the letters that are not kept: a matrix product for each place of the
  /// letters that both have and that are kept.
  func contracted(with other: EinsumTerm, keeping kept: Set<Character>) -> EinsumTerm {
    let shared = Set(letters).intersection(other.letters)
    // What only one of them has and nobody needs is summed first.
    let left = summed(keeping: kept.union(shared))
    let right = other.summed(keeping: kept.union(shared))
    let batch = left.letters.filter { shared.contains($0) && kept.contains($0) }
    let inner = left.letters.filter { shared.contains($0) && !kept.contains($0) }
    let rows = left.letters.filter { !shared.contains($0) }
    let columns = right.letters.filter { !shared.contains($0) }
    let a = left.arranged(batch + rows + inner).tensor
    let b = right.arranged(batch + inner + columns).tensor
    let batchShape = Array(a.shape.prefix(batch.count))
    let rowShape = Array(a.shape[batch.count..<batch.count + rows.count])
    let columnShape = Array(b.shape.suffix(columns.count))
    func size(_ shape: [Int]) -> Int { shape.reduce(1, *) }
    let k = size(Array(a.shape.suffix(inner.count)))
    let product = matmul(
      a.reshaped(batchShape + [size(rowShape), k]), b.reshaped(batchShape + [k, size(columnShape)]))
    return EinsumTerm(
      tensor: product.reshaped(batchShape + rowShape + columnShape), letters: batch + rows + columns)
  }
}

/// The sum of products over pairs of axes: axis `axes.0[k]` of `a` with axis `axes.1[k]` of `b`; the result has the other
/// axes of `a` and then those of `b` (NumPy's `tensordot`).
///
/// - Precondition: paired axes have one extent.
public func tensordot<S: TensorScalar>(
  _ a: Tensor<S>, _ b: Tensor<S>, axes: ([Int], [Int])
) -> Tensor<S> {
  let (left, right) = (axes.0.map(a.layout.axis), axes.1.map(b.layout.axis))
  precondition(
    left.count == right.count && zip(left, right).allSatisfy { a.shape[$0] == b.shape[$1] },
    "tensordot of shapes \(a.shape) and \(b.shape) cannot pair the axes \(axes.0) and \(axes.1).")
  let rows = (0..<a.rank).filter { !left.contains($0) }
  let columns = (0..<b.rank).filter { !right.contains($0) }
  let k = left.reduce(1) { $0 * a.shape[$1] }
  let m = rows.reduce(1) { $0 * a.shape[$1] }
  let n = columns.reduce(1) { $0 * b.shape[$1] }
  let product = matmul(
    a.permuted(rows + left).reshaped([m, k]), b.permuted(right + columns).reshaped([k, n]))
  return product.reshaped(rows.map { a.shape[$0] } + columns.map { b.shape[$0] })
}
