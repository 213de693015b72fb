// SPDX-License-Identifier: Apache-2.0

// Short names for what every method does with vectors.

/// Σ xᵢ yᵢ, in eight sums that are added at the end.
func dot(_ x: [Double], _ y: [Double]) -> Double {
  x.withUnsafeBytes { x in
    y.withUnsafeBytes { y in
      var sums = SIMD8<Double>.zero
      let stride = MemoryLayout<Double>.stride
      let count = Swift.min(x.count, y.count) / stride
      var i = 0
      while i + 8 <= count {
        let a = x.loadUnaligned(fromByteOffset: i * stride, as: SIMD8<Double>.self)
        let b = y.loadUnaligned(fromByteOffset: i * stride, as: SIMD8<Double>.self)
        sums += a * b
        i += 8
      }
      var rest = 0.0
      while i < count {
        rest +=
          x.load(fromByteOffset: i * stride, as: Double.self)
          * y.load(fromByteOffset: i * stride, as: Double.self)
        i += 1
      }
      return sums.sum() + rest
    }
  }
}

/// x + α y.
func sum(_ x: [Double], _ alpha: Double, _ y: [Double]) -> [Double] {
  [Double](unsafeUninitializedCapacity: x.count) { result, count in
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        for i in 0..<x.count { result.initializeElement(at: i, to: x[i] + alpha * y[i]) }
      }
    }
    count = x.count
  }
}

/// x − y.
func difference(_ x: [Double], _ y: [Double]) -> [Double] { sum(x, -1, y) }

/// α x.
func scaled(_ x: [Double], by alpha: Double) -> [Double] { x.map { alpha * $0 } }

/// A x of a square matrix, row-major.
func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
  let n = x.count
  return matrix.withUnsafeBufferPointer { matrix in
    x.withUnsafeBufferPointer { x in
      (0..<n).map { i in
        var sum = 0.0
        for j in 0..<n { sum += matrix[i * n + j] * x[j] }
        return sum
      }
    }
  }
}

/// The Euclidean norm, without overflow.
func length(_ vector: [Double]) -> Double {
  let square = dot(vector, vector)
  if square > 1e-280 && square < 1e280 { return square.squareRoot() }
  let largest = vector.reduce(0) { $1.isNaN ? .nan : Swift.max($0, Swift.abs($1)) }
  guard largest > 0, largest.isFinite else { return largest }
  return largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

func isFinite(_ vector: [Double]) -> Bool { vector.allSatisfy(\.isFinite) }
