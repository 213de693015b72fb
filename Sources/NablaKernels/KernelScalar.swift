// SPDX-License-Identifier: Apache-2.0

/// A type of numbers that kernels compute with: `Double` or `Float`.
package protocol KernelScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  static var precision: Precision { get }
}

extension Double: KernelScalar {
  package static var precision: Precision { .double }
}

extension Float: KernelScalar {
  package static var precision: Precision { .single }
}

/// The format of a kernel's numbers, by which machine code is chosen.
package enum Precision: Sendable {
  /// 64 bits, `Double`.
  case double
  /// 32 bits, `Float`: twice the lanes in a vector.
  case single

  /// Bytes a number.
  var byteCount: Int { self == .double ? 8 : 4 }

  /// The bits of a number after it is rounded to this precision.
  func bits(_ number: Double) -> UInt64 {
    self == .double ? number.bitPattern : UInt64(Float(number).bitPattern)
  }
}
