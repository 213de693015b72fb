// SPDX-License-Identifier: Apache-2.0

/// The C functions through which machine code calls scalar functions.
enum ScalarCalls {
  /// (x, y or a mask, result, the scalar function, number of lanes)
  typealias Entry =
    @convention(c) (
      UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, UnsafeRawPointer, Int
    ) -> Void

  /// The function of the lanes x and y.
  static func entry(_ precision: Precision) -> Entry {
    precision == .double
      ? { ScalarCalls.call($3, Double.self, $0, $1, $2, $4) }
      : { ScalarCalls.call($3, Float.self, $0, $1, $2, $4) }
  }

  /// The function of the lanes x where the mask is set; the other lanes of the result stay.
  static func entryWhere(_ precision: Precision) -> Entry {
    precision == .double
      ? { ScalarCalls.callWhere($3, Double.self, $0, $1, $2, $4) }
      : { ScalarCalls.callWhere($3, Float.self, $0, $1, $2, $4) }
  }

  @inline(__always)
  private static func call<Scalar: KernelScalar>(
    _ function: UnsafeRawPointer, _: Scalar.Type, _ x: UnsafeRawPointer, _ y: UnsafeRawPointer,
    _ result: UnsafeMutableRawPointer, _ count: Int
  ) {
    let function = Unmanaged<ScalarFunction>.fromOpaque(function).takeUnretainedValue()
    let (x, y) = (x.assumingMemoryBound(to: Scalar.self), y.assumingMemoryBound(to: Scalar.self))
    let result = result.assumingMemoryBound(to: Scalar.self)
    for i in 0..<count { result[i] = Scalar(function.value(Double(x[i]), Double(y[i]))) }
  }

  @inline(__always)
  private static func callWhere<Scalar: KernelScalar>(
    _ function: UnsafeRawPointer, _: Scalar.Type, _ x: UnsafeRawPointer, _ mask: UnsafeRawPointer,
    _ result: UnsafeMutableRawPointer, _ count: Int
  ) {
    let function = Unmanaged<ScalarFunction>.fromOpaque(function).takeUnretainedValue()
    let (x, mask) = (x.assumingMemoryBound(to: Scalar.self), mask.assumingMemoryBound(to: Scalar.self))
    let result = result.assumingMemoryBound(to: Scalar.self)
    // A set mask is all ones: as a number, a NaN with the sign bit.
    for i in 0..<count where mask[i].sign == .minus { result[i] = Scalar(function.value(Double(x[i]), 0)) }
  }
}
