// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// Output `index` of the splitmix64 generator that starts at state `stream`·2³², as a number in [0, 1).
func uniform(stream: Int, index: Int) -> Double {
  var z = UInt64(stream) << 32 &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
  z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
  z ^= z >> 31
  return Double(z >> 11) * 0x1p-53
}

/// Numbers between two bounds: element i of the flattened tensor is output i of a stream, scaled.
func uniformTensor(_ shape: [Int], stream: Int, _ low: Double, _ high: Double) -> Tensor<Double> {
  Tensor(shape: shape) { buffer in
    for i in buffer.indices { buffer[i] = low + (high - low) * uniform(stream: stream, index: i) }
  }
}

/// Random points: coordinate j of point i is output i of stream `stream` + j, scaled to `bounds[j]`.
struct Points: Sendable {
  let stream: Int
  let bounds: [(Double, Double)]
  /// Coordinates that are 0 or 1 with equal chance.
  var binary: Set<Int> = []

  func coordinate(_ j: Int, of i: Int) -> Double {
    let u = uniform(stream: stream + j, index: i)
    let (low, high) = bounds[j]
    return binary.contains(j) ? (2 * u).rounded(.down) : low + (high - low) * u
  }

  /// The coordinates `columns` of points 0 ..< count, one point a row: [count, columns.count].
  func tensor(_ columns: Range<Int>, count: Int) -> Tensor<Double> {
    Tensor(shape: [count, columns.count]) { buffer in
      var k = 0
      for i in 0..<count {
        for j in columns {
          buffer[k] = coordinate(j, of: i)
          k += 1
        }
      }
    }
  }
}

extension Points {
  /// As ``tensor(_:count:)``, with each coordinate's values together in memory.
  func columns(_ columns: Range<Int>, count: Int) -> Tensor<Double> {
    Tensor(shape: [columns.count, count]) { buffer in
      var k = 0
      for j in columns {
        for i in 0..<count {
          buffer[k] = coordinate(j, of: i)
          k += 1
        }
      }
    }.transposed()
  }
}

/// Random small matrices and right-hand sides.
struct Matrices: Sendable {
  let stream: Int
  let n: Int

  private func uniformMatrix(_ i: Int) -> [Double] {
    (0..<n * n).map { 2 * uniform(stream: stream, index: i * n * n + $0) - 1 }
  }

  /// (A + Aᵀ)/2 for A uniform in [−1, 1], row-major.
  func symmetric(_ i: Int) -> [Double] {
    let a = uniformMatrix(i)
    return (0..<n * n).map { (a[$0] + a[$0 % n * n + $0 / n]) / 2 }
  }

  /// A·Aᵀ/n + I, row-major.
  func positiveDefinite(_ i: Int) -> [Double] {
    let a = uniformMatrix(i)
    return (0..<n * n).map { k in
      let (row, column) = (k / n, k % n)
      let product = (0..<n).reduce(0) { $0 + a[row * n + $1] * a[column * n + $1] }
      return product / Double(n) + (row == column ? 1 : 0)
    }
  }

  func rightHandSide(_ i: Int) -> [Double] {
    (0..<n).map { 2 * uniform(stream: stream + 1, index: i * n + $0) - 1 }
  }

  /// What `row` gives for 0 ..< count, stacked: [count] + shape, with each entry's values together in memory.
  func tensor(_ shape: [Int], count: Int, _ row: (Int) -> [Double]) -> Tensor<Double> {
    let size = shape.reduce(1, *)
    return Tensor(shape: [size, count]) { buffer in
      for i in 0..<count {
        for (k, value) in row(i).enumerated() { buffer[k * count + i] = value }
      }
    }.transposed().reshaped([count] + shape)
  }
}
