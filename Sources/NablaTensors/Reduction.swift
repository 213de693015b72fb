/// The ways to fold many numbers into one.
enum Fold {
  case sum, product, minimum, maximum

  /// The value of the empty fold; extrema have none.
  func identity<Scalar: TensorScalar>() -> Scalar? {
    switch self {
    case .sum: 0
    case .product: 1
    case .minimum, .maximum: nil
    }
  }
}

/// Folds `count` ≥ 1 numbers that lie `stride` apart.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func fold<Scalar: TensorScalar>(
  _ kind: Fold, _ x: UnsafePointer<Scalar>, count: Int, stride: Int
) -> Scalar {
  switch kind {
  case .sum: return pairwiseSum(x, count: count, stride: stride)
  case .product:
    var (a, b): (Scalar, Scalar) = (1, 1)
    var i = 0
    while i &+ 2 <= count {
      a *= x[i &* stride]
      b *= x[(i &+ 1) &* stride]
      i &+= 2
    }
    if i < count { a *= x[i &* stride] }
    return a * b
  case .minimum: return extremum(x, count: count, stride: stride) { $0 < $1 }
  case .maximum: return extremum(x, count: count, stride: stride) { $0 > $1 }
  }
}

/// The first of `count` ≥ 1 numbers in the order `precedes`; NaN if there is one. Four running extrema
/// hide the latency of the comparison.
@inline(__always)
private func extremum<Scalar: TensorScalar>(
  _ x: UnsafePointer<Scalar>, count: Int, stride: Int, _ precedes: (Scalar, Scalar) -> Bool
) -> Scalar {
  // NaN compares false with everything: once m is NaN it stays so.
  func better(_ value: Scalar, _ m: Scalar) -> Scalar { precedes(value, m) || value != value ? value : m }
  var (a, b, c, d) = (x[0], x[0], x[0], x[0])
  var i = 0
  while i &+ 4 <= count {
    let p = x + i &* stride
    a = better(p[0], a)
    b = better(p[stride], b)
    c = better(p[2 &* stride], c)
    d = better(p[3 &* stride], d)
    i &+= 4
  }
  while i < count {
    a = better(x[i &* stride], a)
    i &+= 1
  }
  return better(better(a, b), better(c, d))
}

/// The sum by halves, down to blocks of 128 with eight running sums each.
///
/// The error is at most about (16 + log₂(n / 128)) ulp of Σ|x|, where one running sum has n.
/// Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993).
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func pairwiseSum<Scalar: TensorScalar>(_ x: UnsafePointer<Scalar>, count: Int, stride: Int) -> Scalar {
  if count > 128 {
    let half = count / 2 & ~7
    return pairwiseSum(x, count: half, stride: stride)
      + pairwiseSum(x + half * stride, count: count - half, stride: stride)
  }
  var i = 0
  var total: Scalar = 0
  if count >= 8 {
    var s0 = x[0]
    var s1 = x[stride]
    var s2 = x[2 &* stride]
    var s3 = x[3 &* stride]
    var s4 = x[4 &* stride]
    var s5 = x[5 &* stride]
    var s6 = x[6 &* stride]
    var s7 = x[7 &* stride]
    i = 8
    while i &+ 8 <= count {
      let p = x + i &* stride
      s0 += p[0]
      s1 += p[stride]
      s2 += p[2 &* stride]
      s3 += p[3 &* stride]
      s4 += p[4 &* stride]
      s5 += p[5 &* stride]
      s6 += p[6 &* stride]
      s7 += p[7 &* stride]
      i &+= 8
    }
    total = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
  }
  while i < count {
    total += x[i &* stride]
    i &+= 1
  }
  return total
}

/// Folds each of `width` neighbouring columns over `rows` ≥ 1 rows into `out`.
///
/// Walking along the rows keeps memory accesses contiguous where walking down each column would not
/// be. Sums are pairwise over the rows, with one row of temporaries per halving.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func foldColumns<Scalar: TensorScalar>(
  _ kind: Fold, _ x: UnsafePointer<Scalar>, rows: Int, rowStride: Int, width: Int, columnStride: Int,
  into out: UnsafeMutablePointer<Scalar>
) {
  if kind == .sum && rows > 32 {
    let half = rows / 2
    foldColumns(
      kind, x, rows: half, rowStride: rowStride, width: width, columnStride: columnStride, into: out)
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: width) { rest in
      foldColumns(
        kind, x + half * rowStride, rows: rows - half, rowStride: rowStride, width: width,
        columnStride: columnStride, into: rest.baseAddress!)
      for j in 0..<width { out[j] += rest[j] }
    }
    return
  }
  for j in 0..<width { out[j] = x[j &* columnStride] }
  for i in 1..<max(rows, 1) {
    let row = x + i &* rowStride
    switch kind {
    case .sum: for j in 0..<width { out[j] += row[j &* columnStride] }
    case .product: for j in 0..<width { out[j] *= row[j &* columnStride] }
    case .minimum:
      for j in 0..<width {
        let value = row[j &* columnStride]
        out[j] = value < out[j] || value != value ? value : out[j]
      }
    case .maximum:
      for j in 0..<width {
        let value = row[j &* columnStride]
        out[j] = value > out[j] || value != value ? value : out[j]
      }
    }
  }
}

/// The index of the first smallest (or largest) of `count` ≥ 1 numbers; of the first NaN if there is one.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func extremeIndex<Scalar: TensorScalar>(
  largest: Bool, _ x: UnsafePointer<Scalar>, count: Int, stride: Int
) -> Int {
  var best = 0
  var extreme = x[0]
  for i in 0..<count {
    let value = x[i &* stride]
    if value != value { return i }
    if largest ? value > extreme : value < extreme {
      extreme = value
      best = i
    }
  }
  return best
}

extension Tensor {
  /// Splits the axes into those kept and those folded, and hands each slice to be folded to `body` as
  /// one strided run. Where the folded axes do not merge into one stride, a copy is made that does.
  ///
  /// `body` gets the source position, the position in the row-major result, the distance of
  /// neighbours in a slice, and how many slices lie `keptStride` apart.
  func forEachSlice(
    folding folded: [Int],
    _ body: (
      _ source: UnsafePointer<Scalar>, _ result: Int, _ stride: Int, _ keptCount: Int, _ keptStride: Int
    ) -> Void
  ) {
    let kept = layout.shape.indices.filter { !folded.contains($0) }
    let keptShape = kept.map { shape[$0] }
    let foldedNest = LoopNest(shape: folded.map { shape[$0] }, folded.map { strides[$0] })
    guard foldedNest.outer.isEmpty else {
      return permuted(kept + folded).copied()
        .reshaped(keptShape + [folded.reduce(1) { $0 * shape[$1] }])
        .forEachSlice(folding: [kept.count], body)
    }
    let nest = LoopNest(
      shape: keptShape, kept.map { strides[$0] }, TensorLayout.rowMajorStrides(of: keptShape))
    withStorage { source in
      for start in nest {
        body(
          source + start[0], start[1], foldedNest.innerStrides[0], nest.innerCount, nest.innerStrides[0])
      }
    }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func reduce(_ kind: Fold, axes: [Int], keepingDims: Bool) -> Tensor {
    let folded = layout.axes(axes)
    let keptShape = shape.indices.filter { !folded.contains($0) }.map { shape[$0] }
    let sliceCount = folded.reduce(1) { $0 * shape[$1] }
    var resultShape = shape
    for axis in folded { resultShape[axis] = 1 }

    let result: Tensor
    if sliceCount == 0 {
      guard let identity: Scalar = kind.identity() else {
        preconditionFailure(
          "The \(kind) along axes \(folded) of a tensor of shape \(shape) is one of no elements.")
      }
      result = Tensor(shape: keptShape, repeating: identity)
    } else {
      result = Tensor(uninitialized: keptShape)
      let out = result.storage.base
      forEachSlice(folding: folded) { source, position, stride, keptCount, keptStride in
        if keptCount > 1 && abs(keptStride) < abs(stride) {
          // A tile of columns and its temporaries stay in the first-level cache.
          for j in Swift.stride(from: 0, to: keptCount, by: 256) {
            foldColumns(
              kind, source + j * keptStride, rows: sliceCount, rowStride: stride,
              width: Swift.min(256, keptCount - j), columnStride: keptStride, into: out + position + j)
          }
        } else {
          for j in 0..<keptCount {
            out[position + j] = fold(kind, source + j * keptStride, count: sliceCount, stride: stride)
          }
        }
      }
    }
    return keepingDims ? result.reshaped(resultShape) : result
  }
}
