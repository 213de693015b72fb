// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import Synchronization

/// The ways to fold many numbers into one.
enum Fold: Sendable {
  case sum, product, minimum, maximum

  /// The value of the empty fold; extrema have none.
  func identity<Scalar: TensorScalar>() -> Scalar? {
    switch self {
    case .sum: 0
    case .product: 1
    case .minimum, .maximum: nil
    }
  }

  fileprivate func combine(_ a: Expr, _ b: Expr) -> Expr {
    switch self {
    case .sum: a + b
    case .product: a * b
    case .minimum: min(a, b)
    case .maximum: max(a, b)
    }
  }
}

/// A fold of what a formula makes of each element, in kernels that take several elements at a time.
///
/// n numbers are folded as `mostParts` parts of equal length, element by element, into one part; and that
/// part likewise. The vectors are as wide as the processor's, whatever the fold, memory is read once, in
/// order, and each result lies at the end of 1.4 log₂ n + 6 operations at most: up to 1536 numbers take no more
/// than 13, a block of 12,288 takes 16, a part of one no more than 20. So the error of a sum is at most about
/// 0.7 log₂ n + 3 ulp of Σ|x|, where one running sum has n/2. The order of operations follows from n alone, not
/// from the number of threads.
///
/// Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993).
final class Reduction: @unchecked Sendable {
  private typealias Slot = Atomic<Unmanaged<ElementwiseKernel>?>

  let fold: Fold
  /// Whether the formula takes a number besides the element, the same for a slice.
  let hasParameter: Bool
  /// What is folded is the elements themselves.
  let isPlain: Bool
  private let term: @Sendable (_ x: Expr, _ parameter: Expr) -> Expr
  /// Kernels by precision and number of parts, made when they are first needed, for good.
  private let slots: UnsafeMutablePointer<Slot>

  /// As many parts as keep the processor's units busy, and memory's streams few enough to be foreseen.
  static let mostParts = 16
  /// Elements that are folded at a time: twice by the most parts, and then they are few. A block of 1536 took as
  /// long for what is done once a block as for its elements.
  static let blockSize = 12_288

  private init(
    _ fold: Fold, isPlain: Bool, hasParameter: Bool, _ term: @escaping @Sendable (Expr, Expr) -> Expr
  ) {
    self.fold = fold
    self.isPlain = isPlain
    self.hasParameter = hasParameter
    self.term = term
    let count = 2 * (Self.mostParts + 1)
    slots = .allocate(capacity: count)
    for i in 0..<count { (slots + i).initialize(to: Slot(nil)) }
  }

  // Of the elements.
  static let sum = Reduction(.sum, isPlain: true, hasParameter: false) { x, _ in x }
  static let product = Reduction(.product, isPlain: true, hasParameter: false) { x, _ in x }
  static let minimum = Reduction(.minimum, isPlain: true, hasParameter: false) { x, _ in x }
  static let maximum = Reduction(.maximum, isPlain: true, hasParameter: false) { x, _ in x }
  /// Σx².
  static let sumOfSquares = Reduction(.sum, isPlain: false, hasParameter: false) { x, _ in x * x }
  /// Σ(x − m)².
  static let squaredDeviations = Reduction(.sum, isPlain: false, hasParameter: true) { x, m in pow(x - m, 2) }
  /// Σexp(x − m).
  static let exponentials = Reduction(.sum, isPlain: false, hasParameter: true) { x, m in exp(x - m) }

  static func of(_ fold: Fold) -> Reduction {
    switch fold {
    case .sum: sum
    case .product: product
    case .minimum: minimum
    case .maximum: maximum
    }
  }

  /// The fold of the elements themselves.
  var plain: Reduction { isPlain ? self : .of(fold) }

  /// The kernel of the parameter, if there is one, and `parts` parts.
  func kernel(_ parts: Int, _ precision: Precision) -> ElementwiseKernel {
    withKernel(parts, precision) { $0 }
  }

  /// Hands over that kernel, without counting references.
  @inline(__always)
  func withKernel<Result>(
    _ parts: Int, _ precision: Precision, _ body: (ElementwiseKernel) -> Result
  ) -> Result {
    let slot = slots + (precision == .double ? 0 : Self.mostParts + 1) + parts
    if let known = slot.pointee.load(ordering: .acquiring) { return known._withUnsafeGuaranteedRef(body) }
    return body(makeKernel(parts, precision, slot))
  }

  private func makeKernel(
    _ parts: Int, _ precision: Precision, _ slot: UnsafeMutablePointer<Slot>
  ) -> ElementwiseKernel {
    let inputs = Expr.traced("x", parts + (hasParameter ? 1 : 0))
    var terms = inputs.suffix(parts).map { term($0, inputs[0]) }
    while terms.count > 1 {
      let half = (terms.count + 1) / 2
      for i in half..<terms.count { terms[i - half] = fold.combine(terms[i - half], terms[i]) }
      terms.removeSubrange(half...)
    }
    let kernel = ElementwiseKernel(outputs: terms, inputs: inputs, precision: precision)
    let reference = Unmanaged.passRetained(kernel)
    let (isFirst, first) = slot.pointee.compareExchange(
      expected: nil, desired: reference, ordering: .acquiringAndReleasing)
    if isFirst { return kernel }
    reference.release()
    return first!.takeUnretainedValue()
  }
}

// MARK: - Folding

/// A reduction in one precision: of a run of neighbours to a number, of rows to a row.
struct Folder<Scalar: TensorScalar> {
  typealias Source = UnsafePointer<Scalar>
  typealias Target = UnsafeMutablePointer<Scalar>

  let reduction: Reduction
  private let precision = Precision(of: Scalar.self)

  /// The elements of a cache line.
  static var lineWidth: Int { 64 / MemoryLayout<Scalar>.stride }
  /// A cache line of each part.
  static var tileSize: Int { Reduction.mostParts * lineWidth }
  /// What ``lines(_:count:parameter:into:)`` makes of some numbers at most: a line of each tile, a line of what does
  /// not fill a tile, and what does not fill a line.
  static func mostFolded(of count: Int) -> Int { count / Reduction.mostParts + 2 * lineWidth }
  /// As many numbers and fewer are not worth a kernel's run. They take at most 12 operations one after another.
  static var few: Int { 80 }
  /// Columns that are folded at a time.
  static var tileWidth: Int { 256 }

  init(_ reduction: Reduction) { self.reduction = reduction }

  /// Rough nanoseconds an element.
  var cost: Double {
    reduction.kernel(Reduction.mostParts, precision).estimatedCost / Double(Reduction.mostParts) + 0.1
  }

  /// Folds `count` ≥ 1 numbers that lie `stride` apart, in blocks, on several threads where that pays.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func run(_ x: Source, count: Int, stride: Int, parameter: Source? = nil) -> Scalar {
    let size = Reduction.blockSize
    if count <= size { return block(x, count: count, stride: stride, parameter: parameter) }
    let blocks = (count + size - 1) / size
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: blocks) { partial in
      nonisolated(unsafe) let (x, parameter, partial) = (x, parameter, partial.baseAddress!)
      Parallelism.forEachChunk(of: blocks, costPerItem: cost * Double(size)) { range in
        for b in range {
          partial[b] = block(
            x + b * size * stride, count: Swift.min(size, count - b * size), stride: stride,
            parameter: parameter)
        }
      }
      return Folder(reduction.plain).run(partial, count: blocks, stride: 1)
    }
  }

  /// Folds 1 ... `blockSize` numbers.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func block(_ x: Source, count: Int, stride: Int, parameter: Source?) -> Scalar {
    if reduction.isPlain && count <= Self.few { return few(x, count: count, stride: stride) }
    if stride != 1 {
      return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: count) { copy in
        let copy = copy.baseAddress!
        for i in 0..<count { copy[i] = x[i &* stride] }
        return block(copy, count: count, stride: 1, parameter: parameter)
      }
    }
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.mostFolded(of: count)) { buffer in
      let buffer = buffer.baseAddress!
      return folded(buffer, count: lines(x, count: count, parameter: parameter, into: buffer))
    }
  }

  /// The fold of what ``lines(_:count:parameter:into:)`` has made.
  func folded(_ x: Source, count: Int) -> Scalar {
    if count <= 3 * Self.lineWidth { return few(x, count: count, stride: 1) }
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.few) { buffer in
      let buffer = buffer.baseAddress!
      let count = Folder(reduction.plain).lines(x, count: count, parameter: nil, into: buffer)
      return few(buffer, count: count, stride: 1)
    }
  }

  /// Folds whole tiles to a line each, the lines that do not fill a tile to one, and leaves what does not fill a
  /// line: 1 ... `blockSize` numbers to as many as it returns, no more than ``mostFolded(of:)``.
  func lines(_ x: Source, count: Int, parameter: Source?, into buffer: Target) -> Int {
    let line = Self.lineWidth
    let tiles = count / Self.tileSize
    let lines = count < 2 * line ? 0 : count % Self.tileSize / line
    let done = tiles * Self.tileSize + lines * line
    var folded = tiles * line
    if tiles > 0 {
      call(reduction, x, parts: Reduction.mostParts, distance: nil, parameter, width: folded, into: buffer)
    }
    if lines > 0 {
      call(
        reduction, x + (done - lines * line), parts: lines, distance: nil, parameter, width: line,
        into: buffer + folded)
      folded += line
    }
    if done == count { return folded }
    let (rest, out) = (x + done, buffer + folded)
    if reduction.isPlain {
      out.update(from: rest, count: count - done)
    } else {
      call(reduction, rest, parts: 1, distance: 0, parameter, width: count - done, into: out)
    }
    return folded + count - done
  }

  /// Folds some numbers, with eight results under way.
  func few(_ x: Source, count: Int, stride: Int) -> Scalar {
    switch reduction.fold {
    case .sum: few(x, count, stride) { $0 + $1 }
    case .product: few(x, count, stride) { $0 * $1 }
    // NaN compares false with everything: once there is one it stays.
    case .minimum: few(x, count, stride) { $0 < $1 || $0 != $0 ? $0 : $1 }
    case .maximum: few(x, count, stride) { $0 > $1 || $0 != $0 ? $0 : $1 }
    }
  }

  @inline(__always)
  private func few(
    _ x: Source, _ count: Int, _ stride: Int, _ combine: (Scalar, Scalar) -> Scalar
  ) -> Scalar {
    if count < 8 {
      var result = x[0]
      for i in 1..<count { result = combine(result, x[i &* stride]) }
      return result
    }
    var s0 = x[0]
    var s1 = x[stride]
    var s2 = x[2 &* stride]
    var s3 = x[3 &* stride]
    var s4 = x[4 &* stride]
    var s5 = x[5 &* stride]
    var s6 = x[6 &* stride]
    var s7 = x[7 &* stride]
    var i = 8
    while i &+ 8 <= count {
      let p = x + i &* stride
      s0 = combine(s0, p[0])
      s1 = combine(s1, p[stride])
      s2 = combine(s2, p[2 &* stride])
      s3 = combine(s3, p[3 &* stride])
      s4 = combine(s4, p[4 &* stride])
      s5 = combine(s5, p[5 &* stride])
      s6 = combine(s6, p[6 &* stride])
      s7 = combine(s7, p[7 &* stride])
      i &+= 8
    }
    let (rest, p) = (count &- i, x + i &* stride)
    if rest > 0 { s0 = combine(s0, p[0]) }
    if rest > 1 { s1 = combine(s1, p[stride]) }
    if rest > 2 { s2 = combine(s2, p[2 &* stride]) }
    if rest > 3 { s3 = combine(s3, p[3 &* stride]) }
    if rest > 4 { s4 = combine(s4, p[4 &* stride]) }
    if rest > 5 { s5 = combine(s5, p[5 &* stride]) }
    if rest > 6 { s6 = combine(s6, p[6 &* stride]) }
    return combine(
      combine(combine(s0, s1), combine(s2, s3)), combine(combine(s4, s5), combine(s6, s7)))
  }

  /// One run of a kernel over parts that begin `distance` apart, or are the lines of tiles.
  @inline(__always)
  private func call(
    _ reduction: Reduction, _ x: Source, parts: Int, distance: Int?, _ parameter: Source?,
    isRow: Bool = false, width: Int, into out: Target
  ) {
    withUnsafeTemporaryAllocation(
      of: UnsafeMutableRawPointer.self, capacity: Reduction.mostParts + 2
    ) { addresses in
      var n = 0
      if let parameter {
        addresses[0] = UnsafeMutableRawPointer(mutating: parameter)
        n = 1
      }
      let step = distance ?? Self.lineWidth
      for part in 0..<parts { addresses[n + part] = UnsafeMutableRawPointer(mutating: x + part &* step) }
      addresses[n + parts] = UnsafeMutableRawPointer(out)
      reduction.withKernel(parts, precision) { kernel in
        if distance == nil {
          kernel.runTiled(width, addresses.baseAddress!, shared: n)
        } else {
          kernel.run(0..<width, addresses.baseAddress!, shared: isRow ? 0 : n)
        }
      }
    }
  }

  // MARK: Columns

  /// Folds each of `width` ≤ `tileWidth` columns over `rows` ≥ 1 rows into `out`; the parameter is a row.
  ///
  /// Walking along the rows keeps memory accesses contiguous where walking down each column would not be.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func columns(
    _ x: Source, rows: Int, rowStride: Int, width: Int, columnStride: Int, parameter: Source?,
    into out: Target
  ) {
    let parts = Reduction.mostParts
    if rows > parts {
      var chunk = parts
      while chunk * parts < rows { chunk *= parts }
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: parts * width) { partial in
        let partial = partial.baseAddress!
        var count = 0
        for start in Swift.stride(from: 0, to: rows, by: chunk) {
          columns(
            x + start &* rowStride, rows: Swift.min(chunk, rows - start), rowStride: rowStride, width: width,
            columnStride: columnStride, parameter: parameter, into: partial + count * width)
          count += 1
        }
        call(reduction.plain, partial, parts: count, distance: width, nil, width: width, into: out)
      }
    } else if columnStride == 1 {
      call(
        reduction, x, parts: rows, distance: rowStride, parameter, isRow: true, width: width, into: out)
    } else {
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: rows * width) { copy in
        let copy = copy.baseAddress!
        for j in 0..<width {
          for i in 0..<rows { copy[i &* width &+ j] = x[i &* rowStride &+ j &* columnStride] }
        }
        call(reduction, copy, parts: rows, distance: width, parameter, isRow: true, width: width, into: out)
      }
    }
  }
}
