// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaKernels

/// Runs a kernel over points stored in rows, with outputs in rows.
func run<Scalar: KernelScalar>(
  _ outputs: [Expr], _ inputs: [Expr], _ points: [[Scalar]], on instructionSet: InstructionSet = .current
) -> [[Scalar]] {
  run(compile(outputs: outputs, inputs: inputs, as: Scalar.self, for: instructionSet), points)
}

func run<Scalar: KernelScalar>(_ kernel: any Kernel<Scalar>, _ points: [[Scalar]]) -> [[Scalar]] {
  let (n, m) = (kernel.inputCount, kernel.outputCount)
  var results = [Scalar](repeating: .nan, count: points.count * m)
  points.flatMap { $0 }.withUnsafeBufferPointer { rows in
    results.withUnsafeMutableBufferPointer { target in
      guard let rows = rows.baseAddress, let target = target.baseAddress else { return }
      kernel.run(
        count: points.count, inputs: (0..<n).map { InputColumn(base: rows + $0, stride: n) },
        outputs: (0..<m).map { OutputColumn(base: target + $0, stride: m) })
    }
  }
  return points.indices.map { Array(results[$0 * m..<($0 + 1) * m]) }
}

/// The bits of both precisions' numbers.
protocol BitwiseScalar: KernelScalar, CustomStringConvertible {
  associatedtype Bits: FixedWidthInteger & UnsignedInteger
  init(bitPattern: Bits)
  var bitPattern: Bits { get }
}

extension Double: BitwiseScalar {}
extension Float: BitwiseScalar {}

/// The two precisions as arguments of tests.
enum ScalarType: CaseIterable {
  case double, float

  var type: any BitwiseScalar.Type { self == .double ? Double.self : Float.self }
}

/// Random points whose coordinates lie within ±`bound`.
func randomPoints<Scalar: BitwiseScalar>(
  _ count: Int, dimension: Int, within bound: Double, using generator: inout some RandomNumberGenerator
) -> [[Scalar]] {
  (0..<count).map { _ in
    (0..<dimension).map { _ in Scalar(Double.random(in: -bound...bound, using: &generator)) }
  }
}
