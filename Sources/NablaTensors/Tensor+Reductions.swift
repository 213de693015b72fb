// SPDX-License-Identifier: Apache-2.0

// Each reduction comes over everything, giving a number, and along axes, giving a tensor without those
// axes (or with extent 1 there, by `keepingDims`). Negative axes count from the last. NaN anywhere in
// a slice makes its result NaN. Empty slices: sum 0, product 1, mean and variance NaN; minimum and
// maximum trap. These are NumPy's conventions.

// MARK: - Sums and products

extension Tensor {
  /// The sum of all elements, by parts: its error is at most about 0.7 log₂ `count` + 3 ulp of Σ|x|.
  /// 0 of an empty tensor.
  public func sum() -> Scalar { reduceAll(.sum) }

  /// The sum along one axis: shape `[a, b, c]` along axis 1 gives `[a, c]`.
  public func sum(axis: Int, keepingDims: Bool = false) -> Tensor {
    sum(axes: [axis], keepingDims: keepingDims)
  }

  /// The sum along several axes.
  public func sum(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.sum, axes: axes, keepingDims: keepingDims)
  }

  /// The product of all elements. 1 of an empty tensor.
  public func product() -> Scalar { reduceAll(.product) }

  /// The product along one axis.
  public func product(axis: Int, keepingDims: Bool = false) -> Tensor {
    product(axes: [axis], keepingDims: keepingDims)
  }

  /// The product along several axes.
  public func product(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.product, axes: axes, keepingDims: keepingDims)
  }
}

// MARK: - Averages

extension Tensor {
  /// The arithmetic mean of all elements, Σx / n. NaN of an empty tensor.
  public func mean() -> Scalar { sum() / Scalar(count) }

  /// The arithmetic mean along one axis.
  public func mean(axis: Int, keepingDims: Bool = false) -> Tensor {
    mean(axes: [axis], keepingDims: keepingDims)
  }

  /// The arithmetic mean along several axes.
  public func mean(axes: [Int], keepingDims: Bool = false) -> Tensor {
    sum(axes: axes, keepingDims: keepingDims) / Scalar(sliceCount(axes))
  }

  /// The variance of all elements, Σ(x − mean)² / (n − `correction`), in two passes.
  ///
  /// Correction 0 is the variance of a whole population, 1 the unbiased estimate from a sample.
  /// NaN if there are no more than `correction` elements and they are equal (or none), else infinite,
  /// as in NumPy.
  public func variance(correction: Int = 0) -> Scalar {
    reduceAll(.squaredDeviations, parameter: mean()) / Scalar(Swift.max(count - correction, 0))
  }

  /// The variance along one axis.
  public func variance(axis: Int, correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    variance(axes: [axis], correction: correction, keepingDims: keepingDims)
  }

  /// The variance along several axes.
  public func variance(axes: [Int], correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    reduce(
      .squaredDeviations, parameters: mean(axes: axes), axes: axes, keepingDims: keepingDims)
      / Scalar(Swift.max(sliceCount(axes) - correction, 0))
  }

  /// The square root of ``variance(correction:)``.
  public func standardDeviation(correction: Int = 0) -> Scalar {
    variance(correction: correction).squareRoot()
  }

  /// The standard deviation along one axis.
  public func standardDeviation(axis: Int, correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    sqrt(variance(axis: axis, correction: correction, keepingDims: keepingDims))
  }

  /// The standard deviation along several axes.
  public func standardDeviation(axes: [Int], correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    sqrt(variance(axes: axes, correction: correction, keepingDims: keepingDims))
  }

  private func sliceCount(_ axes: [Int]) -> Int {
    layout.axes(axes).reduce(1) { $0 * shape[$1] }
  }
}

// MARK: - Extrema

extension Tensor {
  /// The smallest element. Traps on an empty tensor.
  public func min() -> Scalar { reduceAll(.minimum) }

  /// The smallest element along one axis.
  public func min(axis: Int, keepingDims: Bool = false) -> Tensor {
    min(axes: [axis], keepingDims: keepingDims)
  }

  /// The smallest element along several axes.
  public func min(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.minimum, axes: axes, keepingDims: keepingDims)
  }

  /// The largest element. Traps on an empty tensor.
  public func max() -> Scalar { reduceAll(.maximum) }

  /// The largest element along one axis.
  public func max(axis: Int, keepingDims: Bool = false) -> Tensor {
    max(axes: [axis], keepingDims: keepingDims)
  }

  /// The largest element along several axes.
  public func max(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.maximum, axes: axes, keepingDims: keepingDims)
  }

  /// The position, in row-major order, of the smallest element: the first of equals, or the first NaN
  /// if there is one. Traps on an empty tensor.
  public func argmin() -> Int { extremeIndex(largest: false) }

  /// The index along `axis` of the smallest element of each slice, in row-major order of the other
  /// axes: shape `[a, b, c]` along axis 1 gives a · c indices.
  public func argmin(axis: Int) -> [Int] { extremeIndices(largest: false, axis: axis) }

  /// The position, in row-major order, of the largest element: the first of equals, or the first NaN
  /// if there is one. Traps on an empty tensor.
  public func argmax() -> Int { extremeIndex(largest: true) }

  /// The index along `axis` of the largest element of each slice, in row-major order of the other axes.
  public func argmax(axis: Int) -> [Int] { extremeIndices(largest: true, axis: axis) }
}

// MARK: - Norms

extension Tensor {
  /// The Euclidean norm of all elements, √Σx², whatever the rank; it neither overflows nor underflows
  /// on the way. 0 of an empty tensor; infinite if an element is, and none is NaN.
  public func norm() -> Scalar {
    let squares = reduceAll(.sumOfSquares)
    return Self.isExact(sumOfSquares: squares) ? squares.squareRoot() : norm(axes: Array(0..<rank)).item
  }

  /// The Euclidean norm along one axis.
  public func norm(axis: Int, keepingDims: Bool = false) -> Tensor {
    norm(axes: [axis], keepingDims: keepingDims)
  }

  /// The Euclidean norm along several axes.
  public func norm(axes: [Int], keepingDims: Bool = false) -> Tensor {
    if sliceCount(axes) == 0 { return sum(axes: axes, keepingDims: keepingDims) }
    let squares = reduce(.sumOfSquares, parameters: nil, axes: axes, keepingDims: keepingDims)
    if squares.withUnsafeBufferPointer({ $0.allSatisfy(Self.isExact) }) { return sqrt(squares) }
    // Powers of two bring each slice to where its squares are numbers, which is exact.
    let largest = abs(self).max(axes: axes, keepingDims: true)
    let scale = largest.map { $0 == 0 || !$0.isFinite ? 1 : $0.binade }
    let scaled =
      sqrt((self / scale).reduce(.sumOfSquares, parameters: nil, axes: axes, keepingDims: true)) * scale
    return keepingDims ? scaled : scaled.reshaped(squares.shape)
  }

  /// Whether no square that matters has overflowed or lost digits to underflow: up to 2⁴⁰ squares that
  /// underflow leave a sum as large as this as it is.
  private static func isExact(sumOfSquares sum: Scalar) -> Bool {
    sum == 0 ? false : sum.isNaN || sum.isFinite && sum >= Scalar.leastNormalMagnitude * 0x1p60
  }
}
