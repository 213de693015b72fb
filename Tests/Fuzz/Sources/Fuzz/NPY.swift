// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Any bytes are read as an `.npy` array or refused; what is read is written as bytes that are read as the same.
func fuzzNPY(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let array = try? Tensor<Double>(npy: bytes) else { return 0 }
  guard let again = try? Tensor<Double>(npy: array.npyBytes) else {
    fatalError("written as bytes that cannot be read")
  }
  precondition(again.shape == array.shape, "\(array.shape) is read back as \(again.shape)")
  let pairs = zip(array.scalars, again.scalars)
  precondition(pairs.allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "numbers changed")
  return 0
}
